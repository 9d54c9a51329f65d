// Package tts says what a speaker is: the interface that engines implement, the
// disk cache of fixed lines, a fake, and the behaviour suite.
package tts

import (
	"context"

	"github.com/parley-voice/parley/media"
)

// Utterance is one run of text in one voice.
type Utterance struct {
	Text     string
	Language string  // BCP 47
	Voice    string  // the engine's name for it; empty means its default for Language
	Speed    float64 // 1 is normal; 0 means 1
}

// Speaker turns text into audio. It is safe for concurrent use.
type Speaker interface {
	// Speak calls emit with successive frames of at most 20 ms, all of one rate,
	// as soon as each exists, and stops with emit's error or ctx's. It returns
	// nil after the last frame.
	Speak(ctx context.Context, u Utterance, emit func(media.Frame) error) error
}
