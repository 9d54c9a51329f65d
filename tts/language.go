package tts

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	tag, _ := Nearest(r.names, language)
	return r.speakers[tag]
}

// Nearest finds the tag that a language is served by, as ByLanguage tells it. Tags
// are compared without regard to case and come back as they are in the list.
func Nearest(tags []string, language string) (tag string, ok bool) {
	want := tagKey(language)
	find := func(fits func(tag string) bool) bool {
		i := slices.IndexFunc(tags, func(own string) bool { return own != "" && fits(tagKey(own)) })
		if i >= 0 {
			tag = tags[i]
		}
		return i >= 0
	}
	for t := want; t != ""; t = parentTag(t) {
		if find(func(own string) bool { return own == t }) {
			return tag, true
		}
	}
	primary, _, _ := strings.Cut(want, "-")
	return tag, primary != "" && find(func(own string) bool {
		base, _, _ := strings.Cut(own, "-")
		return base == primary
	})
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
