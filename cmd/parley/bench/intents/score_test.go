package intents

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestCalibrationError(t *testing.T) {
	repeat := func(confidence float64, n, right int) (out []answer) {
		for i := range n {
			out = append(out, answer{confidence: confidence, right: i < right})
		}
		return out
	}
	for name, c := range map[string]struct {
		all  []answer
		want float64
	}{
		"sure and right":     {repeat(1, 4, 4), 0},
		"sure and wrong":     {repeat(1, 4, 0), 1},
		"as often as said":   {repeat(0.75, 4, 3), 0},
		"two bins":           {append(repeat(0.95, 10, 9), repeat(0.25, 10, 5)...), (0.5 + 2.5) / 20},
		"bins do not cancel": {append(repeat(0.95, 10, 0), repeat(0.05, 10, 10)...), 0.95},
	} {
		if got := calibrationError(c.all); !near(got, c.want) {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
	if !math.IsNaN(calibrationError(nil)) {
		t.Error("of nothing it is not a number")
	}
}

func TestAUROCIsTheShareOfPairsInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		draw := func() (out []float64) {
			for range 1 + random.IntN(12) {
				out = append(out, float64(random.IntN(6))/5)
			}
			return out
		}
		in, out := draw(), draw()
		pairs := 0.0
		for _, x := range in {
			for _, y := range out {
				switch {
				case x > y:
					pairs++
				case x == y:
					pairs += 0.5
				}
			}
		}
		if got, want := auroc(in, out), pairs/float64(len(in)*len(out)); !near(got, want) {
			t.Fatalf("%v against %v: %g, want %g", in, out, got, want)
		}
	}
}

func TestRightAtRecall(t *testing.T) {
	var in, out []answer
	for i := range 10 {
		score := float64(i) / 10
		out = append(out, answer{inScope: score})
		in = append(in, answer{inScope: score + 0.05, right: i != 9})
	}
	// Nine of ten foreign lines lie at or below 0.8: 0.85 and 0.95 are kept, and the
	// last is wrong.
	if got := rightAtRecall(in, out, 0.9, byScope); !near(got, 0.1) {
		t.Errorf("%g, want 0.1", got)
	}
	if got := rightAtRecall(in, out, 0.1, byScope); !near(got, 0.9) {
		t.Errorf("at a recall of 10 %%: %g, want 0.9", got)
	}
	if !math.IsNaN(rightAtRecall(in, nil, 0.9, byScope)) {
		t.Error("without foreign lines it is not a number")
	}
}
