package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/parley-voice/parley/tts"
)

// EnglishOnly tells whether an engine, of recognition or of speech, knows no other
// language.
func EnglishOnly(engine string) bool { return engine == "moonshine" || engine == "flite" }

func english(language string) bool {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	return primary == "en"
}

// can tells whether an engine is of use for a language; "" is any.
func can(engine, language string) bool {
	return engine != "none" && (!EnglishOnly(engine) || language == "" || english(language))
}

// pair is what is set for a language, and the key that sets it.
func (a ASR) pair(language string) (p ASRPair, key string) {
	if tag, ok := tts.Nearest(slices.Sorted(maps.Keys(a.Languages)), language); ok {
		return a.Languages[tag], "speech.asr.languages." + tag
	}
	return a.ASRPair, "speech.asr"
}

// For are the recognisers of a language that hear it, the first choice first.
func (a ASR) For(language string) []ASREngine {
	p, _ := a.pair(language)
	all := []ASREngine{p.ASREngine}
	if p.Second != nil {
		all = append(all, *p.Second)
	}
	return slices.DeleteFunc(all, func(e ASREngine) bool { return !can(e.Engine, language) })
}

// Engines are all recognisers, each once: those for every language first.
func (a ASR) Engines() []ASREngine {
	var all []ASREngine
	add := func(p ASRPair) {
		for _, e := range []*ASREngine{&p.ASREngine, p.Second} {
			if e != nil && e.Engine != "none" && !slices.Contains(all, *e) {
				all = append(all, *e)
			}
		}
	}
	add(a.ASRPair)
	for _, tag := range slices.Sorted(maps.Keys(a.Languages)) {
		add(a.Languages[tag])
	}
	return all
}

// Lacks tells what keeps a language from being spoken, and heard if listens, each
// with the setting that mends it.
func (s Speech) Lacks(language string, listens bool) []string {
	var all []string
	if p, key := s.ASR.pair(language); listens && len(s.ASR.For(language)) == 0 {
		why := "recognition is off"
		if p.Engine != "none" {
			why = p.Engine + " hears English only"
		}
		all = append(all, fmt.Sprintf("no recogniser hears %s: %s (%s); set speech.asr.languages.%s to one that does (ws or openai), else its callers have the keypad",
			language, why, key, language))
	}
	tags := slices.DeleteFunc(slices.Sorted(maps.Keys(s.TTS)), func(tag string) bool { return tag == "*" })
	tag, ok := tts.Nearest(tags, language)
	if !ok {
		tag = "*"
	}
	switch v, set := s.TTS[tag]; {
	case !set:
		all = append(all, fmt.Sprintf("no voice speaks %s; set speech.tts.%s (espeak or openai)", language, language))
	case !can(v.Engine, language):
		all = append(all, fmt.Sprintf("no voice speaks %s: %s speaks English only (speech.tts.%s); set speech.tts.%s to espeak or openai", language, v.Engine, tag, language))
	}
	return all
}

// checkSpeech finds engines that lack what they need, or are given a language that
// they do not know.
func (c *Config) checkSpeech(fail failer) {
	checkPair(fail, "speech.asr", "", c.Speech.ASR.ASRPair)
	for _, tag := range slices.Sorted(maps.Keys(c.Speech.ASR.Languages)) {
		checkPair(fail, join("speech.asr.languages", tag), tag, c.Speech.ASR.Languages[tag])
	}
	for _, tag := range slices.Sorted(maps.Keys(c.Speech.TTS)) {
		if v := c.Speech.TTS[tag]; tag != "*" && !can(v.Engine, tag) {
			fail(join("speech.tts", tag), "use espeak or openai", "speech.tts.%s: %s speaks English only", tag, v.Engine)
		}
	}
}

func checkPair(fail failer, at, language string, p ASRPair) {
	checkASR(fail, at, language, p.ASREngine)
	if p.Second != nil {
		checkASR(fail, at+".second", language, *p.Second)
	}
}

func checkASR(fail failer, at, language string, e ASREngine) {
	switch e.Engine {
	case "ws", "openai":
		if e.URL == "" {
			fail(at, "", "%s: the %s engine needs a url", at, e.Engine)
			return
		}
		checkURL(fail, at+".url", e.URL, map[string][]string{"ws": {"ws", "wss"}, "openai": {"http", "https"}}[e.Engine]...)
	case "moonshine":
		if !can(e.Engine, language) {
			fail(at, "use ws or openai", "%s: moonshine hears English only", at)
		}
	}
}
