package bench

import (
	"math"
	"math/rand/v2"
)

// promptSeconds is the length of the prompt that barge-in interrupts.
const promptSeconds = 20

// promptPCM is a sound that never pauses and never repeats, so that the packet at
// which it stopped and the one at which it went on can be told to the sample:
// noise through two wandering resonances, as loud as speech (-20 dB).
func promptPCM() []int16 {
	r := rand.New(rand.NewPCG(2, 9202))
	pcm := make([]int16, promptSeconds*8000)
	var bank [2]resonance
	for i := range pcm {
		if i%400 == 0 {
			bank[0].tune(300+500*r.Float64(), 0.97)
			bank[1].tune(900+1500*r.Float64(), 0.96)
		}
		noise := r.Float64()*2 - 1
		pcm[i] = int16(max(min(9000*(0.35*bank[0].next(noise)+0.25*bank[1].next(noise)+0.1*noise), 28000), -28000))
	}
	return pcm
}

// resonance is a two-pole filter.
type resonance struct{ a1, a2, gain, y1, y2 float64 }

func (r *resonance) tune(hz, radius float64) {
	r.a1 = 2 * radius * math.Cos(2*math.Pi*hz/8000)
	r.a2 = -radius * radius
	r.gain = 1 - radius
}

func (r *resonance) next(x float64) float64 {
	y := r.gain*8*x + r.a1*r.y1 + r.a2*r.y2
	r.y2, r.y1 = r.y1, y
	return y
}
