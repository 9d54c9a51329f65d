package progress_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/zaf/g711"

	"github.com/parley-voice/parley/media/progress"
)

// step is so many ms of these frequencies, or of silence.
type step struct {
	ms    float64
	freqs []float64
}

// line is a telephone line: level and SNR in dB, a clock that is off, a companding.
type line struct {
	level, snr, off float64
	mu              bool
	ahead           int // samples of silence before
	seed            uint64
}

func (l line) String() string {
	return fmt.Sprintf("%v dBm0, %v dB SNR, x %v, mu-law %v", l.level, l.snr, l.off, l.mu)
}

// play is what comes of the steps, in frames.
func (l line) play(steps []step) [][]int16 {
	r := rand.New(rand.NewPCG(l.seed, 1))
	rms := math.Pow(10, (l.level-3.14)/20) * 32767 / math.Sqrt2
	noise := rms * math.Pow(10, -l.snr/20)
	pcm := make([]float64, l.ahead)
	for _, s := range steps {
		n := int(s.ms * 8)
		for i := range n {
			v, t := 0.0, float64(i)/8000
			for j, f := range s.freqs {
				v += rms * math.Sqrt2 / math.Sqrt(float64(len(s.freqs))) * math.Sin(2*math.Pi*f*l.off*t+float64(j))
			}
			pcm = append(pcm, v)
		}
	}
	var out [][]int16
	for len(pcm) >= 160 {
		frame := make([]int16, 160)
		for i := range frame {
			v := int16(max(-32768, min(32767, pcm[i]+noise*r.NormFloat64())))
			if l.mu {
				frame[i] = g711.DecodeUlawFrame(g711.EncodeUlawFrame(v))
			} else {
				frame[i] = g711.DecodeAlawFrame(g711.EncodeAlawFrame(v))
			}
		}
		pcm = pcm[160:]
		out = append(out, frame)
	}
	return out
}

func hear(frames [][]int16) (out []progress.Event) {
	var d progress.Detector
	for _, f := range frames {
		if e, ok := d.Frame(f); ok {
			out = append(out, e)
		}
	}
	return out
}

// cycle repeats sound and silence for at least total ms.
func cycle(total float64, freqs []float64, durations ...float64) (out []step) {
	for sum := 0.0; sum < total; {
		for i, ms := range durations {
			s := step{ms: ms}
			if i%2 == 0 {
				s.freqs = freqs
			}
			out, sum = append(out, s), sum+ms
		}
	}
	return out
}

var cn, ukRing, uk, eu = []float64{450}, []float64{400, 450}, []float64{400}, []float64{425}
var usRing, usBusy, dial = []float64{440, 480}, []float64{480, 620}, []float64{350, 440}

var tones = []struct {
	name   string
	steps  []step
	want   progress.Tone
	region string
	within time.Duration
}{
	{"cn ring-back", cycle(11000, cn, 1000, 4000), progress.Ringback, "cn", 2600 * time.Millisecond},
	{"cn busy", cycle(5000, cn, 350, 350), progress.Busy, "cn", 1600 * time.Millisecond},
	{"cn congestion", cycle(6000, cn, 700, 700), progress.Congestion, "cn", 3000 * time.Millisecond},
	{"cn unobtainable", cycle(6000, cn, 100, 100, 100, 100, 100, 100, 400, 400), progress.Unobtainable, "cn", 2500 * time.Millisecond},
	{"cn dial", []step{{3000, cn}}, progress.Dial, "cn", 2200 * time.Millisecond},
	{"us ring-back", cycle(13000, usRing, 2000, 4000), progress.Ringback, "us", 3700 * time.Millisecond},
	{"us busy", cycle(6000, usBusy, 500, 500), progress.Busy, "us", 2200 * time.Millisecond},
	{"us reorder", cycle(6000, usBusy, 250, 250), progress.Congestion, "us", 1300 * time.Millisecond},
	{"us dial", []step{{3000, dial}}, progress.Dial, "us", 2200 * time.Millisecond},
	{"uk ring-back", cycle(9000, ukRing, 400, 200, 400, 2000), progress.Ringback, "uk", 2200 * time.Millisecond},
	{"uk busy", cycle(6000, uk, 375, 375), progress.Busy, "uk", 2600 * time.Millisecond},
	{"uk congestion", cycle(6000, uk, 400, 350, 225, 525), progress.Congestion, "uk", 2800 * time.Millisecond},
	{"uk unobtainable", []step{{3000, uk}}, progress.Unobtainable, "uk", 2200 * time.Millisecond},
	{"eu ring-back", cycle(11000, eu, 1000, 4000), progress.Ringback, "eu", 2600 * time.Millisecond},
	{"eu busy", cycle(6000, eu, 500, 500), progress.Busy, "eu", 2200 * time.Millisecond},
	{"eu congestion", cycle(6000, eu, 250, 250), progress.Congestion, "eu", 1300 * time.Millisecond},
}

func TestTonesOfTheWorldAreHeardInTime(t *testing.T) {
	for _, c := range tones {
		for _, level := range []float64{0, -25, -40} {
			for _, snr := range []float64{12, 30} {
				for _, off := range []float64{0.985, 1, 1.015} {
					l := line{level: level, snr: snr, off: off, mu: int(level)%2 == 0, ahead: 50, seed: uint64(snr)}
					got := hear(l.play(c.steps))
					if len(got) == 0 || slices.ContainsFunc(got, func(e progress.Event) bool { return e.Tone != c.want || e.Region != c.region }) {
						t.Errorf("%s, %s: heard %+v", c.name, l, got)
						continue
					}
					if got[0].At > c.within {
						t.Errorf("%s, %s: heard only after %v", c.name, l, got[0].At)
					}
				}
			}
		}
	}
}

