// Package measure holds the arithmetic of parley bench: quantiles, pacing against
// a best-fit line, audible edges, and where a piece of sound lies in another; and
// what a run has cost and how its result is written.
package measure

import (
	"math"
	"slices"
)

// Spread sums up a set of samples. Its unit is that of the samples.
type Spread struct {
	N    int     `json:"n"`
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

// SpreadOf sums up samples, which it sorts.
func SpreadOf(samples []float64) Spread {
	if len(samples) == 0 {
		return Spread{}
	}
	slices.Sort(samples)
	var sum float64
	for _, s := range samples {
		sum += s
	}
	return Spread{
		N:    len(samples),
		Mean: sum / float64(len(samples)),
		P50:  Quantile(samples, 0.50),
		P95:  Quantile(samples, 0.95),
		P99:  Quantile(samples, 0.99),
		Max:  samples[len(samples)-1],
	}
}

// Quantile is the nearest-rank quantile of sorted samples: the smallest sample
// that at least the share q of all samples does not exceed. It is never made up
// by interpolation. NaN without samples.
func Quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	rank := int(math.Ceil(q * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}
