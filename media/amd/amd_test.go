package amd_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/parley-voice/parley/media/amd"
)

// said is so much voice, silence (hz 0, loud 0) or a tone.
type said struct {
	lasts time.Duration
	loud  float64 // amplitude
	hz    float64 // 0: a voice
}

func voice(ms int) said { return said{time.Duration(ms) * time.Millisecond, 6000, 0} }
func quiet(ms int) said { return said{time.Duration(ms) * time.Millisecond, 0, 0} }
func beep(ms int, hz float64) said {
	return said{time.Duration(ms) * time.Millisecond, 5000, hz}
}

// play gives the analyser what is said over faint noise and returns the verdicts
// in order.
func play(t *testing.T, c amd.Config, all ...said) (*amd.Analyser, []amd.Verdict) {
	t.Helper()
	a, err := amd.New(c)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(2, 2))
	var out []amd.Verdict
	frame := make([]int16, 0, 160)
	n := 0
	for _, s := range all {
		for i := range int(s.lasts.Seconds() * 8000) {
			at := float64(i) / 8000
			v := 8 * r.NormFloat64()
			if s.hz > 0 {
				v += s.loud * math.Sin(2*math.Pi*s.hz*at)
			} else if s.loud > 0 { // harmonics of a voice whose pitch and loudness move
				pitch := 130 + 25*math.Sin(2*math.Pi*1.7*at)
				for h := 1; h <= 12; h++ {
					v += s.loud / 4 / math.Sqrt(float64(h)) * (0.7 + 0.3*math.Sin(2*math.Pi*4*at)) * math.Sin(2*math.Pi*pitch*float64(h)*at+float64(h*h))
				}
			}
			frame = append(frame, int16(max(-32768, min(32767, v))))
			if n++; len(frame) == 160 {
				if v, ok := a.Frame(frame); ok {
					out = append(out, v)
				}
				frame = frame[:0]
			}
		}
	}
	return a, out
}

// words is speech of a total length, a pause of 120 ms after every 400 ms.
func words(ms int) (out []said) {
	for ; ms > 0; ms -= 520 {
		out = append(out, voice(min(400, ms)), quiet(120))
	}
	return out
}

// softly is the same 12 dB below.
func softly(all []said) []said {
	for i := range all {
		all[i].loud /= 4
	}
	return all
}

func cat(parts ...[]said) (out []said) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name string
		said []said
		want []amd.Kind // in order
		by   time.Duration
	}{
		{"hello", cat([]said{quiet(600), voice(500), quiet(4000)}), []amd.Kind{amd.Human}, 2 * time.Second},
		{"two words", cat([]said{quiet(400), voice(350), quiet(150), voice(500), quiet(4000)}), []amd.Kind{amd.Human}, 2500 * time.Millisecond},
		{"a company's greeting", cat([]said{quiet(400)}, words(4500), []said{quiet(4000)}), []amd.Kind{amd.Unknown}, 3100 * time.Millisecond},
		{"nobody speaks", []said{quiet(8000)}, []amd.Kind{amd.Unknown}, 3100 * time.Millisecond},
		{"a click", []said{quiet(500), voice(30), quiet(6000)}, []amd.Kind{amd.Unknown}, 3100 * time.Millisecond},
		{"announcement", cat([]said{quiet(300)}, words(12000)), []amd.Kind{amd.Unknown, amd.Machine}, 3100 * time.Millisecond},
		{"voicemail", cat([]said{quiet(300)}, words(4000), []said{quiet(500), beep(400, 1000), quiet(3000)}), []amd.Kind{amd.Unknown, amd.Machine}, 3100 * time.Millisecond},
		{"short voicemail", cat([]said{quiet(300), voice(1200), quiet(1200), beep(500, 440), quiet(2000)}), []amd.Kind{amd.Human, amd.Machine}, 2500 * time.Millisecond},
		{"fax", []said{quiet(1500), beep(2600, 2100), quiet(1000)}, []amd.Kind{amd.Unknown, amd.Machine}, 3100 * time.Millisecond},
		{"a beep without a greeting", []said{quiet(1000), beep(400, 1000), quiet(5000)}, []amd.Kind{amd.Human}, 3100 * time.Millisecond},
		{"a television behind", cat([]said{quiet(300), voice(500)}, softly(words(12000))), []amd.Kind{amd.Human}, 2 * time.Second},
		{"a television first", cat(softly(words(1000)), []said{voice(500)}, softly(words(12000))), []amd.Kind{amd.Human}, 3100 * time.Millisecond},
		{"a slow company", cat([]said{quiet(400)}, words(8000), []said{quiet(4000)}), []amd.Kind{amd.Unknown}, 3100 * time.Millisecond},
		{"a person who talks later", cat([]said{quiet(500), voice(500), quiet(3000)}, words(12000)), []amd.Kind{amd.Human}, 2 * time.Second},
	} {
		_, got := play(t, amd.Config{}, c.said...)
		var kinds []amd.Kind
		for _, v := range got {
			kinds = append(kinds, v.Kind)
			if v.Why == "" {
				t.Errorf("%s: a verdict without a reason: %+v", c.name, v)
			}
		}
		if len(kinds) != len(c.want) {
			t.Errorf("%s: verdicts %+v, want %v", c.name, got, c.want)
			continue
		}
		for i := range kinds {
			if kinds[i] != c.want[i] {
				t.Errorf("%s: verdicts %+v, want %v", c.name, got, c.want)
			}
		}
		if got[0].At > c.by {
			t.Errorf("%s: first verdict only after %v", c.name, got[0].At)
		}
	}
}

