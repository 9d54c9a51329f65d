package tts

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/parley-voice/parley/media"
)

// ErrNoVoice says that no speaker is set up for an utterance's language.
var ErrNoVoice = errors.New("tts: no voice for the language")

// Router gives each utterance to the speaker of its language.
type Router struct {
	speakers map[string]Speaker // keys in lower case
	names    []string           // sorted
}

// ByLanguage routes by BCP 47 tag: the longest prefix wins as in RFC 4647 §3.4
// (zh-Hans-CN, zh-Hans, zh), then a speaker of the same primary language, then
// the entry "", which is the default. Without a match Speak gives ErrNoVoice.
func ByLanguage(speakers map[string]Speaker) *Router {
	r := &Router{speakers: make(map[string]Speaker, len(speakers))}
	for tag, s := range speakers {
		tag = tagKey(tag)
		r.speakers[tag] = s
		r.names = append(r.names, tag)
	}
	sort.Strings(r.names)
	return r
}

// Pick finds the speaker for a language, or nil.
func (r *Router) Pick(language string) Speaker {
	tag := tagKey(language)
	for t := tag; t != ""; t = parentTag(t) {
		if s := r.speakers[t]; s != nil {
			return s
		}
	}
	primary, _, _ := strings.Cut(tag, "-")
	for _, name := range r.names {
		if base, _, _ := strings.Cut(name, "-"); base == primary && primary != "" {
			return r.speakers[name]
		}
	}
	return r.speakers[""]
}

// Speak hands u to the speaker of its language.
func (r *Router) Speak(ctx context.Context, u Utterance, emit func(media.Frame) error) error {
	_, err := r.speakNoting(ctx, u, emit)
	return err
}

func (r *Router) speakNoting(ctx context.Context, u Utterance, emit func(media.Frame) error) (lost, err error) {
	s := r.Pick(u.Language)
	if s == nil {
		return nil, fmt.Errorf("%w %q: set a speech engine for it, or a default", ErrNoVoice, u.Language)
	}
	return SpeakNoting(ctx, s, u, emit)
}

// Engine names the engine that would speak u.
func (r *Router) Engine(u Utterance) string {
	if s := r.Pick(u.Language); s != nil {
		return EngineOf(s, u)
	}
	return ""
}

func tagKey(tag string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"))
}

// parentTag drops the last subtag, and a singleton that would then stand last.
func parentTag(tag string) string {
	i := strings.LastIndexByte(tag, '-')
	if i < 0 {
		return ""
	}
	if j := strings.LastIndexByte(tag[:i], '-'); i-j == 2 {
		i = max(j, 0)
	}
	return tag[:i]
}
