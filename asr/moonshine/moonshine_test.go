package moonshine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zaf/g711"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/asr/asrtest"
	"github.com/parley-voice/parley/asr/silero"
	"github.com/parley-voice/parley/asr/wer"
	"github.com/parley-voice/parley/media"
)

// TestMain brings the models that are missing.
func TestMain(m *testing.M) { asrtest.Main(m) }

const sounds = "/usr/share/asterisk/sounds/en_US_f_Allison/"

// prompt reads one of the prompts of Debian's asterisk-core-sounds-en-wav and
// codes it as a call would.
func prompt(t testing.TB, path string) []int16 {
	t.Helper()
	if !strings.HasPrefix(path, "/") {
		path = sounds + path + ".wav"
	}
	clip, err := media.ReadClip(path)
	if err != nil {
		t.Fatalf("%v: apt-get install asterisk-core-sounds-en-wav", err)
	}
	pcm := append([]int16(nil), clip.Frame().PCM...)
	for i, v := range pcm {
		pcm[i] = g711.DecodeAlawFrame(g711.EncodeAlawFrame(v))
	}
	return pcm
}

// shared is one engine for all tests: loading it takes a second. Its detector
// keeps whole prompts, so that they can be written at once.
var shared = sync.OnceValues(func() (*Engine, error) {
	det, err := silero.New(silero.Config{Tick: time.Millisecond, Backlog: time.Minute})
	if err != nil {
		return nil, err
	}
	return New(det, Config{Patience: time.Hour})
})

func engine(t testing.TB) *Engine {
	t.Helper()
	e, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// transcribe writes pcm at once and joins the turns heard until its end.
func transcribe(t testing.TB, e asr.Recognizer, o asr.Options, pcm []int16) string {
	t.Helper()
	s, err := e.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	// The sound at the end is the end's mark: all turns before it have been given out.
	bell := prompt(t, "digits/4")
	mark := time.Duration(len(pcm)+asrtest.Rate) * time.Second / asrtest.Rate
	if err := asrtest.Play(s, 400*time.Microsecond, pcm, asrtest.Quiet(time.Second), bell, asrtest.Quiet(time.Second)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var text []string
	for {
		tr, err := s.Next(ctx)
		if err != nil {
			t.Fatalf("%v after %q", err, text)
		}
		if tr.Start >= mark-50*time.Millisecond {
			return strings.Join(text, " ")
		}
		if tr.Kind == asr.Final {
			text = append(text, tr.Text)
		}
	}
}

func TestBehaviour(t *testing.T) {
	asrtest.Suite(t, asrtest.Engine{Speech: prompt(t, "cannot-complete-as-dialed"), Words: "Your call cannot be completed as dialed.",
		Language: "en-US", New: func(t *testing.T) asr.Recognizer { return engine(t) }})
}

// wordErrors transcribes every step-th of the prompts.
func wordErrors(t testing.TB, e asr.Recognizer, step int) *wer.Report {
	pairs, err := wer.AsteriskEnglish()
	if err != nil {
		t.Fatal(err)
	}
	var report wer.Report
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan wer.Pair)
	for range runtime.NumCPU() {
		wg.Go(func() {
			for p := range next {
				text := transcribe(t, e, asr.Options{Language: "en-US"}, asrtest.Cat(asrtest.Quiet(400*time.Millisecond), prompt(t, p.Path)))
				mu.Lock()
				report.Add(strings.TrimPrefix(p.Path, sounds), p.Text, text)
				mu.Unlock()
			}
		})
	}
	for i := 0; i < len(pairs); i += step {
		next <- pairs[i]
	}
	close(next)
	wg.Wait()
	return &report
}

func TestWordErrorRate(t *testing.T) {
	r := wordErrors(t, engine(t), 13)
	t.Log(r)
	if r.Rate() > 0.05 {
		t.Errorf("WER %.2f %% over A-law, want at most 5 on this sample (4 on all prompts: go test -bench WordErrorRate)", 100*r.Rate())
	}
}

func BenchmarkWordErrorRate(b *testing.B) {
	e := engine(b)
	for b.Loop() {
		r := wordErrors(b, e, 1)
		b.ReportMetric(100*r.Rate(), "%WER")
		fmt.Print(r)
	}
}

func TestDigitsSnap(t *testing.T) {
	e := engine(t)
	o := asr.Options{Language: "en-US", Expect: asr.Expectation{Shape: asr.Digits}}
	wrong := 0
	for d := range 10 {
		digit := fmt.Sprint(d)
		if got := transcribe(t, e, o, asrtest.Cat(asrtest.Quiet(400*time.Millisecond), prompt(t, "digits/"+digit))); got != digit {
			t.Logf("%s was heard as %q", digit, got)
			wrong++
		}
	}
	if wrong > 0 {
		t.Errorf("%d of 10 digits were not recognised", wrong)
	}
}

func TestNoTextWithoutSpeech(t *testing.T) {
	e := engine(t)
	const length = 60 * time.Second
	for name, pcm := range map[string][]int16{
		"digital silence":   make([]int16, 60*asrtest.Rate),
		"quiet line":        asrtest.Quiet(length),
		"white noise":       asrtest.Noise(length, 1500),
		"loud noise":        asrtest.Noise(length, 12000),
		"ring-back, US":     cadence(length, 2*time.Second, 4*time.Second, 440, 480),
		"ring-back, Europe": cadence(length, time.Second, 4*time.Second, 425),
		"ring-back, China":  cadence(length, time.Second, 4*time.Second, 450),
		"busy":              cadence(length, 500*time.Millisecond, 500*time.Millisecond, 480, 620),
		"dial tone":         asrtest.Tone(length, 350, 440),
		"DTMF":              keypad(length),
		"hold music":        music(length),
		"single clicks":     clicks(length),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the detector takes them in one batch
			for i, v := range pcm {
				pcm[i] = g711.DecodeAlawFrame(g711.EncodeAlawFrame(v))
			}
			s, err := e.Open(context.Background(), asr.Options{Language: "en-US"})
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				defer func() { _ = s.Close() }()
				// Slow enough for the detector, so that the audio of a turn is still there.
				_ = asrtest.Play(s, 400*time.Microsecond, pcm)
				time.Sleep(300 * time.Millisecond)
			}()
			onsets := 0
			for {
				tr, err := s.Next(context.Background())
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil || tr.Kind == asr.Final {
					t.Errorf("%+v, %v", tr, err)
				}
				if tr.Kind == asr.Onset {
					onsets++
				}
			}
			t.Logf("%d onsets", onsets)
		})
	}
}

