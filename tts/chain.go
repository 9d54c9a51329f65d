package tts

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/parley-voice/parley/media"
)

// Chained speaks with the first of its speakers that gives a sound.
type Chained struct {
	speakers    []Speaker
	substituted atomic.Uint64
}

// Chain tries primary, then each fallback, for as long as nothing of the
// utterance has been emitted: once the caller has heard a word, a second voice
// starting over would be worse than the error. A fallback gets no Voice, for a
// voice's name means nothing to another engine.
func Chain(primary Speaker, fallback ...Speaker) *Chained {
	return &Chained{speakers: append([]Speaker{primary}, fallback...)}
}

// Substituted counts the utterances that a fallback spoke.
func (c *Chained) Substituted() uint64 { return c.substituted.Load() }

// Speak returns the errors of all speakers joined when none could begin.
func (c *Chained) Speak(ctx context.Context, u Utterance, emit func(media.Frame) error) error {
	_, err := c.speakNoting(ctx, u, emit)
	return err
}

func (c *Chained) speakNoting(ctx context.Context, u Utterance, emit func(media.Frame) error) (lost, err error) {
	begun := false
	watch := func(f media.Frame) error {
		begun = true
		return emit(f)
	}
	var errs []error
	for i, s := range c.speakers {
		if i > 0 {
			u.Voice = ""
		}
		inner, err := SpeakNoting(ctx, s, u, watch)
		if err == nil || begun || ctx.Err() != nil {
			if i > 0 && begun {
				c.substituted.Add(1)
			}
			if i > 0 {
				inner = errors.Join(errs...)
			}
			return inner, err
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// Engine names the primary's engine.
func (c *Chained) Engine(u Utterance) string { return EngineOf(c.speakers[0], u) }
