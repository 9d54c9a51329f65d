package media

import (
	"fmt"
	"math"
	"sync"
)

// maxRate bounds the sample rates taken, Hz.
const maxRate = 192000

// Resampler converts a stream from one sample rate to another with a polyphase
// windowed-sinc filter (Kaiser, about 60 dB). It keeps the filter's state
// between calls and belongs to one goroutine.
type Resampler struct {
	from, to int
	bank     *bank
	hist     []int16 // the last taps-1 samples, then those being processed
	pos      int     // next output's position, in 1/up samples after hist[0]'s window
}

// bank holds the filter of one pair of rates: up phases of taps coefficients.
type bank struct {
	up, down, taps int
	coef           []int32 // [up][taps], oldest sample first
}

var (
	banksMu sync.Mutex
	banks   = map[[2]int]*bank{}
)

// NewResampler makes a Resampler between two rates of 4 to 192 kHz.
func NewResampler(from, to int) (*Resampler, error) {
	b, err := bankOf(from, to)
	if err != nil {
		return nil, err
	}
	r := &Resampler{from: from, to: to, bank: b}
	r.Reset()
	return r, nil
}

// Reset forgets the past, as for a new stream.
func (r *Resampler) Reset() {
	r.hist = append(r.hist[:0], make([]int16, r.bank.taps-1)...)
	r.pos = 0
}

// Delay is by how many output samples the stream lags behind its input.
func (r *Resampler) Delay() int { return (r.bank.taps / 2) * r.to / r.from }

// Process appends to dst what src gives and returns it. With room in dst it
// allocates nothing once it has seen a frame of that length.
func (r *Resampler) Process(dst, src []int16) []int16 {
	b := r.bank
	r.hist = append(r.hist, src...)
	n := len(r.hist) - b.taps // last window's start
	at := r.pos / b.up
	for ; at <= n; at = r.pos / b.up {
		dst = append(dst, dot(b.coef[(r.pos%b.up)*b.taps:][:b.taps], r.hist[at:at+b.taps]))
		r.pos += b.down
	}
	keep := min(at, len(r.hist))
	r.pos -= keep * b.up
	r.hist = r.hist[:copy(r.hist, r.hist[keep:])]
	return dst
}

// coefOne is 1.0 as a coefficient. Integers, because turning each sample into a
// float costs more than multiplying it.
const coefOne = 1 << 15

func dot(coef []int32, x []int16) int16 {
	x = x[:len(coef)]
	var a, b int
	for len(coef) >= 4 && len(x) >= 4 {
		a += int(coef[0])*int(x[0]) + int(coef[1])*int(x[1])
		b += int(coef[2])*int(x[2]) + int(coef[3])*int(x[3])
		coef, x = coef[4:], x[4:]
	}
	for i, c := range coef {
		a += int(c) * int(x[i])
	}
	return clamp16((a + b + coefOne/2) / coefOne)
}

func clamp16(v int) int16 { return int16(max(math.MinInt16, min(math.MaxInt16, v))) }

// Resample converts a whole recording, with the filter's delay taken out.
func Resample(pcm []int16, from, to int) ([]int16, error) {
	if from == to && from > 0 {
		return append([]int16(nil), pcm...), nil
	}
	r, err := NewResampler(from, to)
	if err != nil {
		return nil, err
	}
	want := int(int64(len(pcm)) * int64(to) / int64(from))
	out := make([]int16, 0, want+r.Delay()+2)
	out = r.Process(out, pcm)
	out = r.Process(out, make([]int16, r.bank.taps))
	skip := min(r.Delay(), len(out))
	return out[skip:min(len(out), skip+want)], nil
}

func bankOf(from, to int) (*bank, error) {
	if from < 4000 || to < 4000 || from > maxRate || to > maxRate {
		return nil, fmt.Errorf("media: cannot resample %d Hz to %d Hz: rates go from 4000 to %d", from, to, maxRate)
	}
	banksMu.Lock()
	defer banksMu.Unlock()
	key := [2]int{from, to}
	b := banks[key]
	if b == nil {
		b = newBank(from, to)
		banks[key] = b
	}
	return b, nil
}

// newBank designs the low-pass: cut at 0.46 of the lower rate, so that telephone
// speech (3.4 kHz at 8 kHz) passes and what would alias is 60 dB down.
func newBank(from, to int) *bank {
	g := gcd(from, to)
	b := &bank{up: to / g, down: from / g}
	ratio := max(1, float64(from)/float64(to))
	b.taps = 2 * int(math.Ceil(16*ratio))
	cut := 0.46 * min(1, float64(to)/float64(from)) // of the input rate
	b.coef = make([]int32, b.up*b.taps)
	v := make([]float64, b.taps)
	for p := range b.up {
		sum := 0.0
		for i := range v {
			// distance of this sample from the output's instant, in input samples
			t := float64(i-b.taps/2+1) - float64(p)/float64(b.up)
			v[i] = sinc(2*cut*t) * kaiser(t/float64(b.taps/2), 6)
			sum += v[i]
		}
		for i := range v { // unity gain at 0 Hz in every phase
			b.coef[p*b.taps+i] = int32(math.Round(coefOne * v[i] / sum))
		}
	}
	return b
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the Kaiser window at x in -1..1.
func kaiser(x, beta float64) float64 {
	if x < -1 || x > 1 {
		return 0
	}
	return bessel0(beta*math.Sqrt(1-x*x)) / bessel0(beta)
}

// bessel0 is the modified Bessel function of order 0.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-12; k++ {
		term *= (x / 2 / k) * (x / 2 / k)
		sum += term
	}
	return sum
}
