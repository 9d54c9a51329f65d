package measure

import (
	"math"
	"slices"
)

// Arrival is one RTP packet as the kernel saw it come.
type Arrival struct {
	At  int64 // kernel receive time, ns since the epoch
	Seq uint16
}

// Pacing says how evenly one stream of packets came. Packet number n, counted by
// sequence number, is due at start + n·20 ms. Times are milliseconds.
type Pacing struct {
	Packets   int     // distinct packets that came
	Expected  int     // by sequence number, first to last
	Lost      int     // expected and never came
	Duplicate int     // came again
	Rate      float64 // packets a second, over the time asked about

	Error    []float64 // |came - due|, start fitted to the median packet
	Lateness []float64 // came - due, start fitted to the earliest packet: a queue building up shows here
	Interval []float64 // |distance to the packet before - 20 ms each|
}

// frameNS is the distance of two packets, ns.
const frameNS = 20e6

// PacingOf judges the packets that came from the instant from up to, but not
// including, the instant to (ns). Arrivals are in the order in which they came.
func PacingOf(arrivals []Arrival, from, to int64) Pacing {
	var p Pacing
	var at, n []int64
	seen := map[int64]bool{}
	var last int64
	for _, a := range arrivals {
		if a.At < from || a.At >= to {
			continue
		}
		ext := int64(a.Seq)
		if len(n) > 0 {
			ext = last + int64(int16(a.Seq-uint16(last)))
		} else {
			last = ext
		}
		if seen[ext] {
			p.Duplicate++
			continue
		}
		seen[ext] = true
		last = max(last, ext)
		at, n = append(at, a.At), append(n, ext)
	}
	p.Packets = len(at)
	if len(at) == 0 {
		return p
	}
	p.Expected = int(slices.Max(n)-slices.Min(n)) + 1
	p.Lost = p.Expected - p.Packets
	p.Rate = rate(at, from, to)
	p.fit(at, n)
	return p
}

// rate is packets a second. A stream that lasts from edge to edge is timed
// between its first and last packet, which is exact; one that starts late or
// breaks off is held against the whole time.
func rate(at []int64, from, to int64) float64 {
	const edge = 3 * frameNS
	first, last := at[0], at[len(at)-1]
	if len(at) > 1 && float64(first-from) < edge && float64(to-last) < edge && last > first {
		return float64(len(at)-1) / (float64(last-first) / 1e9)
	}
	return float64(len(at)) / (float64(to-from) / 1e9)
}

// fit lays the line start + n·20 ms through the packets. The slope is fixed, so
// that a sender that runs slow shows as late; only the start is fitted.
func (p *Pacing) fit(at, n []int64) {
	residual := make([]float64, len(at))
	for i := range at {
		residual[i] = float64(at[i]-at[0])/1e6 - float64(n[i]-n[0])*frameNS/1e6
	}
	sorted := slices.Clone(residual)
	slices.Sort(sorted)
	middle, earliest := Quantile(sorted, 0.5), sorted[0]
	for i, r := range residual {
		p.Error = append(p.Error, math.Abs(r-middle))
		p.Lateness = append(p.Lateness, r-earliest)
		if i > 0 {
			p.Interval = append(p.Interval, math.Abs(r-residual[i-1]))
		}
	}
}
