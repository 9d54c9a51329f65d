package tts_test

import (
	"testing"

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
