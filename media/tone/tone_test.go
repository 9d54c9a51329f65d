package tone_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/parley-voice/parley/media/tone"
)

// sound is a sum of equal sines of the given level together, dBm0, with white
// noise snr dB below them, n frames long.
func sound(n int, level, snr float64, freqs ...float64) [][]int16 {
	r := rand.New(rand.NewPCG(1, uint64(level*100)))
	rms := math.Pow(10, (level-3.14)/20) * 32767 / math.Sqrt2
	amp := rms * math.Sqrt2 / math.Sqrt(float64(len(freqs)))
	noise := rms * math.Pow(10, -snr/20)
	out := make([][]int16, n)
	for f := range out {
		out[f] = make([]int16, tone.Frame)
		for i := range out[f] {
			t := float64(f*tone.Frame+i) / 8000
			v := noise * r.NormFloat64()
			for j, hz := range freqs {
				v += amp * math.Sin(2*math.Pi*hz*t+float64(j))
			}
			out[f][i] = int16(math.Round(max(-32768, min(32767, v))))
		}
	}
	return out
}

func last(frames [][]int16) (r tone.Reading) {
	var l tone.Listener
	for _, f := range frames {
		r = l.Read(f)
	}
	return r
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

func TestPairsOfTheWorldsTonesAreTold(t *testing.T) {
	for _, want := range []tone.Pair{{450, 0}, {400, 0}, {425, 0}, {440, 480}, {480, 620}, {350, 440}, {400, 450}} {
		for _, level := range []float64{0, -10, -25, -40} {
			for _, snr := range []float64{10, 20, 40} {
				for _, off := range []float64{0.985, 0.9925, 1, 1.0075, 1.015} {
					name := fmt.Sprintf("%v %v dBm0, %v dB, x %v", want, level, snr, off)
					freqs := []float64{want.F1 * off}
					if want.F2 > 0 {
						freqs = append(freqs, want.F2*off)
					}
					got := last(sound(8, level, snr, freqs...))
					if !near(got.Pair.F1, want.F1*off, 5) || !near(got.Pair.F2, want.F2*off, 5) {
						t.Errorf("%s: heard %+v", name, got)
					}
					if !near(got.Level, level, 2) {
						t.Errorf("%s: level %.1f", name, got.Level)
					}
				}
			}
		}
	}
}

func TestPitchOfABeep(t *testing.T) {
	for _, hz := range []float64{440, 600, 850, 950, 1000, 1400, 1800, 2100, 2600} {
		for _, level := range []float64{-3, -20, -38} {
			got := last(sound(2, level, 20, hz))
			if !near(got.Pitch, hz, hz*0.012) {
				t.Errorf("%v Hz at %v dBm0: heard %.1f", hz, level, got.Pitch)
			}
		}
	}
}

func TestNoiseAndSilenceAreNoTone(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var l tone.Listener
	for range 2000 {
		pcm := make([]int16, tone.Frame)
		for i := range pcm {
			pcm[i] = int16(r.NormFloat64() * 2000)
		}
		if got := l.Read(pcm); got.Pitch != 0 || got.Pair != (tone.Pair{}) {
			t.Fatalf("noise is heard as %+v", got)
		}
	}
	if got := l.Read(make([]int16, tone.Frame)); got.Level != tone.Silence {
		t.Fatalf("silence has %v dBm0", got.Level)
	}
	if got := l.Read(nil); got.Level != tone.Silence {
		t.Fatalf("no samples have %v dBm0", got.Level)
	}
}

func TestListenerAllocatesNothing(t *testing.T) {
	frames := sound(10, -10, 30, 440, 480)
	var l tone.Listener
	if n := testing.AllocsPerRun(100, func() {
		for _, f := range frames {
			l.Read(f)
		}
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkRead(b *testing.B) {
	for name, frames := range map[string][][]int16{
		"tone": sound(50, -10, 30, 440, 480), "noise": sound(50, -10, -20, 440), "beep": sound(50, -10, 30, 1000),
		"silence": sound(50, -90, 30, 440),
	} {
		b.Run(name, func(b *testing.B) {
			var l tone.Listener
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				l.Read(frames[i%len(frames)])
			}
		})
	}
}