func TestNewWithoutModelsSaysWhatToDo(t *testing.T) {
	if _, err := New(asrtest.Loudness(), Config{Models: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "parley models pull") {
		t.Errorf("got %v", err)
	}
}

func TestOnlyEnglish(t *testing.T) {
	if _, err := engine(t).Open(context.Background(), asr.Options{Language: "zh-CN"}); err == nil || !strings.Contains(err.Error(), "English only") {
		t.Errorf("got %v", err)
	}
}

// A turn that waited is decoded by the tiny model.
func TestFallsToTiny(t *testing.T) {
	e := engine(t)
	text, err := e.Decode(context.Background(), asr.Segment{PCM: prompt(t, "vm-goodbye"), Rate: 8000, Waited: 2 * time.Hour})
	if err != nil || !strings.HasPrefix(strings.ToLower(text), "good") || e.FellBack() != 1 {
		t.Errorf("%q, %v, %d by tiny", text, err, e.FellBack())
	}
	for _, n := range []int{0, 1, 100, 799} {
		if text, err := e.Decode(context.Background(), asr.Segment{PCM: make([]int16, n), Rate: 8000}); text != "" || err != nil {
			t.Errorf("%d samples: %q, %v", n, text, err)
		}
	}
}

func TestWeigh(t *testing.T) {
	four := asr.Expectation{Shape: asr.Digits, Min: 4, Max: 4}
	upToFour := asr.Expectation{Shape: asr.Digits, Min: 2, Max: 4}
	for name, c := range map[string]struct {
		expect     asr.Expectation
		speech     time.Duration
		base, tiny string
		want       string
		asked      string // b: the base model, t: the tiny one
	}{
		"long enough":       {speech: 500 * time.Millisecond, base: "Good morning.", want: "Good morning.", asked: "b"},
		"short, alike":      {speech: 300 * time.Millisecond, base: "Help.", tiny: "Help!", want: "Help.", asked: "bt"},
		"short, unlike":     {speech: 300 * time.Millisecond, base: "Everett,", tiny: "That's right.", asked: "bt"},
		"short, one only":   {speech: 300 * time.Millisecond, base: "Ever.", asked: "bt"},
		"short, a hum":      {speech: 300 * time.Millisecond, base: "Aha!", want: "Aha!", asked: "b"},
		"nothing":           {speech: 300 * time.Millisecond, asked: "b"},
		"yes":               {expect: asr.Expectation{Shape: asr.YesNo}, speech: 200 * time.Millisecond, base: "Yes.", want: "Yes.", asked: "b"},
		"all digits":        {expect: four, tiny: "5 5 0 9", want: "5 5 0 9", asked: "t"},
		"too few digits":    {expect: four, base: "5, 5, 0, 9", tiny: "5 5 9", want: "5, 5, 0, 9", asked: "tb"},
		"both at a loss":    {expect: four, base: "five five", tiny: "five fine", want: "five five", asked: "tb"},
		"a wish, no digits": {expect: four, base: "An agent, please.", tiny: "A gent, please.", want: "An agent, please.", asked: "tb"},
		"looping digits":    {expect: upToFour, base: "5509990000", tiny: "Five, five, zero, nine.", want: "Five, five, zero, nine.", asked: "bt"},
		"silent on digits":  {expect: upToFour, tiny: "Five, five, zero, nine.", want: "Five, five, zero, nine.", asked: "bt"},
		"any number":        {expect: asr.Expectation{Shape: asr.Digits}, base: "five five", want: "five five", asked: "b"},
	} {
		t.Run(name, func(t *testing.T) {
			asked := ""
			hear := func(model, text string) func() string { return func() string { asked += model; return text } }
			got := weigh(asr.Segment{Expect: c.expect, Speech: c.speech, Language: "en-US"}, hear("b", c.base), hear("t", c.tiny))
			if got != c.want || asked != c.asked {
				t.Errorf("got %q of the models %q; want %q of %q", got, asked, c.want, c.asked)
			}
		})
	}
}
