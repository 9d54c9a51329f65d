package tts

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-voice/parley/media"
)

func TestByLanguage(t *testing.T) {
	en, zh, hant, other := &Fake{}, &Fake{}, &Fake{}, &Fake{}
	r := ByLanguage(map[string]Speaker{"en": en, "zh_CN": zh, "zh-Hant": hant, "": other})
	for tag, want := range map[string]Speaker{
		"en": en, "en-US": en, "EN_gb": en, "en-x-twain": en,
		"zh-CN": zh, "zh": zh, "zh-SG": zh, "zh-Hant-TW": hant, "zh-hant": hant,
		"fr": other, "": other, "e": other, "eng": other,
	} {
		if got := r.Pick(tag); got != want {
			t.Errorf("%q goes to the wrong speaker", tag)
		}
	}
	err := ByLanguage(map[string]Speaker{"en": en}).Speak(t.Context(), Utterance{Text: "x", Language: "fr"}, nil)
	if !errors.Is(err, ErrNoVoice) {
		t.Errorf("no voice for fr gave %v", err)
	}
}

func drop(media.Frame) error { return nil }

func TestChain(t *testing.T) {
	bad, good := errors.New("no sound card"), &Fake{}
	t.Run("falls back before the first frame", func(t *testing.T) {
		c := Chain(&Fake{Err: bad}, &Fake{Err: bad}, good)
		if err := c.Speak(t.Context(), Utterance{Text: "hello", Voice: "slt"}, drop); err != nil {
			t.Fatal(err)
		}
		if said := good.Said(); len(said) != 1 || said[0].Voice != "" {
			t.Errorf("the fallback was given %+v, a voice that is not its own", said)
		}
		if c.Substituted() != 1 {
			t.Errorf("%d substituted", c.Substituted())
		}
	})
	t.Run("never starts over", func(t *testing.T) {
		second := &Fake{}
		err := Chain(&Fake{Err: bad, FailAfter: 2}, second).Speak(t.Context(), Utterance{Text: "hello"}, drop)
		if !errors.Is(err, bad) || len(second.Said()) != 0 {
			t.Errorf("err %v, the fallback spoke %d times", err, len(second.Said()))
		}
	})
	t.Run("joins the errors", func(t *testing.T) {
		worse := errors.New("server gone")
		err := Chain(&Fake{Err: bad}, &Fake{Err: worse}).Speak(t.Context(), Utterance{Text: "hello"}, drop)
		if !errors.Is(err, bad) || !errors.Is(err, worse) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("leaves a listener's error alone", func(t *testing.T) {
		second, full := &Fake{}, errors.New("queue full")
		err := Chain(&Fake{}, second).Speak(t.Context(), Utterance{Text: "hello"}, func(media.Frame) error { return full })
		if !errors.Is(err, full) || len(second.Said()) != 0 {
			t.Errorf("err %v, the fallback spoke %d times", err, len(second.Said()))
		}
	})
}

func TestGuardDeadlines(t *testing.T) {
	for name, c := range map[string]struct {
		fake *Fake
		want error
		at   time.Duration
	}{
		"in time":     {&Fake{FirstAudio: 900 * time.Millisecond}, nil, 900 * time.Millisecond},
		"late":        {&Fake{FirstAudio: time.Hour}, ErrSlow, time.Second},
		"stalls":      {&Fake{Gap: time.Hour}, ErrSlow, 2 * time.Second},
		"slow, alive": {&Fake{Gap: 1900 * time.Millisecond}, nil, 3 * 1900 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, start := Guard(c.fake, GuardConfig{}), time.Now()
				err := g.Speak(t.Context(), Utterance{Text: "x"}, drop) // three frames
				if !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				if took := time.Since(start); took != c.at {
					t.Errorf("took %v, want %v", took, c.at)
				}
			})
		})
	}
}

func TestGuardGivesTheListenerTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := Guard(&Fake{}, GuardConfig{})
		err := g.Speak(t.Context(), Utterance{Text: "x"}, func(media.Frame) error {
			time.Sleep(time.Minute) // a paused playout queue
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestGuardLeavesAFailedEngineAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("engine broken")
		fake := &Fake{Err: broken}
		g := Guard(fake, GuardConfig{Name: "voice"})
		speak := func(want error) {
			t.Helper()
			if err := g.Speak(t.Context(), Utterance{Text: "x"}, drop); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		for range 3 {
			speak(broken)
		}
		speak(ErrResting)
		time.Sleep(10*time.Second - 1)
		speak(ErrResting)
		time.Sleep(time.Nanosecond)
		speak(broken) // one probe
		speak(ErrResting)
		if st := g.Stats(); !st.Open || st.Failed != 4 || st.Refused != 3 || len(fake.Said()) != 4 {
			t.Errorf("%+v, engine asked %d times", st, len(fake.Said()))
		}
		time.Sleep(10 * time.Second)
		fake.Err = nil
		speak(nil)
		speak(nil)
		if st := g.Stats(); st.Open || st.Spoken != 2 {
			t.Errorf("%+v", st)
		}
	})
}

func TestGuardBlamesOnlyTheEngine(t *testing.T) {
	g := Guard(&Fake{}, GuardConfig{Failures: 1})
	full := errors.New("queue full")
	if err := g.Speak(t.Context(), Utterance{Text: "x"}, func(media.Frame) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := g.Speak(ctx, Utterance{Text: "x"}, drop); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if st := g.Stats(); st.Failed != 0 || st.Open {
		t.Errorf("%+v", st)
	}
}

func noise(n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(1000 - 2000*(i%2))
	}
	return pcm
}

// TestAheadTrims gives speech in runs of every size between long silences.
func TestAheadTrims(t *testing.T) {
	whole := slices.Concat(make([]int16, 4000), noise(8000), make([]int16, 16000), noise(800), make([]int16, 4000))
	for _, run := range []int{1, 7, 160, 999, 5000, len(whole)} {
		var heard []int16
		err := Ahead(t.Context(), []string{"x"}, func(_ context.Context, _ string, write func(media.Frame) error) error {
			for c := range slices.Chunk(whole, run) {
				if err := write(media.Frame{Rate: 8000, PCM: c}); err != nil {
					return err
				}
			}
			return nil
		}, func(f media.Frame) error { heard = append(heard, f.PCM...); return nil })
		if want := whole[4000-240 : len(whole)-4000+800]; err != nil || !slices.Equal(heard, want) {
			t.Errorf("runs of %d: heard %d samples, want %d (%v)", run, len(heard), len(want), err)
		}
	}
}

func TestAheadKeepsTheEngineFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended time.Time
		say := func(_ context.Context, _ string, write func(media.Frame) error) error {
			defer func() { ended = time.Now() }()
			return write(media.Frame{Rate: 8000, PCM: noise(5 * 8000)})
		}
		start, frames := time.Now(), 0
		err := Ahead(t.Context(), []string{"a", "b"}, say, func(f media.Frame) error {
			frames++
			time.Sleep(f.Duration()) // a listener at the speed of speech
			return nil
		})
		if err != nil || frames != 500 {
			t.Errorf("%d frames, %v", frames, err)
		}
		if d := ended.Sub(start); d > 20*time.Millisecond {
			t.Errorf("the engine was held for %v", d)
		}
	})
}

func TestAheadIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int64
		say := func(_ context.Context, _ string, write func(media.Frame) error) error {
			made.Add(1)
			return write(media.Frame{Rate: 8000, PCM: noise(6 * 8000)})
		}
		frames := 0
		err := Ahead(t.Context(), make([]string, 10), say, func(f media.Frame) error {
			if frames++; made.Load() > int64(4+frames/300) {
				t.Fatalf("%d pieces made when %d were heard", made.Load(), frames/300)
			}
			time.Sleep(f.Duration())
			return nil
		})
		if err != nil || frames != 3000 {
			t.Errorf("%d frames, %v", frames, err)
		}
		runaway := func(_ context.Context, _ string, write func(media.Frame) error) error {
			for {
				if err := write(media.Frame{Rate: 8000, PCM: noise(8000)}); err != nil {
					return err
				}
			}
		}
		err = Ahead(t.Context(), []string{"x"}, runaway, func(media.Frame) error { time.Sleep(time.Second); return nil })
		if err == nil {
			t.Error("a runaway engine is not stopped")
		}
	})
}
