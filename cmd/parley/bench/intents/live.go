package intents

import (
	"context"
	"slices"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/intent/classify"
)

// Live is what a call makes of the lines: the detector that calls use, which
// holds whole examples against the words before it asks the classifier. Shares
// are percent of the lines in scope, or out of it.
type Live struct {
	Right        float64 `json:"right"`
	Asked        float64 `json:"asked_back"`
	Nothing      float64 `json:"not_understood"`
	Wrong        float64 `json:"wrong"`
	Taken        float64 `json:"out_of_scope_taken"`
	AskedOutside float64 `json:"out_of_scope_asked_back"`
	LoadCPU      float64 `json:"load_cpu_s"`
	AnswerCPU    float64 `json:"answer_cpu_ms"`
}

// detected counts what the detector made of one sitting's lines.
type detected struct {
	right, asked, nothing, wrong int
	taken, askedOutside          int
	load, answer                 time.Duration
}

// live makes a script of the examples and holds the lines against it.
func (s *sitting) live(train, test, oos []classify.Example) error {
	script := &dialog.Script{}
	for _, e := range train {
		i := slices.IndexFunc(script.Intents, func(d dialog.IntentDef) bool { return d.Name == e.Intent })
		if i < 0 {
			i = len(script.Intents)
			script.Intents = append(script.Intents, dialog.IntentDef{Name: e.Intent})
		}
		script.Intents[i].Examples = append(script.Intents[i].Examples, e.Text)
	}
	before := measure.Spent()
	d, err := intent.New(script)
	if err != nil {
		return err
	}
	c := &s.detector
	c.load = measure.Spent() - before
	names := namesOf(train)
	before = measure.Spent()
	for i, e := range slices.Concat(test, oos) {
		in, err := d.Understand(context.Background(), dialog.Query{Text: e.Text, Intents: names})
		if err != nil {
			return err
		}
		outside := i >= len(test)
		switch {
		case in.Name == "" && !outside:
			c.nothing++
		case in.Name == "":
		case in.Doubt && outside:
			c.askedOutside++
		case in.Doubt:
			c.asked++
		case outside:
			c.taken++
		case in.Name == e.Intent:
			c.right++
		default:
			c.wrong++
		}
	}
	c.answer = (measure.Spent() - before) / time.Duration(len(test)+len(oos))
	return nil
}

// live sums the draws up.
func (r *Report) live() {
	n := float64(len(r.sits))
	for _, s := range r.sits {
		in, out := float64(len(s.in))/100, float64(max(len(s.out), 1))/100
		c := s.detector
		for _, f := range []struct {
			to   *float64
			from float64
		}{
			{&r.Live.Right, float64(c.right) / in}, {&r.Live.Asked, float64(c.asked) / in}, {&r.Live.Nothing, float64(c.nothing) / in},
			{&r.Live.Wrong, float64(c.wrong) / in}, {&r.Live.Taken, float64(c.taken) / out}, {&r.Live.AskedOutside, float64(c.askedOutside) / out},
			{&r.Live.LoadCPU, c.load.Seconds()}, {&r.Live.AnswerCPU, c.answer.Seconds() * 1000},
		} {
			*f.to += f.from / n
		}
	}
	for _, f := range []*float64{&r.Live.Right, &r.Live.Asked, &r.Live.Nothing, &r.Live.Wrong, &r.Live.Taken, &r.Live.AskedOutside, &r.Live.LoadCPU, &r.Live.AnswerCPU} {
		*f = round(*f)
	}
}
