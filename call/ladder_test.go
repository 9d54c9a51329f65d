package call

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
	"github.com/parley-voice/parley/tts"
)

// sturdy is a script that asks, and goes by keys when it is deaf.
func sturdy(m *fakeMachine, e dialog.Event) []dialog.Action {
	switch e := e.(type) {
	case dialog.Answered:
		return []dialog.Action{dialog.Listen{Shape: "open"}, say(1, "question")}
	case dialog.Spoken:
		return []dialog.Action{waits()}
	case dialog.Heard:
		m.turn++
		return []dialog.Action{dialog.Understand{Turn: m.turn, Query: dialog.Query{Text: e.Text}}}
	case dialog.Meant:
		return []dialog.Action{say(2, "answer")}
	case dialog.Deaf:
		return []dialog.Action{dialog.Hush{}, say(3, "menu")}
	case dialog.Pressed:
		return []dialog.Action{dialog.Hush{}, dialog.Transfer{Queue: "aftersales", Hold: "hold.wav"}}
	case dialog.SayFailed:
		return []dialog.Action{waits()}
	case dialog.TransferEnded:
		if !e.OK {
			return []dialog.Action{say(9, "last"), dialog.End{Why: "nobody"}}
		}
	}
	return nil
}

// within checks that the caller hears a label soon after a moment.
func within(t *testing.T, r *rig, label string, since time.Time, limit time.Duration) {
	t.Helper()
	if d := r.out().firstHeard(t, label).Sub(since); d < 0 || d > limit {
		t.Errorf("%q was heard %v after the failure, want at most %v", label, d, limit)
	}
}

// personByKey checks that a key still brings the caller to a person.
func personByKey(r *rig) {
	r.t.Helper()
	r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Answered{Params: talkParams}) }
	r.leg.send(sip.Digit{Digit: '0'})
	r.pass(time.Second)
	if r.audio.joins != 1 {
		r.t.Error("the call did not reach a person by keys")
	}
}

// earsRefuse leaves the call without a recogniser.
func earsRefuse(r *rig) {
	r.ears[0].openErr, r.ears[1].openErr = errors.New("refused"), errors.New("refused")
}

func TestEarsDie(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.voice.rendered["menu"] = true
		rec := r.holds(3*time.Second, func() {
			r.stream(0).die() // the first recogniser
			r.pass(100 * time.Millisecond)
			if len(saw[dialog.Deaf](r.machine)) != 0 {
				t.Fatal("deaf although a second recogniser is there")
			}
			r.stream(1).onset()
			r.stream(1).final("hello", 0)
			r.pass(time.Second)
			if r.stream(1).audio() == 0 {
				t.Error("the second recogniser gets no audio")
			}
			if len(saw[dialog.Heard](r.machine)) != 1 {
				t.Error("the second recogniser is not heard")
			}
			died := time.Now()
			r.stream(1).die()
			r.pass(2 * time.Second)
			within(t, r, "menu", died, 2*time.Second)
			personByKey(r)
		})
		if r.meter.saw("second_ear") != 1 || r.meter.saw("deaf") != 1 {
			t.Errorf("rungs: %v", r.meter.rungs)
		}
		if len(has(rec, EntryTrouble)) < 3 {
			t.Errorf("troubles in the record: %+v", has(rec, EntryTrouble))
		}
	})
}

func TestEarsThatCannotBeOpened(t *testing.T) {
	for name, breaks := range map[string]func(r *rig){
		"refuse": earsRefuse,
		"hang":   func(r *rig) { r.ears[0].slow, r.ears[1].slow = time.Hour, time.Hour },
		"none":   func(r *rig) { r.ears = nil },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sturdy, func(r *rig) {
				breaks(r)
				r.holds(6*time.Second, func() {
					if len(saw[dialog.Deaf](r.machine)) != 1 {
						t.Errorf("told deaf %d times, want once", len(saw[dialog.Deaf](r.machine)))
					}
				})
				if r.out().heardFor("menu") == 0 {
					t.Error("no menu by keys")
				}
			})
		})
	}
}

// A recogniser that heard an onset and lost its turn must leave nobody waiting.
func TestEarDiesInMidTurn(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.holds(3*time.Second, func() {
			r.stream(0).onset()
			r.pass(100 * time.Millisecond)
			r.stream(0).die()
			r.pass(time.Second)
			if len(saw[dialog.SpeechLost](r.machine)) != 1 {
				t.Error("the machine still waits for the end of a sound that nobody hears any more")
			}
		})
	})
}

