package measure

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestQuantileIsARealSample(t *testing.T) {
	s := SpreadOf([]float64{5, 1, 4, 2, 3})
	want := Spread{N: 5, Mean: 3, P50: 3, P95: 5, P99: 5, Max: 5}
	if s != want {
		t.Fatalf("got %+v, want %+v", s, want)
	}
	if !math.IsNaN(Quantile(nil, 0.5)) {
		t.Fatal("a quantile of nothing is not a number")
	}
	if s := SpreadOf(nil); s.N != 0 || s.Max != 0 {
		t.Fatalf("nothing sums up to %+v", s)
	}
}

// stream is n packets 20 ms apart, each displaced by shift(i) ms.
func stream(n int, first uint16, shift func(i int) float64) []Arrival {
	const start = int64(1_700_000_000_000_000_000)
	var all []Arrival
	for i := range n {
		at := start + int64(i)*20_000_000 + int64(shift(i)*1e6)
		all = append(all, Arrival{At: at, Seq: first + uint16(i)})
	}
	return all
}

func window(a []Arrival) (from, to int64) { return a[0].At, a[0].At + int64(len(a))*20_000_000 }

func TestPacing(t *testing.T) {
	exact := func(int) float64 { return 0 }
	tests := []struct {
		name                    string
		in                      []Arrival
		mend                    func([]Arrival) []Arrival
		packets, lost, again    int
		rate, errMax, late, gap float64
	}{
		{name: "exact, over the wrap of the sequence number", in: stream(500, 65300, exact),
			packets: 500, rate: 50},
		{name: "one packet 7 ms late", in: stream(500, 0, func(i int) float64 {
			if i == 100 {
				return 7
			}
			return 0
		}), packets: 500, rate: 50, errMax: 7, late: 7, gap: 7},
		{name: "one packet 3 ms early makes all others late", in: stream(500, 0, func(i int) float64 {
			if i == 100 {
				return -3
			}
			return 0
		}), packets: 500, rate: 50, errMax: 3, late: 3, gap: 3},
		{name: "two lost, one twice", in: stream(500, 9, exact), mend: func(a []Arrival) []Arrival {
			a = append(a[:50:50], a[52:]...)
			return append(a[:60:60], append([]Arrival{a[59]}, a[60:]...)...)
		}, packets: 498, lost: 2, again: 1, rate: 49.8},
		{name: "breaks off half way", in: stream(500, 9, exact), mend: func(a []Arrival) []Arrival { return a[:250] },
			packets: 250, rate: 25},
		{name: "a sender at 49 packets a second is late, not lossy", in: stream(490, 0, func(i int) float64 {
			return float64(i) * (1000.0/49 - 20)
		}), packets: 490, rate: 49, errMax: 100.2, late: 199.6, gap: 0.41},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := tt.in
			from, to := window(in)
			if tt.rate == 49 {
				to = from + 10_000_000_000
			}
			if tt.mend != nil {
				in = tt.mend(in)
			}
			p := PacingOf(in, from, to)
			if p.Packets != tt.packets || p.Lost != tt.lost || p.Duplicate != tt.again {
				t.Errorf("packets %d lost %d duplicate %d", p.Packets, p.Lost, p.Duplicate)
			}
			near(t, "rate", p.Rate, tt.rate, 0.05)
			near(t, "error", SpreadOf(p.Error).Max, tt.errMax, 0.5)
			near(t, "lateness", SpreadOf(p.Lateness).Max, tt.late, 0.5)
			near(t, "interval", SpreadOf(p.Interval).Max, tt.gap, 0.01)
		})
	}
}

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.Abs(got-want) > by {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestPacingOfNothing(t *testing.T) {
	if p := PacingOf(nil, 0, 1e9); p.Packets != 0 || p.Rate != 0 || len(p.Error) != 0 {
		t.Fatalf("got %+v", p)
	}
}

func TestEdgesAreAudibleSamples(t *testing.T) {
	pcm := make([]int16, 1000)
	for i := 203; i < 617; i++ {
		pcm[i] = 3000
	}
	pcm[700] = 150 // a click too faint to be a sound
	if first, end := Edges(pcm, 400); first != 200 || end != 617 {
		t.Fatalf("audible from %d to %d", first, end)
	}
	if first, end := Edges(make([]int16, 800), 400); first != 0 || end != 0 {
		t.Fatalf("silence is audible from %d to %d", first, end)
	}
}

func TestLocateFindsAPieceToTheSample(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	whole := make([]int16, 8000)
	for i := range whole {
		whole[i] = int16(r.IntN(20000) - 10000)
	}
	piece := make([]int16, 160)
	for i := range piece { // half as loud and coarser, as after a codec
		piece[i] = whole[3217+i] / 2 &^ 63
	}
	if o, score := Locate(whole, piece, 3000, 3400); o != 3217 || score < 0.99 {
		t.Fatalf("found at %d with %v", o, score)
	}
	if o, score := Locate(whole, piece, 0, 1000); o != -1 && score > 0.5 {
		t.Fatalf("found where it is not, at %d with %v", o, score)
	}
	if o, _ := Locate(whole, piece, 9000, 9100); o != -1 {
		t.Fatalf("found beyond the end at %d", o)
	}
}
