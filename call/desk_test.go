package call

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(r *rig)
		called  string
		code    int
	}{
		"unknown number": {nil, "9999", 404},
		"draining":       {func(r *rig) { r.desk.Drain(r.t.Context()) }, "4001", 503},
		"full":           {func(r *rig) { r.desk.deps.Config.MaxCalls = 1; r.desk.live["other"] = &Session{} }, "4001", 486},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, talk, func(r *rig) {
				r.leg = newLeg(r, c.called)
				r.call()
				rec := r.end()
				if r.leg.rejected != c.code || rec.State != Failed || rec.SIPCode != c.code || rec.Why == "" {
					t.Errorf("refused with %d, record %+v", r.leg.rejected, rec)
				}
				if r.desk.Stats().Refused != 1 || len(r.audio.opened) != 0 {
					t.Errorf("stats %+v, %d sessions", r.desk.Stats(), len(r.audio.opened))
				}
			}, c.prepare)
		})
	}
}

func TestNoPortsLeft(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.audio.err = errors.New("all ports are in use")
		r.call()
		rec := r.end()
		if rec.State != Failed || !strings.Contains(rec.Why, "all ports") || r.leg.cause != causeCongestion {
			t.Errorf("record %+v, cause %d", rec, r.leg.cause)
		}
	})
}

func TestRingsBeforeTheAnswer(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.script.After = 2 * time.Second
		began := time.Now()
		r.call()
		r.pass(1900 * time.Millisecond)
		if rang, answers := r.leg.progress(); rang != 1 || answers != 0 {
			t.Errorf("after 1.9 s: rang %d, answered %d", rang, answers)
		}
		r.pass(time.Second)
		r.leg.bye()
		if rec := r.end(); rec.Answered.Sub(began) != 2*time.Second {
			t.Errorf("answered after %v", rec.Answered.Sub(began))
		}
	})
}

func TestINVITEWithoutSDP(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.leg.noOffer = true
		r.call()
		r.pass(3 * time.Second)
		r.leg.bye()
		r.end()
		if r.audio.caller().params != talkParams || r.out().heardFor("welcome") == 0 {
			t.Errorf("media %+v", r.audio.caller().params)
		}
	})
}

func TestCallerGivesUpWhileItRings(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.script.After = 2 * time.Second
		r.call()
		r.pass(time.Second)
		r.leg.end(sip.Ended{By: sip.Them, Code: 487, Reason: "cancelled"})
		if rec := r.end(); rec.State != Failed || rec.SIPCode != 487 || rec.EndedBy != "them" || r.leg.answers != 0 {
			t.Errorf("record %+v", rec)
		}
	})
}

func TestAnswerThatIsNeverConfirmed(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.leg.answerTime, r.leg.answerErr = 32*time.Second, errors.New("no ACK")
		r.call()
		if rec := r.end(); rec.State != Failed || !strings.Contains(rec.Why, "no ACK") {
			t.Errorf("record %+v", rec)
		}
	})
}

