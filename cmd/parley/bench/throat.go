package bench

import (
	"math"
	"math/rand/v2"
)

// throat makes the sounds of a caller who says nothing: noise and a voice,
// through the resonances of a mouth. No two of different seed are alike.
type throat struct {
	r     *rand.Rand
	mouth [4]formant
	phase float64
	soft  float64
}

// The resonances of a mouth, Hz and their bandwidths, and how loud each is.
var (
	openMouth = [4][3]float64{{640, 90, 1}, {1190, 110, 0.6}, {2390, 160, 0.3}, {3300, 250, 0.1}}
	humming   = [4][3]float64{{270, 60, 1}, {1050, 200, 0.35}, {2200, 250, 0.2}, {3200, 300, 0.05}}
	coughing  = [4][3]float64{{620, 120, 1}, {1350, 160, 0.7}, {2500, 220, 0.5}, {3300, 300, 0.3}}
)

func newThroat(seed uint64, mouth [4][3]float64) *throat {
	t := &throat{r: rand.New(rand.NewPCG(seed, 9))}
	size := 1 + 0.15*(t.r.Float64()-0.5) // of the head
	for i, f := range mouth {
		t.mouth[i].tune(f[0]*size, f[1], f[2])
	}
	return t
}

// next is one sample of voice at hz and of breath, so loud each.
func (t *throat) next(hz, voice, breath float64) float64 {
	t.phase += hz * (1 + 0.01*t.r.NormFloat64()) / 8000
	pulse := 0.0
	if t.phase >= 1 {
		t.phase, pulse = t.phase-1, 12
	}
	t.soft += 0.45 * (pulse - t.soft)
	x := voice*(t.soft-0.3+0.03*t.r.NormFloat64()) + breath*t.r.NormFloat64()
	y := 0.0
	for i := range t.mouth {
		y += t.mouth[i].next(x)
	}
	return y
}

// cough is one to three coughs: a burst, the breath behind it, and a voice that
// gives in at the end.
func cough(seed uint64) []int16 {
	t := newThroat(seed, coughing)
	each := 0.32 + 0.1*t.r.Float64()
	return t.sound(each*float64(1+seed%3), func(at float64) (float64, float64, float64) {
		at = math.Mod(at, each)
		breath := 1.5*math.Exp(-at/0.012) + 0.7*math.Exp(-at/0.09)*swell(at, 0.004, 0.25)
		return 190 * (1 + 0.4*math.Exp((0.15-at)/0.05)), 0.8 * swell(at, 0.15, 0.30), breath
	})
}

// clearing is a throat being cleared: a low rough voice that swells twice.
func clearing(seed uint64) []int16 {
	t := newThroat(seed, openMouth)
	length := 0.5 + 0.3*t.r.Float64()
	return t.sound(length, func(at float64) (float64, float64, float64) {
		voice := swell(at, 0, length*0.4) + swell(at, length*0.45, length)
		return 80 + 25*t.r.Float64(), voice, 0.3 * voice
	})
}

// nod is "uh-huh", or "mm-hmm" with the mouth closed: two syllables, the second
// higher, a breath between.
func nod(seed uint64, mouth [4][3]float64) []int16 {
	t := newThroat(seed, mouth)
	first := 0.15 + 0.06*t.r.Float64()
	breath := 0.07 + 0.03*t.r.Float64()
	length := first + breath + 0.22 + 0.08*t.r.Float64()
	hz := 105 + 30*t.r.Float64()
	return t.sound(length, func(at float64) (float64, float64, float64) {
		pitch := hz
		if at > first {
			pitch *= 1.1 + 0.5*(at-first)/(length-first)
		}
		return pitch, swell(at, 0, first) + 1.1*swell(at, first+0.8*breath, length), 0.35 * swell(at, 0.9*first, first+1.2*breath)
	})
}

// sound is so many seconds, as loud as speech. shape gives pitch, voice and
// breath at a moment.
func (t *throat) sound(seconds float64, shape func(at float64) (hz, voice, breath float64)) []int16 {
	out := make([]float64, int(seconds*8000))
	peak := 0.0
	for i := range out {
		out[i] = t.next(shape(float64(i) / 8000))
		peak = max(peak, math.Abs(out[i]))
	}
	pcm := make([]int16, len(out))
	for i, v := range out {
		pcm[i] = int16(12000 * v / peak)
	}
	return pcm
}

// over lays a voice over a throat's sound: the detector takes it for a speaker's.
func over(throat, voice []int16) []int16 {
	out := make([]int16, max(len(throat), len(voice)))
	for i := range out {
		v := 0
		if i < len(throat) {
			v += int(throat[i]) / 2
		}
		if i < len(voice) {
			v += int(voice[i])
		}
		out[i] = int16(max(min(v, 32767), -32768))
	}
	return out
}

// swell rises and falls between two moments.
func swell(at, from, to float64) float64 {
	const edge = 0.04
	return max(0, min((at-from)/edge, (to-at)/edge, 1))
}

// formant is a resonance with a bandwidth.
type formant struct{ a1, a2, gain, y1, y2 float64 }

func (f *formant) tune(hz, width, level float64) {
	q := math.Exp(-math.Pi * width / 8000)
	f.a1, f.a2 = 2*q*math.Cos(2*math.Pi*hz/8000), -q*q
	f.gain = level * (1 - f.a1 - f.a2)
}

func (f *formant) next(x float64) float64 {
	y := f.gain*x + f.a1*f.y1 + f.a2*f.y2
	f.y2, f.y1 = f.y1, y
	return y
}
