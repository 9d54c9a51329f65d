package media

import (
	"sync/atomic"
	"time"
)

// The bins of a histogram: 10 us wide to 1 ms, 100 us to 10 ms, 1 ms to 100 ms,
// and one for the rest.
const (
	fineBins   = 100
	mediumBins = 90
	coarseBins = 90
	allBins    = fineBins + mediumBins + coarseBins + 1
)

// histogram counts durations in fixed bins. One thread adds, any may read.
type histogram struct {
	bin [allBins]atomic.Uint32
	max atomic.Int64
}

func binOf(d time.Duration) int {
	switch {
	case d < 0:
		return 0
	case d < time.Millisecond:
		return int(d / (10 * time.Microsecond))
	case d < 10*time.Millisecond:
		return fineBins + int((d-time.Millisecond)/(100*time.Microsecond))
	case d < 100*time.Millisecond:
		return fineBins + mediumBins + int((d-10*time.Millisecond)/time.Millisecond)
	}
	return allBins - 1
}

// edge is the upper end of a bin.
func edge(bin int) time.Duration {
	switch {
	case bin < fineBins:
		return time.Duration(bin+1) * 10 * time.Microsecond
	case bin < fineBins+mediumBins:
		return time.Millisecond + time.Duration(bin-fineBins+1)*100*time.Microsecond
	}
	return 10*time.Millisecond + time.Duration(bin-fineBins-mediumBins+1)*time.Millisecond
}

func (h *histogram) add(d time.Duration) {
	b := &h.bin[binOf(d)]
	b.Store(b.Load() + 1)
	if int64(d) > h.max.Load() {
		h.max.Store(int64(d))
	}
}

// spread is a histogram's outcome in milliseconds.
type spread struct{ p50, p99, max float64 }

// spreadOf sums histograms and reads their quantiles at the bins' upper ends.
func spreadOf(hs ...*histogram) spread {
	var sum [allBins]uint64
	var total uint64
	var top time.Duration
	for _, h := range hs {
		for i := range h.bin {
			n := uint64(h.bin[i].Load())
			sum[i] += n
			total += n
		}
		top = max(top, time.Duration(h.max.Load()))
	}
	at := func(share float64) float64 {
		seen, want := uint64(0), uint64(share*float64(total-1))+1
		for i, n := range sum {
			if seen += n; seen >= want {
				return millis(min(edge(i), top))
			}
		}
		return millis(top)
	}
	if total == 0 {
		return spread{}
	}
	return spread{p50: at(0.5), p99: at(0.99), max: millis(top)}
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