func TestHoldStopsTheClocks(t *testing.T) {
	script := func(m *fakeMachine, e dialog.Event) []dialog.Action {
		switch e.(type) {
		case dialog.Answered:
			return []dialog.Action{say(1, longPrompt)}
		case dialog.Spoken:
			return []dialog.Action{dialog.SetTimer{Timer: "silence", After: 6 * time.Second}}
		case dialog.Fired:
			return []dialog.Action{say(2, "still there"), dialog.End{Why: "no_input"}}
		}
		return nil
	}
	held := talkParams
	held.Direction = media.RecvOnly
	inBubble(t, script, func(r *rig) {
		began := time.Now()
		r.call()
		r.pass(2 * time.Second)
		r.leg.send(sip.MediaChanged{Params: held}) // in mid-prompt
		r.pass(20 * time.Second)
		if r.desk.Live()[0].Phase != "held" {
			t.Errorf("phase %q", r.desk.Live()[0].Phase)
		}
		r.leg.send(sip.MediaChanged{Params: talkParams})
		r.pass(lengthOf(longPrompt))
		if got := r.out().heardFor(longPrompt); got != lengthOf(longPrompt) {
			t.Errorf("heard %v of %v after the hold", got, lengthOf(longPrompt))
		}
		r.pass(2 * time.Second)
		r.leg.send(sip.MediaChanged{Params: held}) // while the script waits
		r.pass(time.Minute)
		if len(saw[dialog.Fired](r.machine)) != 0 {
			t.Error("the silence ladder ran while the caller held us")
		}
		r.leg.send(sip.MediaChanged{Params: talkParams})
		rec := r.end()
		if rec.Why != "no_input" || r.out().heardFor("still there") == 0 {
			t.Errorf("record %+v", rec)
		}
		want := lengthOf(longPrompt) + 6*time.Second + lengthOf("still there") + 80*time.Second
		if d := rec.Ended.Sub(began); d < want-200*time.Millisecond || d > want+500*time.Millisecond {
			t.Errorf("the call took %v, want about %v", d, want)
		}
		if r.out().heardFor("moment") != 0 {
			t.Error("a filler was played to nobody")
		}
	})
}

func TestDigits(t *testing.T) {
	script := actions(map[string][]dialog.Action{"Answered": {say(1, "hello"), waits()}})
	inBubble(t, script, func(r *rig) {
		r.call()
		r.pass(time.Second)
		sink := r.audio.caller().sink
		rtp := func(d byte) { sink.Event(media.Event{Kind: media.EventDigit, Digit: d, At: time.Now()}) }
		info := func(d byte) { r.leg.send(sip.Digit{Digit: d}) }
		rtp('1')
		r.pass(50 * time.Millisecond)
		info('1') // the same key
		r.pass(time.Second)
		info('2')
		rtp('2') // the same key
		r.pass(time.Second)
		rtp('3')
		r.pass(200 * time.Millisecond)
		rtp('3') // pressed twice
		r.pass(100 * time.Millisecond)
		info('3')
		info('3')
		r.pass(time.Second)
		info('#')
		r.pass(time.Second)
		info('#') // only by INFO: pressed twice
		r.pass(time.Second)
		r.leg.bye()
		rec := r.end()
		var got []byte
		for _, p := range saw[dialog.Pressed](r.machine) {
			got = append(got, p.Digit)
		}
		if string(got) != "1233##" {
			t.Errorf("pressed %q, want 1233##", got)
		}
		if len(has(rec, EntryDigits)) != 6 {
			t.Errorf("%d digits in the journal", len(has(rec, EntryDigits)))
		}
	})
}

func TestEcho(t *testing.T) {
	script := actions(map[string][]dialog.Action{"Answered": {dialog.Echo{Digits: true}}})
	inBubble(t, script, func(r *rig) {
		r.script.Listens = false
		r.call()
		r.pass(time.Minute)
		if r.over() || !r.audio.caller().echo || len(r.out().said()) != 0 {
			t.Errorf("a line test that is silent on purpose: over %v, said %v", r.over(), labels(r.out().said()))
		}
		if len(r.ears[0].streams) != 0 {
			t.Error("a recogniser was opened for a script that does not listen")
		}
		r.leg.bye()
		r.end()
	})
}

func TestLoopedPromptPlaysOn(t *testing.T) {
	loop := say(1, "music")
	loop.Loop = true
	script := actions(map[string][]dialog.Action{"Answered": {loop}})
	inBubble(t, script, func(r *rig) {
		r.voice.rendered["music"] = true
		r.script.Listens = false
		r.call()
		r.pass(time.Minute)
		spans := r.out().said()
		if len(spans) != 1 || spans[0].to.Sub(spans[0].from) < 59*time.Second {
			t.Errorf("played %+v", spans)
		}
		r.leg.bye()
		r.end()
	})
}

