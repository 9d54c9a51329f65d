// Package ttstest is the behaviour that every tts.Speaker keeps.
package ttstest

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// Config says what the suite asks for.
type Config struct {
	Language string // of the texts; "" means en-US; zh uses Chinese ones
	Voice    string
	// Loose is for engines whose output differs from run to run, or whose server
	// decides its length: lengths are then not compared.
	Loose bool
	// Parallel is how many speak at once; 0 means 8.
	Parallel int
}

type texts struct{ short, longer, other string }

func (c Config) texts() texts {
	if strings.HasPrefix(c.Language, "zh") {
		return texts{
			short:  "您好，请问您需要什么？",
			longer: "您好，请问您需要什么？我们今天有优惠，您想听一听吗？",
			other:  "好的，谢谢您。",
		}
	}
	return texts{
		short:  "Hello, how can I help you today?",
		longer: "Hello, how can I help you today? We have an offer for our members, would you like to hear it?",
		other:  "Thank you, good bye.",
	}
}

// Suite holds one speaker to the contract of tts.Speaker.
func Suite(t *testing.T, s tts.Speaker, cfg Config) {
	t.Helper()
	if cfg.Language == "" {
		cfg.Language = "en-US"
	}
	if cfg.Parallel == 0 {
		cfg.Parallel = 8
	}
	c := &check{s: s, cfg: cfg, text: cfg.texts()}
	t.Run("frames", c.frames)
	t.Run("nothing to say", c.nothing)
	t.Run("long text", c.long)
	t.Run("speed", c.speed)
	t.Run("cancel", c.cancel)
	t.Run("cancelled before", c.cancelledBefore)
	t.Run("emit's error", c.emitError)
	t.Run("control characters", c.control)
	t.Run("markup", c.markup)
	t.Run("many at once", c.parallel)
}

type check struct {
	s    tts.Speaker
	cfg  Config
	text texts
}

func (c *check) utter(text string) tts.Utterance {
	return tts.Utterance{Text: text, Language: c.cfg.Language, Voice: c.cfg.Voice}
}

// Collect speaks u and returns all of its audio as one frame, having checked
// each frame on its way.
func Collect(t testing.TB, s tts.Speaker, u tts.Utterance) media.Frame {
	t.Helper()
	all, err := Speak(t, t.Context(), s, u)
	if err != nil {
		t.Fatalf("Speak(%q): %v", shorten(u.Text), err)
	}
	return all
}

// Speak is Collect for speech that may end with an error.
func Speak(t testing.TB, ctx context.Context, s tts.Speaker, u tts.Utterance) (media.Frame, error) {
	t.Helper()
	var all media.Frame
	var kept [][]int16
	short, returned := 0, false
	err := s.Speak(ctx, u, func(f media.Frame) error {
		switch {
		case returned:
			t.Errorf("a frame after Speak returned")
		case f.Rate <= 0 || len(f.PCM) == 0:
			t.Errorf("empty frame: %d Hz, %d samples", f.Rate, len(f.PCM))
		case f.Duration() > media.FrameTime:
			t.Errorf("frame of %v, at most %v allowed", f.Duration(), media.FrameTime)
		case all.Rate != 0 && f.Rate != all.Rate:
			t.Errorf("rate changed from %d to %d Hz", all.Rate, f.Rate)
		case short > 0:
			t.Errorf("a frame after the short one")
		}
		if len(f.PCM) < f.Rate/50 {
			short++
		}
		all.Rate = f.Rate
		all.PCM = append(all.PCM, f.PCM...)
		kept = append(kept, f.PCM)
		return nil
	})
	returned = true
	at := 0
	for _, pcm := range kept { // the listener may keep frames: the speaker must not reuse them
		for i := range pcm {
			if pcm[i] != all.PCM[at+i] {
				t.Error("a frame changed after it was emitted")
				return all, err
			}
		}
		at += len(pcm)
	}
	return all, err
}

