package bench

import (
	"math"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/bench/wire"
)

// room plays both ends of a call on a clock of its own: every 20 ms the far end
// says what it will, then the party under test speaks.
type room struct {
	now   int64
	party speaker
	far   func(at int64) []int16 // 20 ms; nil is silence
	mouth func(at int64, heard []int16)
}

func (r *room) run(d time.Duration) {
	payload := make([]byte, 160)
	for end := r.now + int64(d); r.now < end; r.now += int64(frameLen) {
		pcm := r.far(r.now)
		if pcm == nil {
			pcm = make([]int16, 160)
		}
		// The far end's packet comes 3 ms before our own slot.
		r.party.Hear(wire.Packet{At: r.now - 3e6, Type: wire.PCMA, Payload: wire.ALaw.Encode(pcm)})
		r.party.Speak(r.now, payload)
		if r.mouth != nil {
			r.mouth(r.now, wire.ALaw.Decode(nil, payload))
		}
	}
}

func loud() []int16 {
	pcm := make([]int16, 160)
	for i := range pcm {
		pcm[i] = int16(6000 * math.Sin(float64(i)/3))
	}
	return pcm
}

func tone(samples int) []int16 {
	var pcm []int16
	for len(pcm) < samples {
		pcm = append(pcm, loud()...)
	}
	pcm = pcm[:samples]
	pcm[samples-1] = 5000
	return pcm
}

func TestCallerTimesTheReplyFromTheLastSampleSpoken(t *testing.T) {
	const reply = 400 * time.Millisecond
	said := []line{{Shape: "open", Text: "a", sound: newSound(tone(1000))}, {Shape: "yes_no", Text: "b", sound: newSound(tone(800))}}
	c := newCaller(said, 4)
	c.agreed(wire.ALaw)
	start := int64(1e18)
	var answerAt, last int64 // the far end begins to answer; our last audible packet
	talking := start + int64(time.Second)
	r := &room{now: start, party: c}
	r.far = func(at int64) []int16 {
		if at < talking || answerAt != 0 && at >= answerAt && at < answerAt+int64(time.Second) {
			return loud()
		}
		return nil
	}
	r.mouth = func(at int64, heard []int16) {
		for _, s := range heard {
			if s > 4000 || s < -4000 {
				last = at
				answerAt = at + int64(reply)
			}
		}
	}
	r.run(30 * time.Second)
	if len(c.turns) != 4 {
		t.Fatalf("took %d turns: %+v", len(c.turns), c.turns)
	}
	select {
	case <-c.done:
	default:
		t.Fatal("the caller does not say that it is done")
	}
	for i, turn := range c.turns {
		// The packet of the last sample left at `last`. 1000 samples end 40 samples
		// into their packet, so 120 samples (15 ms) earlier; 800 fill theirs.
		want := 400.0 - 3
		if i%2 == 0 {
			want += 15
		}
		if turn.Lost != "" || math.Abs(turn.Reply-want) > 0.01 || turn.Said != said[i%2].Text {
			t.Errorf("turn %d: %+v, want %v ms", i, turn, want)
		}
	}
	if last == 0 {
		t.Fatal("nothing was said")
	}
}

func TestCallerWaitsForQuiet(t *testing.T) {
	c := newCaller([]line{{sound: newSound(tone(800))}}, 1)
	c.agreed(wire.ALaw)
	start := int64(1e18)
	var spoke int64
	r := &room{now: start, party: c, far: func(at int64) []int16 {
		// Words with gaps of 400 ms for three seconds; the last packet comes at 2.58 s.
		if at < start+int64(3*time.Second) && (at-start)/int64(200*time.Millisecond)%3 == 0 {
			return loud()
		}
		return nil
	}}
	r.mouth = func(at int64, heard []int16) {
		if spoke == 0 && heard[1] != 0 && heard[0]*heard[0] < heard[5]*heard[5] {
			spoke = at
		}
	}
	r.run(20 * time.Second)
	if quiet := spoke - (start + int64(2580*time.Millisecond)); quiet < int64(hush) || quiet > int64(hush+wander+time.Second) {
		t.Fatalf("spoke after %v of quiet", time.Duration(quiet))
	}
	if len(c.turns) != 1 || c.turns[0].Lost != "no answer within 8 s" {
		t.Fatalf("turns %+v", c.turns)
	}
}

func TestReplyBeforeTheEndIsNoFigure(t *testing.T) {
	c := newCaller([]line{{sound: newSound(tone(8000))}}, 1)
	c.agreed(wire.ALaw)
	start := int64(1e18)
	r := &room{now: start, party: c, far: func(at int64) []int16 {
		if at < start+int64(time.Second) || c.saying != nil || c.ended != 0 {
			return loud()
		}
		return nil
	}}
	r.run(10 * time.Second)
	if len(c.turns) != 1 || c.turns[0].Lost != "the other side was speaking already" {
		t.Fatalf("turns %+v", c.turns)
	}
}

