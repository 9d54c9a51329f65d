package experiment

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// ChiSquare compares the rates of two arms by Pearson's test of the 2x2 table
// with Yates' correction as scipy.stats.chi2_contingency does it: each cell goes
// towards what is expected by 0.5, or by the whole difference when that is less.
// p is for one look at the end, planned before: who looks every day takes
// Sequential. Without a hit, without a miss or without trials in an arm the
// table says nothing, and p is 1.
func ChiSquare(a, b Arm) (chi2, p float64) {
	hits, n := float64(a.Hits+b.Hits), float64(a.Trials+b.Trials)
	if a.Trials == 0 || b.Trials == 0 || hits == 0 || hits == n {
		return 0, 1
	}
	for _, arm := range []Arm{a, b} {
		for _, cell := range []struct{ seen, share float64 }{{float64(arm.Hits), hits / n}, {float64(arm.Trials - arm.Hits), 1 - hits/n}} {
			want := cell.share * float64(arm.Trials)
			off := math.Abs(cell.seen - want)
			off -= min(0.5, off)
			chi2 += off * off / want
		}
	}
	return chi2, distuv.ChiSquared{K: 1}.Survival(chi2)
}

// Mismatch tests whether persons came to variants in the shares that were meant:
// Pearson's test of goodness of fit. counts and weights go together. p below
// MismatchAlarm says that something between assignment and outcome loses persons
// of one variant more than of another (Fabijan et al., KDD 2019), and nothing
// else may be read from the experiment. A variant of no weight may have no
// person: one is a mismatch for certain.
func Mismatch(counts []int, weights []float64) (chi2, p float64) {
	n, sum, cells := 0.0, 0.0, 0
	for i, w := range weights {
		switch {
		case w > 0:
			n, sum, cells = n+float64(counts[i]), sum+w, cells+1
		case counts[i] > 0:
			return math.Inf(1), 0
		}
	}
	if cells < 2 || n == 0 {
		return 0, 1
	}
	for i, w := range weights {
		if w > 0 {
			want := n * w / sum
			chi2 += (float64(counts[i]) - want) * (float64(counts[i]) - want) / want
		}
	}
	return chi2, distuv.ChiSquared{K: float64(cells - 1)}.Survival(chi2)
}
