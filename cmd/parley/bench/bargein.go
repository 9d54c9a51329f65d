package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/bench/measure"
)

// BargeinCmd is parley bench bargein.
type BargeinCmd struct {
	Common
	Rounds int    `default:"20" help:"Times that each kind of sound interrupts the prompt."`
	ASR    string `default:"moonshine" help:"Recogniser of our own server."`
}

// The sounds that interrupt.
const (
	kindWords = "words"
	kindCough = "cough"
	kindUhHuh = "uh-huh"
)

// interruption is one of them and what came of it. Times are milliseconds.
type interruption struct {
	CallID  string  `json:"call_id"`
	Kind    string  `json:"kind"`
	Said    string  `json:"said"`
	Paused  bool    `json:"paused"`
	Pause   float64 `json:"onset_to_last_packet_ms,omitempty"`
	Resumed bool    `json:"resumed"`
	Resume  float64 `json:"end_to_resumed_ms,omitempty"` // from the end of the caller's sound
	Gap     float64 `json:"silent_ms,omitempty"`         // between the last packet and the first after it
	Lost    float64 `json:"lost_ms"`                     // of the prompt; negative is repeated
	Match   float64 `json:"match,omitempty"`             // correlation with the prompt after the pause
	Anew    bool    `json:"from_the_start,omitempty"`    // the prompt began again
	onset   int64
	end     int64
}

// Run interrupts and reports.
func (c *BargeinCmd) Run(ctx context.Context) error {
	if c.Rounds < 1 {
		return errors.New("bench bargein: --rounds is at least 1")
	}
	sounds, err := interruptions(ctx, c.Rounds)
	if err != nil {
		return err
	}
	r, err := c.open(ctx, numberBargein, options{asr: c.ASR, steady: true})
	if err != nil {
		return err
	}
	defer r.close()
	var prompt []int16
	if r.own != nil {
		prompt = promptPCM()
	}
	var all []interruption
	var stops []float64
	// Six interruptions a call keep one call's packets small.
	const perCall = 6
	for plan := range slices.Chunk(sounds, perCall) {
		got, err := c.one(ctx, r, plan, prompt)
		if err != nil {
			return err
		}
		all = append(all, got...)
		if r.http != "" && len(got) > 0 {
			more, err := stopped(ctx, r.http, got[0].CallID)
			if err != nil {
				return err
			}
			stops = append(stops, more...)
		}
	}
	rep := c.report(all, prompt != nil)
	decisions(&rep, stops)
	return c.finish(rep)
}

// stopped reads from the server's record of a call how long after each decision
// the last packet of its speech left, ms. The packets alone cannot tell: nobody
// outside sees the decision.
func stopped(ctx context.Context, base, callID string) ([]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	rec, err := record(ctx, base, callID)
	if err != nil {
		return nil, err
	}
	var all []float64
	for _, e := range rec.Entries {
		if e.Kind == call.EntryStopped && e.Timing != nil {
			all = append(all, e.Timing.Stop)
		}
	}
	return all, nil
}

// decisions adds what the server's records tell of its decisions.
func decisions(rep *Report, stops []float64) {
	if len(stops) == 0 {
		rep.note("decision to last packet: no record tells it; name the server's console with --http")
		return
	}
	d := measure.SpreadOf(stops)
	rep.add("decisions on record", d.N, "")
	rep.add("decision to last packet p50", round(d.P50), "ms")
	rep.add("decision to last packet p95", round(d.P95), "ms")
	rep.atMost("decision to last packet max", round(d.Max), 24, "ms")
	rep.add("decision to the end of that packet's sound, max", round(d.Max+20), "ms")
}

// noise is a sound that interrupts.
type noise struct {
	kind, text string
	sound      *sound
	first      int // sample at which it becomes audible
	size       int // samples
}

// interruptions are words, a cough and a nod for each round; of the last two no
// two are alike.
func interruptions(ctx context.Context, rounds int) ([]noise, error) {
	s, err := voice()
	if err != nil {
		return nil, err
	}
	const words, nods, rough, throaty = "Excuse me, I want to speak to somebody.", "uh-huh", "ugh", "ahem"
	said := map[string][]int16{}
	for _, text := range []string{words, nods, rough, throaty} {
		if said[text], err = spoken(ctx, s, text); err != nil {
			return nil, err
		}
	}
	var all []noise
	add := func(kind, text string, pcm []int16) {
		first, end := measure.Edges(pcm, audibleEdge)
		all = append(all, noise{kind: kind, text: text, sound: newSound(pcm[:end]), first: first, size: end})
	}
	for n := range uint64(rounds) {
		add(kindWords, words, said[words])
		switch n % 3 {
		case 0:
			add(kindCough, fmt.Sprintf("(hoarse cough, %d)", n), over(cough(n), said[rough]))
			add(kindUhHuh, nods, said[nods])
		case 1:
			add(kindCough, fmt.Sprintf("(cough, %d)", n), cough(n))
			add(kindUhHuh, fmt.Sprintf("(uh-huh, %d)", n), nod(n, openMouth))
		case 2:
			add(kindCough, fmt.Sprintf("(throat cleared, %d)", n), over(clearing(n), said[throaty]))
			add(kindUhHuh, fmt.Sprintf("(mm-hmm, %d)", n), nod(n, humming))
		}
	}
	return all, nil
}

