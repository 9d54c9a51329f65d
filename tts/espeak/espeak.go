// Package espeak speaks more than a hundred languages by starting the espeak-ng
// program, once for each sentence. The program is GPL and is therefore run, not
// linked. First bytes come after about 12 ms.
package espeak

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// ErrMissing says that the program is not installed.
var ErrMissing = errors.New("espeak-ng is not installed: apt-get install espeak-ng")

// Config of the engine.
type Config struct {
	Program  string // path or name; "" means espeak-ng
	Voice    string // for every language, e.g. "en-us+f3"; "" picks by language
	Parallel int    // processes at once; 0 means twice the cores
}

// Engine is a tts.Speaker.
type Engine struct {
	program string
	voice   string
	version string
	voices  map[string]bool // language codes the program knows
	slots   chan struct{}
}

// askTime is how long the program may take to tell its version and voices.
const askTime = 10 * time.Second

// New finds the program and asks for its version and languages.
func New(ctx context.Context, cfg Config) (*Engine, error) {
	if cfg.Program == "" {
		cfg.Program = "espeak-ng"
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = 2 * runtime.GOMAXPROCS(0)
	}
	path, err := exec.LookPath(cfg.Program)
	if err != nil {
		return nil, fmt.Errorf("tts/espeak: %w (%w)", ErrMissing, err)
	}
	e := &Engine{program: path, voice: cfg.Voice, slots: make(chan struct{}, cfg.Parallel)}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	version, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("tts/espeak: %s --version: %w", path, err)
	}
	e.version = "?"
	if m := versionNumber.Find(version); m != nil {
		e.version = string(m)
	}
	list, err := exec.CommandContext(ctx, path, "--voices").Output()
	if err != nil {
		return nil, fmt.Errorf("tts/espeak: %s --voices: %w", path, err)
	}
	e.voices = parseVoices(string(list))
	if len(e.voices) == 0 {
		return nil, fmt.Errorf("tts/espeak: %s knows no voices: is its data installed (espeak-ng-data)?", path)
	}
	return e, nil
}

var versionNumber = regexp.MustCompile(`\d+(\.\d+)+`)

// parseVoices reads the table of --voices, whose second column is a code.
func parseVoices(table string) map[string]bool {
	voices := map[string]bool{}
	for i, line := range strings.Split(table, "\n") {
		if f := strings.Fields(line); i > 0 && len(f) > 1 {
			voices[strings.ToLower(f[1])] = true
		}
	}
	return voices
}

// Engine names the program's version and the voice that speaks u.
func (e *Engine) Engine(u tts.Utterance) string {
	voice, err := e.voiceOf(u)
	if err != nil {
		voice = "?"
	}
	return "espeak-ng/" + e.version + "/" + voice
}

// readings are the voices that read a language best when its own does not: the
// plain Mandarin voice takes some characters for English letters.
var readings = map[string]string{"zh": "cmn-latn-pinyin", "cmn": "cmn-latn-pinyin", "yue": "yue-latn-jyutping", "zh-hk": "yue-latn-jyutping"}

var voiceName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*$`)

// voiceOf gives the name for -v: the utterance's, the configuration's, or that of
// the longest known prefix of the language.
func (e *Engine) voiceOf(u tts.Utterance) (string, error) {
	for _, v := range []string{u.Voice, e.voice} {
		if v == "" {
			continue
		}
		if !voiceName.MatchString(v) {
			return "", fmt.Errorf("tts/espeak: %q is no voice name: see espeak-ng --voices", v)
		}
		return v, nil
	}
	tag := strings.ToLower(strings.ReplaceAll(u.Language, "_", "-"))
	for t := tag; t != ""; t = t[:max(0, strings.LastIndexByte(t, '-'))] {
		if v := readings[t]; v != "" {
			return v, nil
		}
		if e.voices[t] {
			return t, nil
		}
	}
	if tag == "" || tag == "en" {
		return "en-us", nil
	}
	if v := e.regional(tag); v != "" {
		return v, nil
	}
	return "", fmt.Errorf("%w %q: espeak-ng --voices lists what it speaks", tts.ErrNoVoice, u.Language)
}

// regional finds a voice of the same primary language: fr-fr for fr or fr-CA.
func (e *Engine) regional(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	found := ""
	for v := range e.voices {
		switch {
		case v == base+"-"+base, v == "en-us" && base == "en":
			return v
		case strings.HasPrefix(v, base+"-") && (found == "" || v < found):
			found = v
		}
	}
	return found
}

// Speak gives 22.05 kHz audio.
func (e *Engine) Speak(ctx context.Context, u tts.Utterance, emit func(media.Frame) error) error {
	voice, err := e.voiceOf(u)
	if err != nil {
		return err
	}
	speed := 1.0
	if u.Speed > 0 {
		speed = u.Speed
	}
	wpm := int(math.Round(min(max(175*speed, 80), 450)))
	return tts.Ahead(ctx, tts.Pieces(u), func(ctx context.Context, piece string, write func(media.Frame) error) error {
		select {
		case e.slots <- struct{}{}:
			defer func() { <-e.slots }()
		case <-ctx.Done():
			return ctx.Err()
		}
		return e.run(ctx, voice, wpm, piece, write)
	}, emit)
}

// run speaks one sentence in one process, which is gone when run returns. The
// text goes in by stdin, so that nothing in it can be an option.
func (e *Engine) run(ctx context.Context, voice string, wpm int, text string, write func(media.Frame) error) error {
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	cmd := exec.CommandContext(ctx, e.program, "-v", voice, "-s", strconv.Itoa(wpm), "-b", "1", "-z", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(text + "\n")
	cmd.WaitDelay = time.Second
	said := &head{limit: 512}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("tts/espeak: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("tts/espeak: %w", err)
	}
	rate, rerr := tts.WAVHeader(out)
	if rerr == nil {
		rerr = tts.CopyPCM(out, rate, write)
	}
	if rerr != nil {
		kill()
	}
	werr := cmd.Wait()
	switch {
	case rerr == nil && werr == nil:
		return nil
	case said.kept.Len() > 0:
		return fmt.Errorf("tts/espeak: voice %s: %s", voice, strings.TrimSpace(said.kept.String()))
	case rerr != nil:
		return fmt.Errorf("tts/espeak: %w", rerr)
	}
	return fmt.Errorf("tts/espeak: %w", werr)
}

// head keeps the first bytes of what a process complains of. The buffer is not
// embedded: its ReadFrom would take everything.
type head struct {
	kept  bytes.Buffer
	limit int
}

func (h *head) Write(p []byte) (int, error) {
	h.kept.Write(p[:min(len(p), max(0, h.limit-h.kept.Len()))])
	return len(p), nil
}