// prompter plays the prompt and reacts to the party as a server would.
type prompter struct {
	prompt  []int16
	at      int
	paused  int64
	resume  int64 // pause this long; 0 stays silent
	skip    int   // samples lost over the pause
	restart bool
}

func TestInterrupterSeesPauseResumeAndLoss(t *testing.T) {
	tests := []struct {
		name string
		far  prompter
		want interruption
	}{
		{"goes on where it stopped", prompter{resume: int64(500 * time.Millisecond)}, interruption{Paused: true, Resumed: true}},
		{"loses 37 samples", prompter{resume: int64(500 * time.Millisecond), skip: 37}, interruption{Paused: true, Resumed: true, Lost: 37.0 / 8}},
		{"begins again", prompter{resume: int64(700 * time.Millisecond), restart: true}, interruption{Paused: true, Resumed: true, Anew: true}},
		{"stays silent", prompter{}, interruption{Paused: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &interrupter{plan: []noise{{kind: kindCough, sound: newSound(tone(2400)), size: 2400}}, done: make(chan struct{})}
			p.agreed(wire.ALaw)
			f := tt.far
			f.prompt = promptPCM()
			r := &room{now: 1e18, party: p}
			r.mouth = func(at int64, heard []int16) {
				if f.paused == 0 && p.saying != nil {
					f.paused = at + int64(100*time.Millisecond)
				}
			}
			r.far = func(at int64) []int16 {
				if f.paused != 0 && at >= f.paused && (f.resume == 0 || at < f.paused+f.resume) {
					return nil
				}
				if f.paused != 0 && at >= f.paused {
					if f.restart {
						f.at, f.restart = 0, false
					}
					f.at, f.skip = f.at+f.skip, 0
				}
				f.at += 160
				return f.prompt[f.at-160 : f.at]
			}
			r.run(12 * time.Second)
			if len(p.said) != 1 {
				t.Fatalf("interrupted %d times", len(p.said))
			}
			got := p.said[0]
			judge(&got, p.log, 1<<62, f.prompt)
			if got.Paused != tt.want.Paused || got.Resumed != tt.want.Resumed || got.Anew != tt.want.Anew || math.Abs(got.Lost-tt.want.Lost) > 1e-9 {
				t.Fatalf("got %+v", got)
			}
			// Onset at the mouth is 20 ms before its packet; the far end's last
			// packet is that of 80 ms later, and came 3 ms before our slot.
			if want := 20.0 + 80 - 3; math.Abs(got.Pause-want) > 0.01 {
				t.Errorf("paused after %v ms, want %v", got.Pause, want)
			}
			if got.Resumed {
				if want := float64(f.resume)/1e6 + 20; math.Abs(got.Gap-want) > 0.01 {
					t.Errorf("silent for %v ms, want %v", got.Gap, want)
				}
				if got.Match < 0.99 {
					t.Errorf("prompt not recognised: %v", got.Match)
				}
			}
		})
	}
}

func TestPromptNeverPauses(t *testing.T) {
	pcm := promptPCM()
	for i := 0; i+160 <= len(pcm); i += 160 {
		var sum float64
		for _, s := range pcm[i : i+160] {
			sum += float64(s) * float64(s)
		}
		if rms := math.Sqrt(sum / 160); rms < 300 || rms > 14000 {
			t.Fatalf("packet %d has a level of %.0f", i/160, rms)
		}
	}
}

func TestMatchGoesByTheClock(t *testing.T) {
	second := func(n int64) int64 { return int64(1e18) + n*int64(time.Second) }
	turns := []turn{
		{Shape: "open", Said: "a", ended: second(1)},
		{Shape: "yes_no", Said: "b", ended: second(5)},
		{Shape: "digits", Said: "c", ended: second(9)},
	}
	heard := func(n int64, node, text string) call.Entry {
		return call.Entry{At: time.Unix(0, second(n)+4e8), Kind: call.EntryHeard, Node: node, Text: text}
	}
	match(turns, []call.Entry{
		{At: time.Unix(0, second(1)), Kind: call.EntrySaid, Text: "not heard"},
		heard(1, "open", "a1"), heard(2, "sure", "a2"), heard(9, "sure", "c1"),
	})
	if turns[0].Heard != "a1 | a2" || turns[0].Lost != "" {
		t.Errorf("first turn: %+v", turns[0])
	}
	if turns[1].Heard != "" || turns[1].Lost != "" {
		t.Errorf("second turn: %+v", turns[1])
	}
	if turns[2].Heard != "c1" || turns[2].Lost == "" {
		t.Errorf("third turn was said at another question: %+v", turns[2])
	}
}