func TestDrain(t *testing.T) {
	t.Run("talks finish", func(t *testing.T) {
		inBubble(t, barging, func(r *rig) {
			r.call()
			r.pass(time.Second)
			r.wg.Go(func() {
				time.Sleep(20 * time.Second)
				r.leg.bye()
			})
			if cut := r.desk.Drain(r.t.Context()); cut != 0 {
				t.Errorf("%d calls were cut", cut)
			}
			if rec := r.end(); rec.EndedBy != "them" {
				t.Errorf("record %+v", rec)
			}
		})
	})
	t.Run("the deadline", func(t *testing.T) {
		inBubble(t, barging, func(r *rig) {
			r.call()
			r.pass(time.Second)
			ctx, cancel := context.WithTimeout(r.t.Context(), 10*time.Second)
			defer cancel()
			began := time.Now()
			if cut := r.desk.Drain(ctx); cut != 1 {
				t.Errorf("%d calls were cut, want 1", cut)
			}
			if d := time.Since(began); d > 13*time.Second {
				t.Errorf("it took %v", d)
			}
			rec := r.end()
			if rec.EndedBy != "us" || r.out().heardFor("last") != 900*time.Millisecond {
				t.Errorf("record %+v, heard %v of the last prompt", rec, r.out().heardFor("last"))
			}
		})
	})
}

func TestWatcher(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		all, slow := r.desk.Watch(256), r.desk.Watch(2)
		r.call()
		r.pass(4 * time.Second)
		r.leg.bye()
		rec := r.end()
		all.Close()
		slow.Close()
		slow.Close()
		var kinds []EntryKind
		var done *Record
		if u := <-all.Updates(); u.Entry != nil || u.Done != nil || u.Snapshot.Phase != "ringing" {
			t.Errorf("the first update is %+v", u)
		}
		for u := range all.Updates() {
			if u.Entry != nil {
				kinds = append(kinds, u.Entry.Kind)
			}
			if strings.Contains(u.Snapshot.Caller, "13800") {
				t.Errorf("the caller's number is not masked: %q", u.Snapshot.Caller)
			}
			done = u.Done
		}
		if !slices.Contains(kinds, EntrySaid) || done == nil || done.ID != rec.ID || all.Dropped() != 0 {
			t.Errorf("saw %v, done %v, dropped %d", kinds, done, all.Dropped())
		}
		var last []Update
		for u := range slow.Updates() {
			last = append(last, u)
		}
		if len(last) != 2 || last[1].Done == nil || slow.Dropped() == 0 || r.desk.Stats().WatcherDrops != slow.Dropped() {
			t.Errorf("a slow watcher has %d updates and %d drops", len(last), slow.Dropped())
		}
	})
}

func TestHangupByName(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.call()
		r.pass(4 * time.Second)
		if r.desk.Hangup("nobody", "x") {
			t.Error("an unknown call was hung up")
		}
		if id := r.desk.Live()[0].ID; !r.desk.Hangup(id, "hung up by a supervisor") || !r.desk.Hangup(id, "a second time") {
			t.Error("the call is not known")
		}
		rec := r.end()
		if rec.State != Finished || rec.EndedBy != "us" || rec.Why != "hung up by a supervisor" || r.out().heardFor("last") == 0 {
			t.Errorf("record %+v", rec)
		}
	})
}

func TestPlaceTakesOneOfAnID(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Answered{Params: talkParams}); leg.bye() }
		a := Attempt{ID: "mine", To: "4002", Script: "member"}
		run, err := r.desk.Place(a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.desk.Place(a); !errors.Is(err, ErrTwice) {
			t.Errorf("twice at once: %v", err)
		}
		rec, _ := run(r.t.Context())
		if r.wg.Wait(); rec.ID != "mine" || len(r.desk.Live()) != 0 {
			t.Errorf("record %+v, live %v", rec, r.desk.Live())
		}
		if _, err := r.desk.Place(Attempt{Script: "none"}); !errors.Is(err, ErrNoScript) {
			t.Errorf("%v", err)
		}
		if _, err := r.desk.Place(Attempt{ID: "other", Script: "member", Hash: "of another version"}); !errors.Is(err, ErrVersion) || len(r.desk.Live()) != 0 {
			t.Errorf("another version is spoken: %v", err)
		}
	})
}
