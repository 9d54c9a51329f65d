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
	speakNoting(ctx context.Context, u Utterance, emit func(media.Frame) error) (lost, err error)
}

// SpeakNoting is s.Speak that also tells why the first voice did not speak when a
// substitute did; lost is nil when there was none.
func SpeakNoting(ctx context.Context, s Speaker, u Utterance, emit func(media.Frame) error) (lost, err error) {
	if n, ok := s.(noting); ok {
		return n.speakNoting(ctx, u, emit)
	}
	return nil, s.Speak(ctx, u, emit)
}
