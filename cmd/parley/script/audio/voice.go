package audio

import (
	"context"
	"math/rand/v2"
	"strings"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// callerVoice is another voice than Parley's own: Flite's rms for English,
// espeak-ng for the rest.
func callerVoice(ctx context.Context, language string) (tts.Speaker, error) {
	v := config.Voice{Engine: "espeak"}
	if base, _, _ := strings.Cut(strings.ToLower(language), "-"); base == "en" {
		v = config.Voice{Engine: "flite", Voice: "rms"}
	}
	return server.NewSpeaker(ctx, config.Speech{}, v)
}

// noise is a sound without words: 400 ms of it, dying away like a cough.
func noise() *media.Clip {
	r := rand.New(rand.NewPCG(7, 7))
	pcm := make([]int16, 3200)
	level, last := 9000.0, 0.0
	for i := range pcm {
		if i == 1700 {
			level = 7000
		}
		level *= 0.9985
		last = 0.7*last + 0.3*(2*r.Float64()-1)
		pcm[i] = int16(level * last * 2)
	}
	return media.NewClip(media.Frame{Rate: media.TelephoneRate, PCM: pcm})
}
