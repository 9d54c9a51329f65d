package timing

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/campaign/timing/synthetic"
)

// The slope of the network is that of its loss: without this it could lose for
// a mistake of ours.
func TestSlopeOfTheNetwork(t *testing.T) {
	pop, err := synthetic.Make(synthetic.Config{People: 3, Weeks: 20, Calls: 6, Start: start, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	m := newLSTM(pop.People, 4, rand.New(rand.NewPCG(1, 1)))
	slope := make([]float64, len(m.w))
	for _, p := range pop.People {
		m.back(p, slope)
	}
	loss := func() (sum float64) {
		for _, p := range pop.People {
			for i, s := range m.run(p) {
				sum += timing.Loss(s.p, p.Attempts[i].Answered)
			}
		}
		return sum
	}
	for i := range m.w {
		const d = 1e-5
		was := m.w[i]
		m.w[i] = was + d
		up := loss()
		m.w[i] = was - d
		down := loss()
		m.w[i] = was
		if want := (up - down) / (2 * d); math.Abs(want-slope[i]) > 1e-5*(1+math.Abs(want)) {
			t.Fatalf("weight %d: slope %v, want %v", i, slope[i], want)
		}
	}
	p := pop.People[0]
	steps := m.run(p)
	if last := len(steps) - 1; m.P(p, p.Attempts[last].At) != steps[last].p {
		t.Error("P and the run of all calls differ")
	}
}

func TestMeasures(t *testing.T) {
	c := Command{People: 400, Calls: 12, Seed: 2, Hidden: 6, Epochs: 15}
	var out strings.Builder
	if err := c.run(&out); err != nil {
		t.Fatal(err)
	}
	r, err := c.measure()
	if err != nil {
		t.Fatal(err)
	}
	plain, truth := r.Models[0], r.Models[len(r.Models)-1]
	for _, m := range r.Models[1 : len(r.Models)-1] {
		if m.Same.LogLoss <= truth.Same.LogLoss || m.Same.LogLoss >= plain.Same.LogLoss+0.01 {
			t.Errorf("%s: log-loss %.4f, the truth %.4f, the overall rate %.4f", m.Model, m.Same.LogLoss, truth.Same.LogLoss, plain.Same.LogLoss)
		}
	}
	for _, d := range r.Rule {
		if d.True <= d.Random {
			t.Errorf("choosing the hour within %s answers %.3f, not choosing %.3f", d.Deadline, d.True, d.Random)
		}
	}
	for _, want := range []string{"beta-binomial", "logistic", "LSTM, 6 units", "deadline"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table has no %s", want)
		}
	}
	if err := (&Command{}).run(&out); err == nil {
		t.Error("nobody is measured")
	}
}
