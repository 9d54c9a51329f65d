package intents

import (
	"math"
	"slices"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/dialog/intent/classify"
)

// answer is what was said of one line, and whether it was right.
type answer struct {
	confidence float64
	inScope    float64
	right      bool
	band       classify.Band
}

// bins of the calibration error, as is usual.
const bins = 10

// calibrationError is the expected calibration error (Guo et al., On Calibration
// of Modern Neural Networks, ICML 2017), 0..1: how far confidence and the share
// of right answers are apart, over bins of equal width. NaN without answers.
func calibrationError(all []answer) float64 {
	var confidence, right [bins]float64
	for _, a := range all {
		b := min(int(a.confidence*bins), bins-1)
		confidence[b] += a.confidence
		if a.right {
			right[b]++
		}
	}
	sum := 0.0
	for b := range bins {
		sum += math.Abs(confidence[b] - right[b])
	}
	return sum / float64(len(all))
}

// accuracy is the share of right answers, 0..1.
func accuracy(all []answer) float64 {
	n := 0
	for _, a := range all {
		if a.right {
			n++
		}
	}
	return float64(n) / float64(len(all))
}

// auroc is the probability that a line in scope scores higher than one out of
// it, ties counting half (Mann and Whitney). NaN without either.
func auroc(in, out []float64) float64 {
	if len(in) == 0 || len(out) == 0 {
		return math.NaN()
	}
	out = slices.Sorted(slices.Values(out))
	sum := 0.0
	for _, x := range in {
		below, _ := slices.BinarySearch(out, x)
		upTo, _ := slices.BinarySearchFunc(out, x, func(a, x float64) int {
			if a <= x {
				return -1
			}
			return 1
		})
		sum += float64(below+upTo) / 2
	}
	return sum / float64(len(in)) / float64(len(out))
}

// rightAtRecall is the share of lines in scope that are answered rightly and
// kept, where the threshold is the lowest that refuses the given share of lines
// out of scope. NaN without any of those.
func rightAtRecall(in, out []answer, recall float64, score func(answer) float64) float64 {
	if len(out) == 0 {
		return math.NaN()
	}
	threshold := measure.Quantile(slices.Sorted(slices.Values(scores(out, score))), recall)
	n := 0
	for _, a := range in {
		if a.right && score(a) > threshold {
			n++
		}
	}
	return float64(n) / float64(len(in))
}

func scores(all []answer, score func(answer) float64) []float64 {
	out := make([]float64, len(all))
	for i, a := range all {
		out[i] = score(a)
	}
	return out
}

func byScope(a answer) float64      { return a.inScope }
func byConfidence(a answer) float64 { return a.confidence }
