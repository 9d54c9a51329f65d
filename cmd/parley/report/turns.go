package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/parley-voice/parley/call"
)

// Turns are the caller's turns of a record.
func Turns(r call.Record) []call.Entry {
	var out []call.Entry
	for _, e := range r.Entries {
		if e.Kind == call.EntryHeard {
			out = append(out, e)
		}
	}
	return out
}

// Understood counts the turns that meant something.
func Understood(turns []call.Entry) int {
	n := 0
	for _, e := range turns {
		if e.Intent != "" {
			n++
		}
	}
	return n
}

// Latency is one part of the turns' timings, in milliseconds.
type Latency struct {
	N        int
	P50, P95 float64
}

// LatencyOf takes the part that get gives, of those turns that have it.
func LatencyOf(turns []call.Entry, get func(call.Timing) float64) Latency {
	var all []float64
	for _, e := range turns {
		if e.Timing == nil {
			continue
		}
		if v := get(*e.Timing); v > 0 {
			all = append(all, v)
		}
	}
	return Latency{len(all), Percentile(all, 50), Percentile(all, 95)}
}

// Percentile is the nearest-rank percentile, 0 for none.
func Percentile(all []float64, p float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(int(math.Ceil(p/100*float64(len(sorted))))-1, 0)]
}

// Reply is from the caller's last sound to our first packet.
func Reply(t call.Timing) float64 { return t.Reply }

func summary(turns []call.Entry) string {
	l := LatencyOf(turns, Reply)
	return fmt.Sprintf("%d turns, %d understood; reply p50 %.0f ms, p95 %.0f ms over %d",
		len(turns), Understood(turns), l.P50, l.P95, l.N)
}
