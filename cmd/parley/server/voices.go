package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/tts"
	"github.com/parley-voice/parley/tts/espeak"
	"github.com/parley-voice/parley/tts/flite"
	"github.com/parley-voice/parley/tts/openai"
)

// NewVoices makes the speaker of every language, each behind a deadline and
// with a second engine that needs no network where there is one.
func NewVoices(ctx context.Context, c config.Speech) (*tts.Router, error) {
	speakers := map[string]tts.Speaker{}
	var problems []error
	for _, language := range slices.Sorted(maps.Keys(c.TTS)) {
		s, err := newVoice(ctx, c, language, c.TTS[language])
		if err != nil {
			problems = append(problems, fmt.Errorf("the voice of %s: %w", language, err))
			continue
		}
		if language == "*" {
			language = ""
		}
		speakers[language] = s
	}
	return tts.ByLanguage(speakers), errors.Join(problems...)
}

func newVoice(ctx context.Context, c config.Speech, language string, v config.Voice) (tts.Speaker, error) {
	first, err := NewSpeaker(ctx, c, v)
	if err != nil {
		return nil, err
	}
	guarded := tts.Guard(first, tts.GuardConfig{FirstAudio: c.Slow.FirstAudio})
	if v.Engine != "openai" {
		return guarded, nil
	}
	second := config.Voice{Engine: "espeak"}
	if base(language) == "en" {
		second.Engine = "flite"
	}
	if fallback, err := NewSpeaker(ctx, c, second); err == nil {
		return tts.Chain(guarded, fallback), nil
	}
	return guarded, nil // espeak-ng is not installed: the first engine must do
}

// NewSpeaker makes one engine with one voice.
func NewSpeaker(ctx context.Context, c config.Speech, v config.Voice) (tts.Speaker, error) {
	switch v.Engine {
	case "espeak":
		return espeak.New(ctx, espeak.Config{Voice: v.Voice})
	case "openai":
		return openai.New(openai.Config{URL: c.OpenAI.URL, Key: c.OpenAI.Key.Reveal(), Model: c.OpenAI.Model, Voice: v.Voice})
	}
	return flite.New(flite.Config{Voice: v.Voice})
}
