package tts

import (
	"context"
	"fmt"

	"github.com/parley-voice/parley/media"
)

// Named is a Speaker that can tell which engine, version and default voice it
// would use for an utterance. The name is part of the cache's key.
type Named interface {
	Engine(u Utterance) string
}

// EngineOf names the engine that speaks u: what a Named speaker says, else the
// speaker's Go type.
func EngineOf(s Speaker, u Utterance) string {
	if n, ok := s.(Named); ok {
		return n.Engine(u)
	}
	return fmt.Sprintf("%T", s)
}

// noting is a Speaker that may hand an utterance to a substitute and says so,
// so that the cache keeps no substitute's voice under the first one's name.
type noting interface {
	speakNoting(ctx context.Context, u Utterance, emit func(media.Frame) error) (substitute bool, err error)
}

func speakNoting(ctx context.Context, s Speaker, u Utterance, emit func(media.Frame) error) (bool, error) {
	if n, ok := s.(noting); ok {
		return n.speakNoting(ctx, u, emit)
	}
	return false, s.Speak(ctx, u, emit)
}
