package asrtest

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
)

// Rate of all sounds here, Hz.
const Rate = media.TelephoneRate

func samples(d time.Duration) int { return int(d.Seconds() * Rate) }

// Quiet is a line with nobody on it: noise at -70 dBFS.
func Quiet(d time.Duration) []int16 { return Noise(d, 10) }

// Noise is white noise of the given amplitude (32767 is full scale).
func Noise(d time.Duration, amplitude int) []int16 {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]int16, samples(d))
	for i := range out {
		out[i] = int16(r.IntN(2*amplitude+1) - amplitude)
	}
	return out
}

// Tone is a sum of sines, each at a quarter of full scale.
func Tone(d time.Duration, hz ...float64) []int16 {
	out := make([]int16, samples(d))
	for i := range out {
		v := 0.0
		for _, f := range hz {
			v += 8000 * math.Sin(2*math.Pi*f*float64(i)/Rate)
		}
		out[i] = int16(v)
	}
	return out
}

// Babble is sound of speech's loudness and rhythm without words, for engines
// that are scripted: bursts of a buzz, four a second.
func Babble(d time.Duration) []int16 {
	out := make([]int16, samples(d))
	for i := range out {
		t := float64(i) / Rate
		rhythm := 0.55 + 0.45*math.Sin(2*math.Pi*4*t)
		out[i] = int16(6000 * rhythm * math.Copysign(1, math.Sin(2*math.Pi*120*t)))
	}
	return out
}

// Cat joins sounds.
func Cat(sounds ...[]int16) []int16 {
	var out []int16
	for _, s := range sounds {
		out = append(out, s...)
	}
	return out
}

// Frames cuts pcm into frames of 20 ms, the last filled with zeros.
func Frames(pcm []int16) []media.Frame {
	const n = Rate / 50
	var out []media.Frame
	for len(pcm) > 0 {
		f := media.Frame{Rate: Rate, PCM: make([]int16, n)}
		pcm = pcm[copy(f.PCM, pcm):]
		out = append(out, f)
	}
	return out
}

// Loudness is a Detector for tests: a frame is speech when it is loud. It
// judges within Write, so tests with it are exact.
func Loudness() asr.Detector {
	return asr.PerFrame(0, func() func(media.Frame) bool {
		return func(f media.Frame) bool {
			for _, v := range f.PCM {
				if v > 500 || v < -500 {
					return true
				}
			}
			return false
		}
	})
}
