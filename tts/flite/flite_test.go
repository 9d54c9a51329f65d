package flite

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
	"github.com/parley-voice/parley/tts/ttstest"
)

func engine(t testing.TB, cfg Config) *Engine {
	t.Helper()
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestBehaves(t *testing.T) {
	e := engine(t, Config{})
	for _, voice := range Voices() {
		t.Run(voice, func(t *testing.T) { ttstest.Suite(t, e, ttstest.Config{Voice: voice}) })
	}
}

func TestVoicesDiffer(t *testing.T) {
	e := engine(t, Config{})
	slt := ttstest.Collect(t, e, tts.Utterance{Text: "Good morning.", Voice: "slt"})
	rms := ttstest.Collect(t, e, tts.Utterance{Text: "Good morning.", Voice: "rms"})
	if slt.Rate != 16000 || rms.Rate != 16000 || len(slt.PCM) == len(rms.PCM) {
		t.Errorf("slt %d samples at %d Hz, rms %d at %d", len(slt.PCM), slt.Rate, len(rms.PCM), rms.Rate)
	}
}

func TestUnknownVoice(t *testing.T) {
	if _, err := New(Config{Voice: "hal"}); err == nil || !strings.Contains(err.Error(), "rms, slt") {
		t.Errorf("got %v", err)
	}
	err := engine(t, Config{}).Speak(t.Context(), tts.Utterance{Text: "x", Voice: "hal"}, nil)
	if err == nil {
		t.Error("an unknown voice spoke")
	}
}

// Flite is C in our process: whatever text comes must not crash it.
func TestAnyTextIsHarmless(t *testing.T) {
	e := engine(t, Config{})
	rnd := rand.New(rand.NewPCG(1, 2))
	pool := []rune("aeiou tnrsXYZ 0123456789 .,:;!?'\"$%&/()=-_+*#@~é中ß\u0301\x00\n")
	drop := func(media.Frame) error { return nil }
	texts := []string{
		"'", "a'", "'s", "$", "$5 million", "1/2", "-", "--", ".5", "5.", "1st 2nd 33rd", "12:60", "a.b.c.d", "MMXIV IV", "&", "#1",
		strings.Repeat("a", 1000), strings.Repeat("9", 500), strings.Repeat("1,", 50), strings.Repeat("Q", 300), "0000000", "1e10", "%",
		"http://a.b/c?d=e&f", "x@y.z", "Mr Dr St Rd", "(((", "\"\"\"", strings.Repeat("hello ", 200),
	}
	n := 120
	if testing.Short() {
		n = 30
	}
	for range n {
		r := make([]rune, 1+rnd.IntN(40))
		for i := range r {
			r[i] = pool[rnd.IntN(len(pool))]
		}
		texts = append(texts, string(r))
	}
	for _, text := range texts {
		if err := e.Speak(t.Context(), tts.Utterance{Text: text, Speed: 4}, drop); err != nil {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

// One voice is shared by all threads: under load each must give as many samples
// as alone.
func TestManyThreadsShareAVoice(t *testing.T) {
	lines := []string{"Thank you, good bye.", "Your order has been sent.", "Would you like to hear the offer?", "Please hold the line."}
	voice, err := load("rms")
	if err != nil {
		t.Fatal(err)
	}
	count := func(text string) (n int) {
		if err := synth(voice, text, 1, func(f media.Frame) error { n += len(f.PCM); return nil }); err != nil {
			t.Error(err)
		}
		return n
	}
	want := make([]int, len(lines))
	for i, l := range lines {
		want[i] = count(l)
	}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			for j := range 3 {
				k := (i + j) % len(lines)
				if n := count(lines[k]); n != want[k] || n == 0 {
					t.Errorf("%q: %d samples, alone %d", lines[k], n, want[k])
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkSpeak reports milliseconds to the first frame and CPU per audio second.
func BenchmarkSpeak(b *testing.B) {
	e := engine(b, Config{})
	var first, audio time.Duration
	for b.Loop() {
		start, begun := time.Now(), false
		_ = e.Speak(b.Context(), tts.Utterance{Text: "You looked at a smart watch last week, and we have an offer for you today."}, func(f media.Frame) error {
			if !begun {
				first, begun = first+time.Since(start), true
			}
			audio += f.Duration()
			return nil
		})
	}
	b.ReportMetric(float64(first.Microseconds())/1000/float64(b.N), "ms-first-audio")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(audio.Milliseconds()), "ms-per-audio-s")
}
