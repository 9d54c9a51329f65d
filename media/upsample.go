package media

import "math"

// Upsampler doubles 8 kHz to 16 kHz with a 16-tap half-band FIR, which speech
// recognisers that want 16 kHz cannot tell from a longer one. It delays by
// 8 input samples, allocates nothing and belongs to one goroutine.
type Upsampler struct{ hist [15]int16 }

// halfBand is the odd phase of a half-band low-pass (Kaiser, beta 6), one side;
// the even phase is the input itself.
var halfBand = newHalfBand()

func newHalfBand() (c [8]int32) {
	sum := 0.0
	var v [8]float64
	for i := range v {
		t := float64(i) + 0.5 // input samples from the middle
		v[i] = sinc(t) * kaiser(t/8, 6)
		sum += 2 * v[i]
	}
	for i := range c {
		c[i] = int32(math.Round(coefOne * v[i] / sum))
	}
	return c
}

// Process writes 2*len(src) samples to dst, which must hold them, and returns
// that part of dst.
func (u *Upsampler) Process(dst, src []int16) []int16 {
	dst = dst[:2*len(src)]
	h := u.hist
	var win [31]int16
	for done := 0; done < len(src); done += 16 {
		n := min(16, len(src)-done)
		copy(win[:], h[:])
		copy(win[15:], src[done:done+n])
		for i := range n {
			w := win[i : i+16]
			dst[2*(done+i)] = w[7]
			acc := coefOne / 2
			for k, c := range &halfBand {
				acc += int(c) * (int(w[7-k]) + int(w[8+k]))
			}
			dst[2*(done+i)+1] = clamp16(acc / coefOne)
		}
		copy(h[:], win[n:n+15])
	}
	u.hist = h
	return dst
}
