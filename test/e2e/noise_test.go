package e2e

import (
	"math"
	"sync"
	"testing"
	"time"
)

// patient is a script that asks twice more when it hears nothing, at a third of
// the usual times, and then ends the call.
const patient = `script: patient
language: en
defaults:
  silence:
    - {after: 4s, say: "Are you still there?"}
    - {after: 4s, say: "I cannot hear you."}
    - {after: 4s, say: "Goodbye.", outcome: nobody, end: no_input}
nodes:
  ask:
    stage: need
    say: "What can I do for you?"
    go: {else: told}
  told: {stage: close, say: "Thank you.", outcome: heard_words, end: true}
`

// TestNothingIsHeardInNoise sends silence, noise, tones and music: no word may
// come of it, and the silence ladder must run to its end.
func TestNothingIsHeardInNoise(t *testing.T) {
	t.Parallel()
	s := start(t, setup{
		scripts: map[string]string{"patient.yaml": patient},
		numbers: `  "1": patient`,
		speech:  "{asr: {engine: moonshine}}",
	})
	ringback := join(tones(2*time.Second, 440, 480), silence(4*time.Second))
	china := join(tones(time.Second, 450), silence(4*time.Second))
	sounds := map[string][]int16{
		"silence":          silence(time.Second),
		"faint hiss":       hiss(5*time.Second, 40),
		"line noise":       hiss(5*time.Second, 300),
		"ring-back":        ringback,
		"ring-back, China": china,
		"DTMF":             join(tones(200*time.Millisecond, 770, 1336), silence(300*time.Millisecond), tones(200*time.Millisecond, 941, 1477), silence(2*time.Second)),
		"hold music":       music(20 * time.Second),
	}
	var wait sync.WaitGroup
	defer wait.Wait()
	for name, pcm := range sounds {
		p := ring(t, s, "1")
		p.hum(pcm)
		wait.Go(func() {
			select {
			case <-p.call.Gone():
			case <-time.After(60 * time.Second):
				t.Errorf("%s: the silence ladder did not end the call", name)
				p.hangup()
			}
			r := s.finished(p.call.ID)
			if words := heardIn(r); len(words) > 0 || r.Outcome != "nobody" {
				t.Errorf("%s: heard %q, outcome %q", name, words, r.Outcome)
			}
		})
	}
}

// music is a plain tune with harmonics, as switches hold callers with.
func music(length time.Duration) []int16 {
	notes := []float64{261.6, 329.6, 392, 523.3, 392, 329.6, 293.7, 349.2, 440, 587.3, 440, 349.2}
	pcm := make([]int16, int(length.Seconds()*8000))
	for i := range pcm {
		at := float64(i) / 8000
		beat := math.Mod(at, 0.3)
		hz := notes[int(at/0.3)%len(notes)]
		var v float64
		for h := 1.0; h <= 5; h++ {
			v += math.Sin(2*math.Pi*hz*h*at) / h
		}
		pcm[i] = int16(2500 * v * math.Exp(-3*beat))
	}
	return pcm
}
