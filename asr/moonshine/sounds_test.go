package moonshine

import (
	"math"
	"time"

	"github.com/parley-voice/parley/asr/asrtest"
)

func cadence(d, on, off time.Duration, hz ...float64) []int16 {
	var out []int16
	for time.Duration(len(out))*time.Second/asrtest.Rate < d {
		out = append(out, asrtest.Tone(on, hz...)...)
		out = append(out, make([]int16, int(off.Seconds()*asrtest.Rate))...)
	}
	return out
}

// keypad presses every key in turn (ITU-T Q.23), 100 ms each and 100 ms apart.
func keypad(d time.Duration) []int16 {
	rows, columns := []float64{697, 770, 852, 941}, []float64{1209, 1336, 1477, 1633}
	var out []int16
	for i := 0; time.Duration(len(out))*time.Second/asrtest.Rate < d; i++ {
		out = append(out, asrtest.Tone(100*time.Millisecond, rows[i/4%4], columns[i%4])...)
		out = append(out, make([]int16, asrtest.Rate/10)...)
	}
	return out
}

// music is a melody with chords and a bass, plucked: each note decays.
func music(d time.Duration) []int16 {
	melody := []float64{523, 659, 784, 659, 587, 698, 880, 698, 494, 587, 784, 587, 523, 659, 523, 392}
	out := make([]int16, int(d.Seconds()*asrtest.Rate))
	const note = asrtest.Rate * 3 / 10
	for i := range out {
		n := i / note
		decay := math.Exp(-3 * float64(i%note) / note)
		t := 2 * math.Pi * float64(i) / asrtest.Rate
		f := melody[n%len(melody)]
		v := 5000*decay*(math.Sin(f*t)+0.4*math.Sin(2*f*t)+0.2*math.Sin(3*f*t)) +
			2500*(math.Sin(f/2*t)+math.Sin(f*1.25*t)) + 3000*math.Sin(melody[n/4%4]/4*t)
		out[i] = int16(v)
	}
	return out
}

// clicks are a handset knocked over twice a second.
func clicks(d time.Duration) []int16 {
	out := asrtest.Quiet(d)
	for i := 0; i+80 < len(out); i += asrtest.Rate / 2 {
		copy(out[i:], asrtest.Noise(10*time.Millisecond, 25000))
	}
	return out
}