// Level is the RMS of f in dB below full scale.
func Level(f media.Frame) float64 {
	sum := 0.0
	for _, v := range f.PCM {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10((sum+1)/float64(max(len(f.PCM), 1))/(32768*32768))
}

func (c *check) frames(t *testing.T) {
	short, long := Collect(t, c.s, c.utter(c.text.short)), Collect(t, c.s, c.utter(c.text.longer))
	for name, f := range map[string]media.Frame{"short": short, "longer": long} {
		if d := f.Duration(); d < 300*time.Millisecond || d > 20*time.Second {
			t.Errorf("%s text sounds for %v", name, d)
		}
		if l := Level(f); l < -45 || l > -3 {
			t.Errorf("%s text is at %.1f dBFS: not speech", name, l)
		}
	}
	if long.Duration() <= short.Duration() {
		t.Errorf("the longer text sounds for %v, the short one for %v", long.Duration(), short.Duration())
	}
}

func (c *check) nothing(t *testing.T) {
	for _, text := range []string{"", " \t\r\n", "...", "?!", "。、", "\x00\x1b", "—"} {
		if f := Collect(t, c.s, c.utter(text)); f.Duration() > time.Second {
			t.Errorf("%q sounds for %v", text, f.Duration())
		}
	}
}

func (c *check) long(t *testing.T) {
	one := Collect(t, c.s, c.utter(c.text.longer)).Duration()
	f := Collect(t, c.s, c.utter(strings.Repeat(c.text.longer+" ", 8)))
	if !c.cfg.Loose && (f.Duration() < one*6 || f.Duration() > one*10) {
		t.Errorf("8 times a text of %v sounds for %v", one, f.Duration())
	}
}

func (c *check) speed(t *testing.T) {
	u := c.utter(c.text.longer)
	normal := Collect(t, c.s, u).Duration()
	u.Speed = 1.5
	if fast := Collect(t, c.s, u).Duration(); !c.cfg.Loose && (fast > normal*9/10 || fast < normal/3) {
		t.Errorf("at speed 1.5 %v become %v", normal, fast)
	}
}

func (c *check) cancel(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	after := 0
	err := c.s.Speak(ctx, c.utter(strings.Repeat(c.text.longer+" ", 50)), func(media.Frame) error {
		if ctx.Err() != nil {
			after++
		}
		stop()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled Speak gave %v", err)
	}
	if after > 5 {
		t.Errorf("%d frames after the cancel", after)
	}
}

func (c *check) cancelledBefore(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	err := c.s.Speak(ctx, c.utter(c.text.short), func(media.Frame) error {
		t.Error("a frame after the cancel")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Speak with a cancelled context gave %v", err)
	}
}

func (c *check) emitError(t *testing.T) {
	full := errors.New("queue full")
	for _, at := range []int{1, 5} {
		calls := 0
		err := c.s.Speak(t.Context(), c.utter(c.text.longer), func(media.Frame) error {
			if calls++; calls >= at {
				return full
			}
			return nil
		})
		if !errors.Is(err, full) {
			t.Errorf("emit failed on frame %d, Speak gave %v", at, err)
		}
		if calls != at {
			t.Errorf("emit failed on frame %d and was called %d times", at, calls)
		}
	}
}

func (c *check) control(t *testing.T) {
	first := Collect(t, c.s, c.utter(c.text.short)).Duration()
	dirty := "\x1b[31m" + c.text.short + "\x00\a\x7f\u202e \xff\xfe" + c.text.other + "\x04"
	both := Collect(t, c.s, c.utter(dirty)).Duration()
	if !c.cfg.Loose && both <= first {
		t.Errorf("what follows a control character is lost: %v against %v", both, first)
	}
	Collect(t, c.s, c.utter("\U0001F600 \u0e01\u0e33 \u0628\u0631 \uFFFF"))
}

func (c *check) markup(t *testing.T) {
	plain := Collect(t, c.s, c.utter(c.text.short)).Duration()
	for _, text := range []string{
		`<speak><break time="60s"/>` + c.text.short + `</speak>`,
		`[[h@'loU]] ` + c.text.short + ` & "so" 'on' %s %n $(reboot) \n -w /tmp/x`,
		"--version " + c.text.short,
		"<!-- " + c.text.short,
	} {
		f := Collect(t, c.s, c.utter(text))
		if d := f.Duration(); !c.cfg.Loose && (d < plain/2 || d > plain+25*time.Second) {
			t.Errorf("%q sounds for %v, without the marks %v", shorten(text), d, plain)
		}
	}
}

func (c *check) parallel(t *testing.T) {
	want := []media.Frame{Collect(t, c.s, c.utter(c.text.short)), Collect(t, c.s, c.utter(c.text.other))}
	var wg sync.WaitGroup
	for i := range c.cfg.Parallel {
		wg.Go(func() {
			u := c.utter([]string{c.text.short, c.text.other}[i%2])
			f, err := Speak(t, t.Context(), c.s, u)
			if err != nil {
				t.Errorf("speaker %d of %d at once: %v", i, c.cfg.Parallel, err)
				return
			}
			// A voice's noise is random, and so is where the silence around it is cut.
			w := want[i%2]
			if apart := (f.Duration() - w.Duration()).Abs(); !c.cfg.Loose && (f.Rate != w.Rate || apart > 80*time.Millisecond) {
				t.Errorf("speaker %d of %d at once: %v at %d Hz, alone %v at %d", i, c.cfg.Parallel, f.Duration(), f.Rate, w.Duration(), w.Rate)
			}
		})
	}
	wg.Wait()
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
