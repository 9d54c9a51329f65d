package tone

import "math"

// The band of call-progress tones is looked at in steps of 5 Hz, at 2 kHz.
const (
	lowRate  = 2000
	lowFrame = Frame / 4
	lowest   = 300
	binStep  = 5
	nbins    = (660-lowest)/binStep + 1
	turns    = lowRate / lowFrame / binStep // a bin's phase at the frames repeats after so many
	taps     = 40
)

// What a low tone has to be.
const (
	lowShare = 0.7  // of the energy lies below 900 Hz
	fitShare = 0.7  // of that, the sines explain so much
	second   = 0.1  // a second sine has to explain so much more
	apart    = 5    // bins between the two, 25 Hz
	weakest  = 0.05 // the weaker has so much of the energy: 13 dB below
)

var (
	lowPass [taps]float32
	cosines [nbins][lowFrame]float32
	sines   [nbins][lowFrame]float32
	hop     [turns]complex64                // the turn from one frame to the next
	overlap [nbins]float64                  // Dirichlet kernel by distance, as a share
	across  [nbins]struct{ re, im float64 } // and with its phase
)

func init() {
	sum := 0.0
	var h [taps]float64
	for i := range h { // windowed sinc, 1000 Hz, Hamming
		t := float64(i) - float64(taps-1)/2
		h[i] = math.Sin(math.Pi*t/4) / (math.Pi * t) * (0.54 - 0.46*math.Cos(2*math.Pi*float64(i)/(taps-1)))
		sum += h[i]
	}
	for i := range h {
		lowPass[i] = float32(h[i] / sum)
	}
	for k := range cosines {
		w := 2 * math.Pi * float64(lowest+k*binStep) / lowRate
		for i := range cosines[k] {
			s, c := math.Sincos(w * float64(i))
			cosines[k][i], sines[k][i] = float32(c), float32(s)
		}
	}
	for k := range hop {
		s, c := math.Sincos(-2 * math.Pi * float64(k) / turns)
		hop[k] = complex(float32(c), float32(s))
	}
	const n = spanLen * lowFrame
	for d := range across {
		var re, im float64
		for i := range n {
			s, c := math.Sincos(2 * math.Pi * float64(d*binStep) * float64(i) / lowRate)
			re, im = re+c, im+s
		}
		across[d].re, across[d].im = re/n, im/n
		overlap[d] = (re*re + im*im) / (n * n)
	}
}

// decimator takes 8 kHz down to 2 kHz.
type decimator struct{ past [taps - 1]float32 }

func (d *decimator) take(x *[Frame]float32, y *[lowFrame]float32) {
	var all [taps - 1 + Frame]float32
	copy(all[:], d.past[:])
	copy(all[taps-1:], x[:])
	for i := range y {
		in := (*[taps]float32)(all[i*4:])
		var a, b float32
		for j := 0; j < taps; j += 2 {
			a += in[j] * lowPass[j]
			b += in[j+1] * lowPass[j+1]
		}
		y[i] = a + b
	}
	copy(d.past[:], all[Frame:])
}

// analyse takes the frame's DFT at every bin.
func (p *part) analyse(y *[lowFrame]float32) {
	for k := range p.bins {
		c, s := &cosines[k], &sines[k]
		var re, im, re2, im2 float32
		for i := 0; i < lowFrame; i += 2 {
			re += y[i] * c[i]
			im -= y[i] * s[i]
			re2 += y[i+1] * c[i+1]
			im2 -= y[i+1] * s[i+1]
		}
		p.bins[k] = complex(re+re2, im+im2)
	}
}

// pair fits one sine and two to the span and tells which explains it.
func (l *Listener) pair() Pair {
	var full, low float64
	for i := range l.span {
		full, low = full+l.span[i].full, low+l.span[i].low
	}
	if low < lowShare*full {
		return Pair{}
	}
	var x [nbins]complex64
	for j := range spanLen { // oldest first
		p := &l.span[(l.at+j)%spanLen]
		if !p.known {
			continue
		}
		for k := range x {
			x[k] += p.bins[k] * hop[(k+lowest/binStep)*j%turns]
		}
	}
	const n = spanLen * lowFrame
	f := fit{x: &x, unit: 2 / (n * low * lowFrame)} // 2|X|²/(n·energy)
	k1 := f.strongest()
	one := f.one(k1)
	if one < 0.3 {
		return Pair{}
	}
	a, b, two := f.two(k1)
	switch {
	case two >= fitShare && two-one >= second && min(f.one(a), f.one(b)) >= weakest:
		return Pair{F1: freq(min(a, b)), F2: freq(max(a, b))}
	case one >= fitShare:
		return Pair{F1: freq(k1)}
	}
	return Pair{}
}

func freq(k int) float64 { return lowest + float64(k)*binStep }

// fit tells how much of the span's energy sines of given bins explain.
type fit struct {
	x    *[nbins]complex64
	unit float64
}

func (f fit) one(k int) float64 {
	re, im := float64(real(f.x[k])), float64(imag(f.x[k]))
	return f.unit * (re*re + im*im)
}

func (f fit) strongest() int {
	best, most := 0, 0.0
	for k := range f.x {
		if e := f.one(k); e > most {
			best, most = k, e
		}
	}
	return best
}

// both is the least-squares fit of two sines that are not orthogonal.
func (f fit) both(a, b int) float64 {
	if a > b {
		a, b = b, a
	}
	g := across[b-a] // <e_a, e_b> = sum conj(e_a) e_b / n
	xa, xb := complex128(f.x[a]), complex128(f.x[b])
	z := xa * complex(real(xb), -imag(xb))
	cross := real(z)*g.re + imag(z)*g.im // Re(conj(Xa) g Xb)
	return (f.one(a) + f.one(b) - 2*f.unit*cross) / (1 - overlap[b-a])
}

// two finds the second sine beside the strongest, and moves both until neither
// gains.
func (f fit) two(k1 int) (a, b int, share float64) {
	a, b = k1, -1
	for k := range f.x {
		if d := k - k1; d >= apart || -d >= apart {
			if e := f.both(a, k); b < 0 || e > share {
				b, share = k, e
			}
		}
	}
	for range 4 {
		moved := false
		for _, d := range [4][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
			na, nb := a+d[0], b+d[1]
			if na < 0 || nb < 0 || na >= nbins || nb >= nbins || na-nb < apart && nb-na < apart {
				continue
			}
			if e := f.both(na, nb); e > share {
				a, b, share, moved = na, nb, e, true
			}
		}
		if !moved {
			break
		}
	}
	return a, b, share
}