func TestEachRingIsCounted(t *testing.T) {
	l := line{level: -15, snr: 30, off: 1}
	if got := hear(l.play(cycle(24000, cn, 1000, 4000))); len(got) != 5 {
		t.Fatalf("five rings are heard as %+v", got)
	}
	if got := hear(l.play(cycle(9000, ukRing, 400, 200, 400, 2000))); len(got) != 3 {
		t.Fatalf("three double rings are heard as %+v", got)
	}
}

func TestOneToneAfterAnother(t *testing.T) {
	steps := append(cycle(9000, cn, 1000, 4000), cycle(4000, cn, 350, 350)...)
	var got []progress.Tone
	for _, e := range hear(line{level: -15, snr: 30, off: 1}.play(steps)) {
		got = append(got, e.Tone)
	}
	if want := []progress.Tone{progress.Ringback, progress.Ringback, progress.Busy}; !slices.Equal(got, want) {
		t.Fatalf("heard %v, want %v", got, want)
	}
}

func TestJoinedInMidCycle(t *testing.T) {
	steps := append([]step{{130, cn}, {350, nil}}, cycle(4000, cn, 350, 350)...)
	if got := hear(line{level: -15, snr: 30, off: 1}.play(steps)); len(got) != 1 || got[0].Tone != progress.Busy {
		t.Fatalf("heard %+v", got)
	}
}

func TestSpecialInformationTonesSayWhy(t *testing.T) {
	for _, c := range []struct {
		code             progress.Code
		f1, f2, ms1, ms2 float64
		region           string
	}{
		{progress.Intercept, 913.8, 1370.6, 274, 274, "us"}, {progress.Vacant, 985.2, 1370.6, 380, 274, "us"},
		{progress.Reorder, 913.8, 1428.5, 274, 380, "us"}, {progress.NoCircuits, 985.2, 1428.5, 380, 380, "us"},
		{"", 950, 1400, 330, 330, "itu"},
	} {
		for _, level := range []float64{-3, -24, -38} {
			for _, gap := range []float64{0, 15, 30} {
				last, ms3 := 1776.7, 380.0
				if c.region == "itu" {
					last, ms3 = 1800, 330
				}
				l := line{level: level, snr: 25, off: 1, mu: c.region == "us", ahead: 333}
				got := hear(l.play([]step{
					{c.ms1, []float64{c.f1}}, {gap, nil}, {c.ms2, []float64{c.f2}}, {gap, nil}, {ms3, []float64{last}}, {500, nil},
				}))
				if len(got) != 1 || got[0].Tone != progress.Special || got[0].Code != c.code || got[0].Region != c.region {
					t.Errorf("%q at %v dBm0, gap %v: heard %+v", c.code, level, gap, got)
				}
			}
		}
	}
}

// TestSpecialInformationTonesOffPitch: off by 1.5 %, which moves one message onto
// another, the sequence is still one.
func TestSpecialInformationTonesOffPitch(t *testing.T) {
	for _, off := range []float64{0.985, 1.015} {
		l := line{level: -20, snr: 25, off: off}
		got := hear(l.play([]step{{330, []float64{950}}, {10, nil}, {330, []float64{1400}}, {10, nil}, {330, []float64{1800}}, {300, nil}}))
		if len(got) != 1 || got[0].Tone != progress.Special {
			t.Errorf("x %v: heard %+v", off, got)
		}
	}
}

func TestWhatIsNoToneIsNotHeard(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var noise, tune, vowel []step
	for range 400 { // a tune that plays the very pitches, never in their cadence
		f := []float64{400, 425, 450, 523, 587, 659, 880, 950, 1400, 1800}[r.IntN(10)]
		tune = append(tune, step{90 + 300*r.Float64(), []float64{f, 2 * f}})
	}
	for range 60 { // a voice at 225 Hz: its second harmonic is 450
		vowel = append(vowel, step{350, []float64{225, 450, 675, 900, 1125}}, step{350, nil})
	}
	for range 30 {
		noise = append(noise, step{1000, nil})
	}
	for name, steps := range map[string][]step{"noise": noise, "tune": tune, "vowel": vowel, "digits": cycle(8000, []float64{770, 1336}, 350, 350)} {
		l := line{level: -15, snr: 20, off: 1}
		if name == "noise" {
			l.snr = -5
		}
		if got := hear(l.play(steps)); len(got) != 0 {
			t.Errorf("%s is heard as %+v", name, got)
		}
	}
}

func TestDetectorAllocatesNothing(t *testing.T) {
	frames := line{level: -15, snr: 30, off: 1}.play(cycle(5000, cn, 350, 350))
	var d progress.Detector
	if n := testing.AllocsPerRun(10, func() {
		for _, f := range frames {
			d.Frame(f)
		}
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		var d progress.Detector
		pcm := make([]int16, 0, 160)
		for i := 0; i+1 < len(data); i += 2 {
			pcm = append(pcm, int16(uint16(data[i])<<8|uint16(data[i+1])))
			if len(pcm) == 160 || i%97 == 0 {
				d.Frame(pcm)
				pcm = pcm[:0]
			}
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	l := line{level: -15, snr: 25, off: 1}
	for name, frames := range map[string][][]int16{
		"busy": l.play(cycle(5000, cn, 350, 350)), "us ring-back": l.play(cycle(6000, usRing, 2000, 4000)),
		"noise": line{level: -20, snr: -10, off: 1}.play([]step{{2000, cn}}),
	} {
		b.Run(name, func(b *testing.B) {
			var d progress.Detector
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				d.Frame(frames[i%len(frames)])
			}
		})
	}
}