func TestVoiceDies(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.holds(3*time.Second, func() {
			r.voice.fail(errors.New("engine gone"))
			failed := time.Now()
			r.says("hello")
			r.pass(4 * time.Second)
			within(t, r, "mute", failed, 2*time.Second)
			if len(saw[dialog.Mute](r.machine)) != 1 || len(saw[dialog.SayFailed](r.machine)) != 1 {
				t.Errorf("machine saw %v", r.machine.events())
			}
			r.says("hello") // a second failure: a tone stands in, and the script goes on
			r.pass(4 * time.Second)
			if r.out().heardFor("beeps") == 0 {
				t.Error("silence where a text could not be spoken")
			}
		})
	})
}

// backed is a voice with another behind it.
type backed struct {
	*tts.Chained
	first *fakeVoice
}

func (v backed) Clip(u tts.Utterance) (*media.Clip, bool) { return v.first.Clip(u) }

// A second voice speaks for the first, and the record tells from when on and why.
func TestSecondVoiceIsOnRecord(t *testing.T) {
	second := func(r *rig) {
		r.desk.deps.Voice = backed{tts.Chain(r.voice, &fakeVoice{r: r}), r.voice}
	}
	inBubble(t, sturdy, func(r *rig) {
		turn := func() { r.says("hello"); r.pass(3 * time.Second) }
		rec := r.holds(3*time.Second, func() {
			r.voice.fail(errors.New("engine gone"))
			turn()
			turn() // it stays lost: told already
			r.voice.fail(nil)
			turn()
			r.voice.fail(errors.New("gone again"))
			turn()
		})
		if got := r.out().heardFor("answer"); got != 4*lengthOf("answer") {
			t.Errorf("the caller heard the answers for %v", got)
		}
		told := has(rec, EntryTrouble)
		if len(told) != 2 || r.meter.saw("second_voice") != 2 || len(saw[dialog.Mute](r.machine)) != 0 {
			t.Fatalf("troubles %+v, rungs %v, want one for each loss of the first voice", told, r.meter.rungs)
		}
		for i, why := range []string{"engine gone", "gone again"} {
			if told[i].Text != "second_voice" || !strings.Contains(told[i].Why, why) {
				t.Errorf("trouble %+v, want it to say %q", told[i], why)
			}
		}
	}, second)
}

func TestVoiceHangsThenLadder(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.voice.after = time.Hour
		began := time.Now()
		r.holds(12*time.Second, func() {
			within(t, r, "moment", began, 2*time.Second)
			if len(saw[dialog.Mute](r.machine)) != 1 {
				t.Error("6 s of dead air and no step down the ladder")
			}
			if at := r.machine.times[len(r.machine.times)-1].Sub(began); at > 6100*time.Millisecond {
				t.Errorf("the step came after %v", at)
			}
		})
	})
}

func TestVoiceAndEarsDie(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.voice.fail(errors.New("engine gone"))
		earsRefuse(r)
		began := time.Now()
		r.holds(5*time.Second, func() {
			if len(r.out().said()) == 0 {
				t.Fatal("the caller heard nothing at all")
			}
			if d := r.out().said()[0].from.Sub(began); d > 2*time.Second {
				t.Errorf("the first sound came after %v", d)
			}
			personByKey(r)
		})
	})
}

func TestDetectorFailsOrHangs(t *testing.T) {
	for name, breaks := range map[string]func(d *fakeDetector){
		"fails": func(d *fakeDetector) { d.err = errors.New("no model") },
		"hangs": func(d *fakeDetector) { d.slow = time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, sturdy, func(r *rig) {
				breaks(r.detect)
				r.holds(3*time.Second, func() {
					r.stream(0).onset()
					said := time.Now()
					r.stream(0).final("hello", 0)
					r.pass(4 * time.Second)
					within(t, r, "answer", said, 2*time.Second)
					meant := saw[dialog.Meant](r.machine)
					if len(meant) != 1 || name == "hangs" && meant[0].Intent.Name != "" {
						t.Errorf("meant: %+v", meant)
					}
				})
			})
		})
	}
}

