package audio

import (
	"context"
	"math/rand/v2"
	"strings"
	"unicode"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// callerVoice is another voice than Parley's own: Flite's rms for English,
// espeak-ng for the rest. Of several languages it speaks the one that the words are
// written in.
func callerVoice(ctx context.Context, languages []string) (tts.Speaker, error) {
	p := polyglot{languages: languages, voices: map[string]tts.Speaker{}}
	for _, language := range languages {
		v := config.Voice{Engine: "espeak"}
		if english(language) {
			v = config.Voice{Engine: "flite", Voice: "rms"}
		}
		voice, err := server.NewSpeaker(ctx, config.Speech{}, v)
		if err != nil {
			return nil, err
		}
		p.voices[language] = voice
	}
	return p, nil
}

func english(language string) bool {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	return base == "en"
}

// polyglot is a caller who speaks every language of the script.
type polyglot struct {
	languages []string
	voices    map[string]tts.Speaker
}

// Speak speaks in the language that u's text is written in.
func (p polyglot) Speak(ctx context.Context, u tts.Utterance, emit func(media.Frame) error) error {
	u.Language = languageOf(u.Text, p.languages)
	return p.voices[u.Language].Speak(ctx, u, emit)
}

// languageOf is the first language of a list that a text can be in, judged by its
// letters: with Han it is not English, without it is not Chinese.
func languageOf(text string, languages []string) string {
	han := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	for _, language := range languages {
		if chinese := strings.HasPrefix(strings.ToLower(language), "zh"); chinese == han {
			return language
		}
	}
	return languages[0]
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
