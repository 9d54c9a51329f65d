package call

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// barging is a long prompt that pauses for every sound, goes on after a cough,
// and gives way to words.
func barging(m *fakeMachine, e dialog.Event) []dialog.Action {
	switch e := e.(type) {
	case dialog.Answered:
		return []dialog.Action{dialog.Listen{Shape: "open"}, say(1, longPrompt)}
	case dialog.SpeechStarted:
		return []dialog.Action{dialog.Pause{}, dialog.SetTimer{Timer: "barge", After: 400 * time.Millisecond}}
	case dialog.SpeechEmpty:
		return []dialog.Action{dialog.StopTimer{Timer: "barge"}, dialog.Resume{}}
	case dialog.Fired:
		return []dialog.Action{dialog.Resume{}}
	case dialog.Heard:
		m.turn++
		return []dialog.Action{dialog.Hush{}, dialog.Understand{Turn: m.turn, Query: dialog.Query{Text: e.Text}}}
	case dialog.Meant:
		return []dialog.Action{say(2, "answer")}
	case dialog.Spoken:
		return []dialog.Action{waits()}
	}
	return nil
}

const longPrompt = "a prompt that takes its time to be spoken to the end"

func TestCoughResumesAndLosesNothing(t *testing.T) {
	for name, rendered := range map[string]bool{"clip": true, "streamed": false} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, barging, func(r *rig) {
				r.voice.rendered[longPrompt] = rendered
				r.call()
				r.pass(2 * time.Second)
				r.stream(0).onset()
				r.pass(200 * time.Millisecond)
				if r.out().Speaking() {
					t.Error("speech goes on 200 ms after the onset")
				}
				r.stream(0).noise()
				r.pass(40 * time.Millisecond)
				if !r.out().Speaking() {
					t.Error("speech has not resumed 40 ms after the cough's end")
				}
				r.pass(10 * time.Second)
				r.leg.bye()
				r.end()
				if got := r.out().heardFor(longPrompt); got != lengthOf(longPrompt) {
					t.Errorf("the caller heard %v of %v", got, lengthOf(longPrompt))
				}
				spans := r.out().said()
				if len(spans) != 2 || spans[1].from.Sub(spans[0].to) > 600*time.Millisecond {
					t.Errorf("heard in %d runs: %+v, want one gap of at most 600 ms", len(spans), spans)
				}
				if len(saw[dialog.Spoken](r.machine)) != 1 {
					t.Error("the prompt was not told as spoken")
				}
			})
		})
	}
}

func TestRealWordsHush(t *testing.T) {
	inBubble(t, barging, func(r *rig) {
		r.call()
		r.pass(2 * time.Second)
		r.stream(0).onset()
		r.pass(300 * time.Millisecond)
		r.stream(0).final("how much is it", 100*time.Millisecond)
		r.pass(3 * time.Second)
		r.leg.bye()
		rec := r.end()
		if got := r.out().heardFor(longPrompt); got < 1900*time.Millisecond || got > 2100*time.Millisecond {
			t.Errorf("the caller heard %v of the old prompt, want what had left before the words", got)
		}
		if r.out().heardFor("answer") != lengthOf("answer") {
			t.Error("the answer was not heard whole")
		}
		for _, s := range saw[dialog.Spoken](r.machine) {
			if s.Say == 1 {
				t.Error("a hushed prompt was told as spoken")
			}
		}
		if tm := has(rec, EntryHeard)[0].Timing; !tm.Barged || tm.Reply <= 0 {
			t.Errorf("timing %+v, want it barged and with a reply", tm)
		}
	})
}

// What the caller notices of a decision is the packets that still leave after it.
func TestTheLastPacketAfterADecisionIsOnRecord(t *testing.T) {
	inBubble(t, barging, func(r *rig) {
		r.call()
		r.pass(2 * time.Second)
		r.stream(0).onset()
		decided := time.Now()
		r.pass(200 * time.Millisecond)
		r.stream(0).noise()
		r.pass(time.Second)
		r.stream(0).onset()
		r.pass(300 * time.Millisecond)
		r.stream(0).final("how much is it", 100*time.Millisecond)
		r.pass(3 * time.Second)
		r.leg.bye()
		rec := r.end()
		stops := has(rec, EntryStopped)
		if len(stops) != 2 || len(r.meter.stops) != 2 {
			t.Fatalf("stops %+v, metered %v, want the cough's and the words', each once", stops, r.meter.stops)
		}
		if s := stops[0]; !s.At.Equal(decided) || s.Text != "paused" || s.Node != r.machine.node {
			t.Errorf("%+v, want a pause that was decided at %v", s, decided)
		}
		for i, s := range stops {
			if s.Timing.Stop < -20 || s.Timing.Stop > 24 || ms(r.meter.stops[i]) != max(s.Timing.Stop, 0) {
				t.Errorf("the last packet left %v ms after the decision, metered %v", s.Timing.Stop, r.meter.stops[i])
			}
		}
		last := r.out().said()[0].to
		if got := ms(last.Sub(decided)); got != stops[0].Timing.Stop {
			t.Errorf("on record %v ms, on the wire %v", stops[0].Timing.Stop, got)
		}
	})
}

func TestNodIsNoTurn(t *testing.T) {
	nod := func(m *fakeMachine, e dialog.Event) []dialog.Action {
		if _, ok := e.(dialog.Heard); ok {
			return []dialog.Action{dialog.Resume{}}
		}
		return barging(m, e)
	}
	inBubble(t, nod, func(r *rig) {
		r.call()
		r.pass(time.Second)
		r.stream(0).onset()
		r.pass(300 * time.Millisecond)
		r.stream(0).final("uh-huh", 100*time.Millisecond)
		r.pass(10 * time.Second)
		r.leg.bye()
		r.end()
		if got := r.out().heardFor(longPrompt); got != lengthOf(longPrompt) {
			t.Errorf("the caller heard %v of %v", got, lengthOf(longPrompt))
		}
		if len(r.meter.turns) != 0 {
			t.Errorf("a nod was timed as a turn: %+v", r.meter.turns)
		}
	})
}

// A say that was synthesised for an old generation never reaches the caller.
func TestLateSpeechIsWorthless(t *testing.T) {
	inBubble(t, barging, func(r *rig) {
		r.voice.after = 3 * time.Second // the first prompt is still being made
		r.call()
		r.pass(time.Second)
		r.voice.mu.Lock()
		r.voice.after = 0
		r.voice.mu.Unlock()
		r.stream(0).onset()
		r.stream(0).final("a person", 0)
		r.pass(8 * time.Second)
		r.leg.bye()
		r.end()
		if r.out().heardFor(longPrompt) != 0 {
			t.Error("a prompt was heard after it had been hushed")
		}
		if r.out().heardFor("answer") != lengthOf("answer") {
			t.Error("the answer was not heard whole")
		}
	})
}