func TestStaleTurnIsDropped(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.detect.slow = 500 * time.Millisecond
		r.holds(3*time.Second, func() {
			r.stream(0).final("one", 0)
			r.pass(100 * time.Millisecond)
			r.stream(0).final("two", 0)
			r.pass(2 * time.Second)
			meant := saw[dialog.Meant](r.machine)
			if len(meant) != 1 || meant[0].Turn != 2 {
				t.Errorf("meant: %+v, want the second turn's alone", meant)
			}
			if n := r.desk.Stats().StaleTurns; n != 1 {
				t.Errorf("%d stale turns counted", n)
			}
		})
	})
}

// A script that falls silent without a timer must not leave the caller in dead air.
func TestSilentScript(t *testing.T) {
	mutes := actions(map[string][]dialog.Action{"Answered": {say(1, "hello")}})
	inBubble(t, mutes, func(r *rig) {
		began := time.Now()
		r.call()
		rec := r.end()
		if rec.EndedBy != "us" || rec.State != Finished || rec.Cause != 0 {
			t.Errorf("record: %+v", rec)
		}
		last := began
		for _, s := range r.out().said() {
			if gap := s.from.Sub(last); gap > 2100*time.Millisecond {
				t.Errorf("%v of dead air before %q", gap, s.label)
			}
			last = s.to
		}
		if r.out().heardFor("last") == 0 {
			t.Error("hung up without the last prompt")
		}
		if d := time.Since(began); d > 30*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

func TestPanicsEndTheirOwnCall(t *testing.T) {
	for name, c := range map[string]struct {
		step   stepFunc
		breaks func(r *rig)
	}{
		"script": {step: func(_ *fakeMachine, e dialog.Event) []dialog.Action {
			if _, ok := e.(dialog.Answered); ok {
				return []dialog.Action{say(1, "hello")}
			}
			panic("a bug in the script's machine")
		}},
		"script at once": {step: func(*fakeMachine, dialog.Event) []dialog.Action { panic("at once") }},
		"endless script": {step: func(_ *fakeMachine, e dialog.Event) []dialog.Action {
			return []dialog.Action{dialog.Transfer{}, dialog.Transfer{}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, c.step, func(r *rig) {
				r.call()
				rec := r.end()
				if rec.State != Finished || rec.EndedBy != "us" || r.leg.cause != causeTemporary {
					t.Errorf("record %+v, cause %d", rec, r.leg.cause)
				}
				if r.out().heardFor("last") == 0 {
					t.Error("no last prompt")
				}
				if r.desk.Stats().Panics != 1 {
					t.Errorf("%d panics counted", r.desk.Stats().Panics)
				}
			})
		})
	}
}

func TestPanicsOfEngines(t *testing.T) {
	t.Run("voice", func(t *testing.T) {
		inBubble(t, sturdy, func(r *rig) {
			r.voice.panik = true
			r.holds(3*time.Second, func() {
				if len(saw[dialog.Mute](r.machine)) != 1 || r.out().heardFor("mute") == 0 {
					t.Error("a voice that panics is not a voice that fails")
				}
			})
		})
	})
	t.Run("recogniser", func(t *testing.T) {
		inBubble(t, sturdy, func(r *rig) {
			r.ears = r.ears[:1]
			r.holds(time.Second, func() {
				s := r.stream(0)
				s.mu.Lock()
				s.panics = true
				s.mu.Unlock()
				r.pass(2 * time.Second)
				if len(saw[dialog.Deaf](r.machine)) != 1 {
					t.Error("a recogniser that panics leaves the call hearing")
				}
			})
		})
	})
}

// The loop's own failure still says goodbye and keeps the record.
func TestLoopPanic(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.call()
		r.pass(3 * time.Second)
		m := r.audio.caller()
		m.mu.Lock()
		m.panik = true
		m.mu.Unlock()
		r.leg.send(sip.MediaChanged{Params: talkParams})
		rec := r.end()
		if rec.State != Finished || rec.Why != "an internal error" || r.desk.Stats().Panics != 1 {
			t.Errorf("record %+v", rec)
		}
		if r.out().heardFor("last") == 0 {
			t.Error("no last prompt")
		}
		if !r.leg.ended() {
			t.Error("the leg was left up")
		}
	})
}

func TestLostMarkDoesNotHangTheScript(t *testing.T) {
	inBubble(t, sturdy, func(r *rig) {
		r.holds(300*time.Millisecond, func() {
			r.out().mu.Lock()
			r.out().dropMark = true
			r.out().mu.Unlock()
			r.pass(4 * time.Second)
			if len(saw[dialog.Spoken](r.machine)) != 1 {
				t.Error("a mark that was lost on the way leaves the script waiting")
			}
		})
	})
}