// one holds a call with the interruptions of a plan.
func (c *BargeinCmd) one(ctx context.Context, r *rig, plan []noise, prompt []int16) ([]interruption, error) {
	p, n := &interrupter{plan: plan, done: make(chan struct{})}, len(plan)
	t, err := r.dial(ctx, r.target, p, false)
	if err != nil {
		return nil, err
	}
	select {
	case <-p.done:
	case <-t.call.Gone():
	case <-ctx.Done():
	case <-time.After(time.Duration(n) * 30 * time.Second):
	}
	err = t.end()
	if err == nil && len(p.said) < n {
		err = fmt.Errorf("only %d of %d interruptions could be made in call %s: the other side fell silent or hung up", len(p.said), n, t.call.ID)
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	for i := range p.said {
		p.said[i].CallID = t.call.ID
		limit := int64(1<<63 - 1)
		if i+1 < len(p.said) {
			limit = p.said[i+1].onset
		}
		judge(&p.said[i], p.log, limit, prompt)
	}
	return p.said, err
}

func (c *BargeinCmd) report(all []interruption, own bool) Report {
	rep := Report{Bench: "bargein", Detail: all}
	var pause, spoken, gap, resume []float64
	words, stopped, others, back, whole, over, anew := 0, 0, 0, 0, 0, 0, 0
	for _, i := range all {
		if i.Paused {
			pause = append(pause, i.Pause)
		}
		if i.Kind == kindWords {
			words++
			if i.Paused {
				spoken = append(spoken, i.Pause)
			}
			if i.Paused && (!own || i.Anew) {
				stopped++
			}
			if i.Resumed && i.Resume < 0 {
				over++
			}
			continue
		}
		others++
		if i.Anew {
			anew++
		}
		if i.Paused && i.Resumed {
			gap, resume = append(gap, i.Gap), append(resume, i.Resume)
		}
		if i.Resumed || !i.Paused {
			back++
			if !i.Paused || i.Lost == 0 && (!own || i.Match > 0.9) && !i.Anew {
				whole++
			}
		}
	}
	s := measure.SpreadOf(spoken) // speech; a throat clears softly before it is loud
	p, g, e := measure.SpreadOf(pause), measure.SpreadOf(gap), measure.SpreadOf(resume)
	rep.add("interruptions", len(all), "")
	rep.add("prompt paused", p.N, "")
	rep.add("onset to last packet p50", round(p.P50), "ms")
	rep.add("onset to last packet p95", round(p.P95), "ms")
	rep.add("words", words, "")
	rep.atMost("onset of words to last packet p50", round(s.P50), 150, "ms")
	rep.atMost("onset of words to last packet p95", round(s.P95), 300, "ms")
	rep.atLeast("words that ended the prompt", float64(stopped), float64(words))
	rep.atMost("prompt went on while the caller still spoke", float64(over), 0, "")
	rep.addSounds(all)
	rep.atLeast("of both, the prompt went on", float64(back), float64(others))
	rep.atMost("of both, taken for words (the prompt began again)", float64(anew), 0, "")
	rep.add("silence p50", round(g.P50), "ms")
	rep.add("silence max", round(g.Max), "ms")
	rep.atMost("end of the sound to prompt going on, max", round(e.Max), 600, "ms")
	if own {
		rep.atLeast("went on with no sample lost or repeated", float64(whole), float64(others))
	}
	return rep
}

// addSounds tells how many sounds without words the detector took for speech.
func (r *Report) addSounds(all []interruption) {
	for _, kind := range []string{kindCough, kindUhHuh} {
		made, paused := paused(all, kind)
		r.add(kind+"s", made, "")
		r.add(kind+"s that paused the prompt", paused, "")
		if paused == 0 {
			r.note("No %s paused the prompt: the detector took none for speech, and what follows a pause was not tried.", kind)
		}
	}
}

// paused counts the interruptions of a kind, and those that paused the prompt.
func paused(all []interruption, kind string) (made, paused int) {
	for _, i := range all {
		if i.Kind == kind {
			made++
			if i.Paused {
				paused++
			}
		}
	}
	return made, paused
}
