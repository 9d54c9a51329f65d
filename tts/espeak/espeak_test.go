package espeak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
	"github.com/parley-voice/parley/tts/ttstest"
)

func engine(t testing.TB, cfg Config) *Engine {
	t.Helper()
	e, err := New(context.Background(), cfg)
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestBehaves(t *testing.T) {
	e := engine(t, Config{})
	for _, lang := range []string{"en-US", "zh-CN", "fr"} {
		t.Run(lang, func(t *testing.T) { ttstest.Suite(t, e, ttstest.Config{Language: lang}) })
	}
}

func TestVoiceOf(t *testing.T) {
	e := &Engine{voices: parseVoices("Pty Language Age/Gender VoiceName\n 5  en-us --/M x y\n 5  fr-fr --/M\n 5 pt --/M\n 5 es-419\n 5 pt-br --/M\n")}
	for tag, want := range map[string]string{
		"en-US": "en-us", "en": "en-us", "": "en-us", "en_IN": "en-us", "pt-PT": "pt", "pt_BR": "pt-br", "fr-FR": "fr-fr", "fr": "fr-fr", "fr-CA": "fr-fr", "es-ES": "es-419",
		"zh": "cmn-latn-pinyin", "zh-Hans-CN": "cmn-latn-pinyin", "cmn": "cmn-latn-pinyin", "zh-HK": "yue-latn-jyutping",
	} {
		if got, err := e.voiceOf(tts.Utterance{Language: tag}); got != want || err != nil {
			t.Errorf("%q is spoken by %q (%v), want %q", tag, got, err, want)
		}
	}
	if _, err := e.voiceOf(tts.Utterance{Language: "tlh"}); !errors.Is(err, tts.ErrNoVoice) {
		t.Errorf("Klingon: %v", err)
	}
	for _, v := range []string{"-w/tmp/x", "a b", "../../x", "a\x00"} {
		if _, err := e.voiceOf(tts.Utterance{Voice: v}); err == nil {
			t.Errorf("voice %q is passed on", v)
		}
	}
}

func TestMissingProgram(t *testing.T) {
	_, err := New(t.Context(), Config{Program: "/nonexistent/espeak-ng"})
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "apt-get install") {
		t.Errorf("got %v", err)
	}
}

func TestUnknownVoiceIsNamed(t *testing.T) {
	err := engine(t, Config{Voice: "nonsense"}).Speak(t.Context(), tts.Utterance{Text: "x"}, nil)
	if err == nil || !strings.Contains(err.Error(), "nonsense") || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("got %v", err)
	}
}

// script stands in for the program and does as body says when asked to speak.
func script(t *testing.T, body string) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "espeak")
	text := fmt.Sprintf("#!/bin/sh\ncase \"$1\" in --version) echo fake 9.9;; --voices) printf 'Pty Language\\n 5 en-us x\\n';; *) %s;; esac\n", body)
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return Config{Program: path}
}

const wavHead = `printf 'RIFF\044\360\377\177WAVEfmt \020\000\000\000\001\000\001\000\100\037\000\000\200\076\000\000\002\000\020\000data\000\360\377\177'`

func TestProgramThatFails(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"silent":      {"exit 0", "ends in its header"},
		"complains":   {"echo no such language >&2; exit 3", "no such language"},
		"other sound": {"echo hello world, this is text", "not a WAV stream"},
		"dies":        {wavHead + "; exit 7", "exit status 7"},
		"shouts":      {"yes | head -c 3000000 1>&2; exit 1", "y"},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine(t, script(t, c.body))
			err := e.Speak(t.Context(), tts.Utterance{Text: "hello"}, func(media.Frame) error { return nil })
			if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 700 {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A cancelled Speak leaves no process: one that ignores its pipe is killed.
func TestCancelKills(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	e := engine(t, script(t, "echo $$ > "+pidFile+"; "+wavHead+"; head -c 16000 /dev/urandom; exec sleep 600"))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	err := e.Speak(ctx, tts.Utterance{Text: "hello"}, func(media.Frame) error { stop(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	pid, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(pid))); err == nil {
		t.Errorf("process %s lives on", pid)
	}
}

func TestProcessesAreBounded(t *testing.T) {
	dir := t.TempDir()
	cfg := script(t, "touch "+dir+"/$$; ls "+dir+" | wc -l >> "+dir+"/../most; "+wavHead+"; sleep 0.05; rm "+dir+"/$$")
	cfg.Parallel = 2
	e := engine(t, cfg)
	done := make(chan error)
	for range 6 {
		go func() {
			done <- e.Speak(context.Background(), tts.Utterance{Text: "hello"}, func(media.Frame) error { return nil })
		}()
	}
	for range 6 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "..", "most"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Fields(string(b)); len(n) != 6 || strings.ContainsAny(strings.Join(n, ""), "3456") {
		t.Errorf("processes at once: %v, at most 2 allowed", n)
	}
}

// BenchmarkSpeak reports milliseconds to the first frame.
func BenchmarkSpeak(b *testing.B) {
	e := engine(b, Config{})
	var first time.Duration
	for b.Loop() {
		start, begun := time.Now(), false
		_ = e.Speak(b.Context(), tts.Utterance{Text: "您好，请问您需要什么？", Language: "zh-CN"}, func(media.Frame) error {
			if !begun {
				first, begun = first+time.Since(start), true
			}
			return nil
		})
	}
	b.ReportMetric(float64(first.Microseconds())/1000/float64(b.N), "ms-first-audio")
}