func TestFeatures(t *testing.T) {
	a, _ := play(t, amd.Config{}, quiet(600), voice(400), quiet(200), voice(600), quiet(3000))
	f := a.Verdict().Features
	near := func(what string, got time.Duration, ms int) {
		if d := got - time.Duration(ms)*time.Millisecond; d < -60*time.Millisecond || d > 60*time.Millisecond {
			t.Errorf("%s is %v, want about %d ms", what, got, ms)
		}
	}
	near("initial silence", f.Silence, 600)
	near("greeting", f.Greeting, 1200)
	near("longest pause", f.Pause, 200)
	near("speech", f.Spoken, 1000)
	if f.Words != 2 || !f.Over {
		t.Errorf("features %+v, want two words and an end", f)
	}
}

func TestBeepIsTimed(t *testing.T) {
	for _, hz := range []float64{440, 850, 1000, 1400, 2000} {
		a, _ := play(t, amd.Config{}, cat([]said{quiet(300)}, words(3000), []said{quiet(400), beep(350, hz), quiet(1000)})...)
		v := a.Verdict()
		if v.Beep < 280*time.Millisecond || v.Beep > 400*time.Millisecond || math.Abs(v.BeepHz/hz-1) > 0.01 {
			t.Errorf("%v Hz for 350 ms is heard as %v Hz for %v", hz, v.BeepHz, v.Beep)
		}
		if ago, ok := a.Beeped(); !ok || ago < 900*time.Millisecond || ago > 1100*time.Millisecond {
			t.Errorf("the beep of %v Hz ended %v ago, %v", hz, ago, ok)
		}
	}
}

func TestTurns(t *testing.T) {
	for _, c := range []struct {
		name              string
		said              []said
		count, last, wait int // stretches, ms
	}{
		{"nobody", []said{quiet(3000)}, 0, 0, 0},
		{"hello", []said{quiet(500), voice(500), quiet(2000)}, 1, 500, 2000},
		{"hello, and a click", []said{quiet(500), voice(500), quiet(2000), voice(40), quiet(1000)}, 1, 500, 3040},
		{"hello, hello", []said{quiet(500), voice(1500), quiet(2000), voice(400), quiet(1500)}, 2, 400, 1500},
		{"a long greeting", cat([]said{quiet(400)}, words(11960), []said{quiet(3000)}), 1, 11840, 3120},
		{"a long greeting goes on", cat([]said{quiet(400), voice(1000), quiet(2000)}, words(9880)), 1, 1000, 0},
		{"a television behind", cat([]said{quiet(300), voice(500)}, softly(words(3120))), 1, 500, 3120},
	} {
		a, _ := play(t, amd.Config{}, c.said...)
		got := a.Turns()
		near := func(d time.Duration, ms int) bool {
			off := d - time.Duration(ms)*time.Millisecond
			return off > -150*time.Millisecond && off < 150*time.Millisecond
		}
		if got.Said != c.count || !near(got.Last, c.last) || !near(got.Quiet, c.wait) {
			t.Errorf("%s: %+v, want %d, %d ms, %d ms", c.name, got, c.count, c.last, c.wait)
		}
	}
}

func TestTimesCanBeSet(t *testing.T) {
	_, got := play(t, amd.Config{Within: time.Second, Talk: 2 * time.Second}, cat([]said{quiet(200)}, words(5000))...)
	if len(got) != 2 || got[0].At > 1100*time.Millisecond || got[1].Kind != amd.Machine || got[1].At > 2500*time.Millisecond {
		t.Fatalf("verdicts %+v", got)
	}
}

func TestAfterTheWatchNothingChanges(t *testing.T) {
	_, got := play(t, amd.Config{Watch: 4 * time.Second}, cat([]said{quiet(200)}, words(12000))...)
	if len(got) != 1 || got[0].Kind != amd.Unknown {
		t.Fatalf("verdicts %+v", got)
	}
}

func BenchmarkFrame(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	a, err := amd.New(amd.Config{Watch: time.Hour * 1000})
	if err != nil {
		b.Fatal(err)
	}
	frames := make([][]int16, 100)
	for f := range frames {
		frames[f] = make([]int16, 160)
		for i := range frames[f] {
			frames[f][i] = int16(r.NormFloat64() * 1500 * math.Abs(math.Sin(float64(f)/9)))
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a.Frame(frames[i%len(frames)])
	}
}
