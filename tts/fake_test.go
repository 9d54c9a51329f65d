package tts_test

import (
	"context"
	"testing"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
	"github.com/parley-voice/parley/tts/ttstest"
)

func TestFakeBehaves(t *testing.T) { ttstest.Suite(t, &tts.Fake{}, ttstest.Config{}) }

func TestFakeBehavesInChinese(t *testing.T) {
	ttstest.Suite(t, &tts.Fake{Rate: 16000}, ttstest.Config{Language: "zh-CN"})
}

func TestWrappersBehave(t *testing.T) {
	fake := &tts.Fake{}
	for name, s := range map[string]tts.Speaker{
		"guard":  tts.Guard(fake, tts.GuardConfig{}),
		"chain":  tts.Chain(fake, fake),
		"router": tts.ByLanguage(map[string]tts.Speaker{"": fake}),
		"nested": tts.ByLanguage(map[string]tts.Speaker{"en": tts.Chain(tts.Guard(fake, tts.GuardConfig{}))}),
	} {
		t.Run(name, func(t *testing.T) { ttstest.Suite(t, s, ttstest.Config{}) })
	}
}

func TestCacheBehaves(t *testing.T) {
	c, err := tts.NewCache(t.TempDir(), &tts.Fake{Rate: 16000}, tts.CacheConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("lines not kept", func(t *testing.T) { ttstest.Suite(t, c, ttstest.Config{}) })
	t.Run("lines kept", func(t *testing.T) { ttstest.Suite(t, rendering{c}, ttstest.Config{}) })
}

// rendering keeps every line it is asked for before it speaks.
type rendering struct{ *tts.Cache }

func (r rendering) Speak(ctx context.Context, u tts.Utterance, emit func(media.Frame) error) error {
	if len(u.Text) < 1000 {
		_ = r.Render(ctx, []tts.Utterance{u}) // some of the suite's lines give no sound
	}
	return r.Cache.Speak(ctx, u, emit)
}
