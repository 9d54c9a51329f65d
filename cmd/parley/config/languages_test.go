package config

import (
	"strings"
	"testing"
)

func speech(t *testing.T, text string) Speech {
	t.Helper()
	c, err := Load(strings.NewReader("speech: "+text), "parley.yaml", testEnv)
	if err != nil {
		t.Fatal(err)
	}
	return c.Speech
}

// Each language is heard by what is set for it, and by what is set for all only
// where nothing is.
func TestRecognisersOfALanguage(t *testing.T) {
	s := speech(t, `{asr: {engine: moonshine, workers: 2, second: {engine: openai, url: "http://all/v1"}, languages: {
	zh: {engine: ws, url: "ws://zh:1"}, zh-TW: {engine: ws, url: "ws://tw:1", second: {engine: ws, url: "ws://zh:1"}}, de: {engine: none}}}}`)
	for language, want := range map[string]string{
		"en-US": "moonshine openai http://all/v1", "zh-CN": "ws ws://zh:1", "zh-tw": "ws ws://tw:1 ws ws://zh:1", "fr": "openai http://all/v1", "de-AT": "", "": "moonshine openai http://all/v1",
	} {
		var got []string
		for _, e := range s.ASR.For(language) {
			got = append(got, strings.TrimSpace(e.Engine+" "+e.URL))
			if e.Deadline == 0 {
				t.Errorf("%s: %s has no default deadline", language, e.Engine)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", language, got, want)
		}
	}
	if n := len(s.ASR.Engines()); n != 4 { // ws://zh:1 once
		t.Errorf("%d engines: %+v", n, s.ASR.Engines())
	}
}

// What a language lacks is told with the setting that mends it.
func TestLacks(t *testing.T) {
	for _, c := range []struct {
		speech, language string
		listens          bool
		want             []string
	}{
		{"{}", "en-GB", true, nil},
		{"{}", "zh-CN", true, []string{"no recogniser hears zh-CN: moonshine hears English only (speech.asr); set speech.asr.languages.zh-CN"}},
		{"{}", "zh-CN", false, nil},
		{"{asr: {languages: {zh: {engine: none}}}}", "zh-CN", true, []string{"no recogniser hears zh-CN: recognition is off (speech.asr.languages.zh); set"}},
		{"{asr: {engine: none}}", "en-US", true, []string{"recognition is off (speech.asr)"}},
		{"{asr: {languages: {zh: {engine: ws, url: 'ws://h'}}}, tts: {'*': flite}}", "zh-CN", true, []string{"no voice speaks zh-CN: flite speaks English only (speech.tts.*); set speech.tts.zh-CN to espeak"}},
		{"{tts: {'*': flite, zh: espeak}}", "zh-CN", false, nil},
	} {
		got := speech(t, c.speech).Lacks(c.language, c.listens)
		if len(got) != len(c.want) {
			t.Errorf("%s for %s: %q", c.speech, c.language, got)
			continue
		}
		for i := range got {
			if !strings.Contains(got[i], c.want[i]) {
				t.Errorf("%s for %s: %q, want %q", c.speech, c.language, got[i], c.want[i])
			}
		}
	}
	var none Speech
	if got := none.Lacks("en", false); len(got) != 1 || !strings.Contains(got[0], "no voice speaks en; set speech.tts.en") {
		t.Errorf("%q", got)
	}
}

func TestWrongRecognisersOfALanguage(t *testing.T) {
	for text, want := range map[string]string{
		"speech:\n  asr:\n    languages:\n      zh-CN: {engine: moonshine}\n":                       `parley.yaml:4:14: speech.asr.languages.zh-CN: moonshine hears English only; use ws or openai`,
		"speech:\n  asr:\n    languages:\n      zh-CN: {engine: ws}\n":                              `parley.yaml:4:14: speech.asr.languages.zh-CN: the ws engine needs a url`,
		"speech:\n  asr:\n    languages:\n      zh: {engine: none, second: {engine: ws, url: h}}\n": `speech.asr.languages.zh.second.url: "h" is not a ws:// address`,
		"speech:\n  asr:\n    languages:\n      zh: {engin: ws}\n":                                  `parley.yaml:4:12: unknown key "engin"; did you mean "engine"?`,
		"speech:\n  asr:\n    languages:\n      zh: ws\n":                                           `speech.asr.languages.zh must hold keys, one a line, not "ws"`,
		"speech:\n  tts: {zh: flite}\n":                                                             `parley.yaml:2:13: speech.tts.zh: flite speaks English only; use espeak or openai`,
	} {
		_, err := Load(strings.NewReader(text), "parley.yaml", testEnv)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v, want %s", text, err, want)
		}
	}
}
