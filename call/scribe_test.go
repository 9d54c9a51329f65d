package call

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// onBridge has a caller and a person joined, transcribed by up to so many streams.
func onBridge(t *testing.T, scribes int, test func(r *rig), prepare ...func(r *rig)) {
	t.Helper()
	inBubble(t, handing(bridged), func(r *rig) {
		r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Answered{Params: talkParams}) }
		r.toTransfer()
		r.pass(2 * time.Second)
		if r.audio.joins != 1 {
			t.Fatalf("joined %d times", r.audio.joins)
		}
		test(r)
	}, append([]func(r *rig){func(r *rig) {
		r.script.Record = true
		r.desk.deps.Config.Scribes, r.desk.deps.Config.Mask = scribes, true
	}}, prepare...)...)
}

// turn is a turn of the stream that was opened i-th, a second long.
func (r *rig) turn(i int, text string) {
	r.t.Helper()
	s := r.ears[0].stream(i)
	if s == nil {
		r.t.Fatalf("stream %d was never opened", i)
	}
	s.onset()
	r.pass(time.Second)
	s.final(text, 0)
	r.pass(100 * time.Millisecond)
}

// whoSaid are "who: text" of entries of a kind.
func whoSaid(rec Record, kind EntryKind) (all []string) {
	for _, e := range has(rec, kind) {
		all = append(all, e.From+": "+e.Text)
	}
	return all
}

// which tells the streams of caller and agent apart: they are opened in any order.
func (r *rig) which(t *testing.T) (caller, agent int) {
	t.Helper()
	r.turn(1, "which am I")
	r.records.mu.Lock()
	defer r.records.mu.Unlock()
	for _, list := range r.records.lines {
		for _, e := range list {
			if e.Kind == EntryTalk {
				if e.From == Caller {
					return 1, 2
				}
				return 2, 1
			}
		}
	}
	t.Fatal("no turn is on record")
	return 0, 0
}

// TestBothAreWrittenDown has caller and person talk: every turn is on record with
// who said it and when, in order, and numbers are hidden where they are written.
func TestBothAreWrittenDown(t *testing.T) {
	onBridge(t, 2, func(r *rig) {
		caller, agent := r.which(t)
		w := r.desk.Watch(64)
		defer w.Close()
		r.turn(agent, "what is your card number")
		r.turn(caller, "It is 6222")
		r.turn(caller, "0200")
		r.turn(caller, "1234 5678")
		r.turn(agent, "thank you, my number is 138 0013 8000")
		r.pass(3 * time.Second)
		r.turn(agent, "bye")
		r.leg.bye()
		rec := r.end()
		want := []string{"agent: what is your card number", "caller: It is ****", "caller: ****", "caller: **** 5678",
			"agent: thank you, my number is 138 **** 8000", "agent: bye"}
		if got := whoSaid(rec, EntryTalk)[1:]; !slices.Equal(got, want) {
			t.Errorf("turns %q\nwant %q", got, want)
		}
		last := 0.0
		for _, e := range has(rec, EntryTalk) {
			if e.Timing == nil || e.Timing.Start <= last || e.Timing.SpeechMS < 900 {
				t.Errorf("%s %q: timing %+v behind %.0f ms", e.From, e.Text, e.Timing, last)
				continue
			}
			last = e.Timing.Start
		}
		if got, want := whoSaid(rec, EntryMasked), []string{"caller: number spoken", "caller: number spoken", "caller: number spoken", "agent: number spoken"}; !slices.Equal(got, want) {
			t.Errorf("masked %q, want %q", got, want)
		}
		r.sealed(t, rec)
		saw := 0
		for range len(w.Updates()) {
			if u := <-w.Updates(); u.Entry != nil && u.Entry.Kind == EntryTalk {
				saw++
				if strings.Contains(u.Entry.Text, "0013") {
					t.Errorf("a live event says %q", u.Entry.Text)
				}
			}
		}
		if saw < 6 {
			t.Errorf("%d live events of turns", saw)
		}
		for i, e := range has(rec, EntryHeard) {
			if e.From != "" {
				t.Errorf("turn %d of the machine's is %q's", i, e.From)
			}
		}
	})
}

// sealed holds the recording to be silent where the record says, and nowhere else.
func (r *rig) sealed(t *testing.T, rec Record) {
	t.Helper()
	b, err := os.ReadFile(rec.Recording)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(rec.Recording + partSuffix); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the locked file is still there: %v", err)
	}
	silent := func(side int, at float64) bool {
		i := 44 + 4*int(at*8) + 2*side
		return int16(binary.LittleEndian.Uint16(b[i:])) == 0
	}
	hidden := func(side int, at float64) bool {
		for _, e := range has(rec, EntryMasked) {
			who := 1
			if e.From == Caller {
				who = 0
			}
			if who == side && at >= e.Timing.Start && at < e.Timing.Start+e.Timing.SpeechMS {
				return true
			}
		}
		return false
	}
	some := false
	for at := 0.5; at < 59_000; at += 10 {
		for side := range 2 {
			if got, want := silent(side, at), hidden(side, at); got != want {
				t.Fatalf("side %d at %.1f ms: silent %t, want %t", side, at, got, want)
			}
			some = some || hidden(side, at)
		}
	}
	if !some {
		t.Error("nothing is masked")
	}
}

// TestNobodyIsTranscribedBeyondTheCap tells on record and counts.
func TestNobodyIsTranscribedBeyondTheCap(t *testing.T) {
	onBridge(t, 1, func(r *rig) {
		if r.ears[0].stream(1) != nil {
			t.Error("a stream was opened")
		}
		if n := r.desk.Stats().Unscribed; n != 1 {
			t.Errorf("%d counted", n)
		}
		r.leg.bye()
		rec := r.end()
		if got := whoSaid(rec, EntryTrouble); !slices.Contains(got, ": not transcribed") {
			t.Errorf("troubles %q", got)
		}
		if r.desk.count.scribing.Load() != 0 {
			t.Error("streams are counted that are none")
		}
	})
	onBridge(t, 0, func(r *rig) {
		r.leg.bye()
		if rec := r.end(); r.ears[0].stream(1) != nil || len(whoSaid(rec, EntryTrouble)) != 0 {
			t.Errorf("switched off: %q", whoSaid(rec, EntryTrouble))
		}
	})
}

// TestRecogniserNeverTouchesTheBridge has every stream die, panic or never open:
// the two go on talking, the record says what is missing, and what was being said
// is silenced.
func TestRecogniserNeverTouchesTheBridge(t *testing.T) {
	for name, c := range map[string]struct {
		breaks  func(r *rig)
		missing bool
	}{
		"dies once": {func(r *rig) { r.ears[0].stream(1).die() }, false},
		"dies always": {func(r *rig) {
			r.ears[0].stream(1).onset()
			for i := range 6 {
				for _, e := range r.ears {
					for j := 1 + i; e.stream(j) != nil; j++ {
						e.stream(j).die()
					}
					if e == r.ears[1] {
						for j := 0; e.stream(j) != nil; j++ {
							e.stream(j).die()
						}
					}
				}
				r.pass(4 * time.Second)
			}
		}, true},
		"panics": {func(r *rig) {
			for i := range 2 {
				s := r.ears[0].stream(1 + i)
				s.onset()
				r.pass(time.Second)
				s.mu.Lock()
				s.panics = true
				s.mu.Unlock()
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			onBridge(t, 2, func(r *rig) {
				c.breaks(r)
				r.pass(10 * time.Second)
				if r.over() || r.audio.parts != 0 || r.desk.Live()[0].Phase != "joined" {
					t.Fatal("the bridge was touched")
				}
				r.leg.bye()
				rec := r.end()
				missing := slices.ContainsFunc(has(rec, EntryTrouble), func(e Entry) bool { return strings.HasPrefix(e.Text, "not transcribed any more") })
				if missing != c.missing {
					t.Errorf("troubles %q", whoSaid(rec, EntryTrouble))
				}
				unheard := slices.ContainsFunc(has(rec, EntryMasked), func(e Entry) bool { return e.Text == concealUnfinished })
				if unheard != c.missing {
					t.Errorf("masked %q", whoSaid(rec, EntryMasked))
				}
				if !r.leg.ended() || !r.phone.leg(0).ended() || rec.Outcome != "transferred" || r.desk.count.scribing.Load() != 0 {
					t.Errorf("the call's end: %q, %d streams", rec.Outcome, r.desk.count.scribing.Load())
				}
			})
		})
	}
}

// TestSoundsWithoutWords has a long sound that no words were found in: it may be a
// number that was not made out. A cough is left alone.
func TestSoundsWithoutWords(t *testing.T) {
	onBridge(t, 2, func(r *rig) {
		caller, _ := r.which(t)
		s := r.ears[0].stream(caller)
		for _, long := range []time.Duration{time.Second, 4 * time.Second} {
			start := s.audio()
			s.onset()
			r.pass(long)
			s.tell(asr.Transcript{Kind: asr.Noise, Start: start, End: s.audio()})
			r.pass(time.Second)
		}
		r.leg.bye()
		rec := r.end()
		got := has(rec, EntryMasked)
		if len(got) != 1 || got[0].Text != concealUnclear || got[0].From != Caller || got[0].Timing.SpeechMS < 4000 {
			t.Errorf("masked %+v", got)
		}
		r.sealed(t, rec)
	})
}

// TestRiskIsSeenAndTheCallerStays has both say words of a class: the record and
// live events say so, once for each of them, and nobody is sent elsewhere.
func TestRiskIsSeenAndTheCallerStays(t *testing.T) {
	route := &fakeRouter{words: map[string]string{"lawyer": "risk", "report you": "complaint"}}
	onBridge(t, 2, func(r *rig) {
		asked := len(route.asked)
		caller, agent := r.which(t)
		r.turn(caller, "I call my lawyer, card 4111 1111 1111 1111")
		r.turn(caller, "my lawyer I said")
		r.turn(agent, "no lawyer please")
		r.turn(caller, "I report you")
		if len(route.asked) != asked || r.over() || r.audio.parts != 0 {
			t.Error("the rules of mid-call were asked while a person was on the line")
		}
		r.leg.bye()
		rec := r.end()
		if got, want := whoSaid(rec, EntryAlert), []string{"caller: risk", "agent: risk", "caller: complaint"}; !slices.Equal(got, want) {
			t.Errorf("alerts %q, want %q", got, want)
		}
		if why := has(rec, EntryAlert)[0].Why; why != "I call my lawyer, card **** **** **** 1111" {
			t.Errorf("why %q", why)
		}
	}, func(r *rig) {
		route.to.Script, route.off = r.script, func(Live) (Turnoff, bool) { return Turnoff{}, false }
		r.desk.deps.Router = route
	})
}

// TestLastWordsAreHeard has the caller hang up in the middle of a number: its words
// are waited for, and when they do not come the turn is silenced.
func TestLastWordsAreHeard(t *testing.T) {
	for _, come := range []bool{true, false} {
		onBridge(t, 2, func(r *rig) {
			caller, _ := r.which(t)
			s := r.ears[0].stream(caller)
			s.onset()
			r.pass(2 * time.Second)
			fed := s.audio()
			r.leg.bye()
			r.pass(300 * time.Millisecond)
			if s.audio() < fed+time.Second {
				t.Errorf("%s of silence behind the last words", s.audio()-fed)
			}
			if come {
				s.final("4111 1111 1111 1111", 1200*time.Millisecond)
			}
			rec := r.end()
			want := map[bool]string{true: "caller: number spoken", false: "caller: not heard out"}[come]
			if got := whoSaid(rec, EntryMasked); !slices.Equal(got, []string{want}) {
				t.Errorf("masked %q, want %q", got, want)
			}
			if talk := whoSaid(rec, EntryTalk); come != (talk[len(talk)-1] == "caller: **** **** **** 1111") {
				t.Errorf("turns %q", talk)
			}
			r.sealed(t, rec)
		})
	}
}

// TestNumbersOfTheMachinesPart has a caller say a card number to the script, key
// one, and hear one read out.
func TestNumbersOfTheMachinesPart(t *testing.T) {
	step := func(_ *fakeMachine, e dialog.Event) []dialog.Action {
		switch e := e.(type) {
		case dialog.Answered:
			return []dialog.Action{dialog.Listen{Shape: "digits", Max: 16}, say(1, "your card please"), waits()}
		case dialog.Heard:
			return []dialog.Action{dialog.Note{Key: "card", Value: "4111111111111111"}, say(2, "I read "+e.Text)}
		case dialog.Pressed:
			if e.Digit == '#' {
				return []dialog.Action{dialog.Listen{Shape: "yes_no"}}
			}
		}
		return nil
	}
	inBubble(t, step, func(r *rig) {
		r.script.Record = true
		rec := r.holds(4*time.Second, func() {
			r.stream(0).onset()
			r.pass(time.Second)
			r.stream(0).final("4111 1111 1111 1111", 0)
			r.pass(10 * time.Second)
			for _, d := range "4111111111111111#" {
				r.leg.send(sip.Digit{Digit: byte(d)})
				r.pass(200 * time.Millisecond)
			}
			r.pass(time.Second)
			r.leg.send(sip.Digit{Digit: '1'})
			r.pass(time.Second)
		})
		if got := whoSaid(rec, EntryHeard); !slices.Equal(got, []string{": **** **** **** 1111"}) {
			t.Errorf("heard %q", got)
		}
		if said := whoSaid(rec, EntrySaid); said[1] != ": I read **** **** **** 1111" {
			t.Errorf("said %q", said)
		}
		var keys string
		for _, e := range has(rec, EntryDigits) {
			keys += e.Text
		}
		if keys != "************1111#1" {
			t.Errorf("keys %q", keys)
		}
		if got, want := whoSaid(rec, EntryMasked), []string{"caller: number spoken", "us: number spoken", "caller: number keyed", "caller: tones of keys"}; !slices.Equal(got, want) {
			t.Errorf("masked %q, want %q", got, want)
		}
		for _, e := range has(rec, EntryNote) {
			if strings.Contains(e.Text, "4111") {
				t.Errorf("note %q", e.Text)
			}
		}
		if all := fmt.Sprint(rec.Entries); strings.Contains(all, "411111") || strings.Contains(all, "4111 1111") {
			t.Errorf("the number is on record: %s", all)
		}
	})
}
