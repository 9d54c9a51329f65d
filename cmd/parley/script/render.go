package script

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// RenderCmd is parley script render.
type RenderCmd struct {
	File   string `arg:"" help:"Script, or the name of one that ships."`
	Out    string `short:"o" required:"" placeholder:"DIR" help:"Folder to write the WAV files and index.json into."`
	Config string `short:"c" placeholder:"FILE" help:"Configuration: it tells the voices."`
}

// rendered is one entry of the index.
type rendered struct {
	File string `json:"file"`
	piece
	Took float64 `json:"audio_seconds"`
}

// Run speaks every line in the voice of the script's language, variables with
// their examples, and lists the files.
func (c *RenderCmd) Run(ctx context.Context, w *World) error {
	s, err := need(c.File)
	if err != nil {
		return err
	}
	cfg, err := w.Config(c.Config)
	if err != nil {
		return err
	}
	voices, err := server.NewVoices(ctx, cfg.Speech)
	if err != nil {
		fmt.Fprintf(w.Stderr, "some languages have no voice: %v\n", err)
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	var index []rendered
	for i, one := range pieces(s) {
		if one.Clip != "" {
			continue // it is a file already
		}
		r := rendered{File: fmt.Sprintf("%03d-%s.wav", i+1, fileName(one.Node+"-"+one.Key)), piece: one}
		if r.Took, err = speakInto(ctx, voices, filepath.Join(c.Out, r.File), one); err != nil {
			return err
		}
		fmt.Fprintf(w.Stdout, "%s  %5.1f s  %s\n", r.File, r.Took, one.Heard)
		index = append(index, r)
	}
	f, err := os.Create(filepath.Join(c.Out, "index.json"))
	if err != nil {
		return err
	}
	err = writeJSON(&World{Stdout: f}, index)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(w.Stdout, "\n%s and index.json in %s\n", number(len(index), "file"), c.Out)
	return nil
}

// fileName makes a name that every file system takes.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, s)
	return strings.Trim(s, "-")
}

// speakInto writes one line, at the rate of its voice, and tells how long it is.
func speakInto(ctx context.Context, voices tts.Speaker, path string, one piece) (seconds float64, err error) {
	var pcm []int16
	rate := 0
	err = voices.Speak(ctx, tts.Utterance{Text: one.Heard, Language: one.Language}, func(f media.Frame) error {
		rate = f.Rate
		pcm = append(pcm, f.PCM...)
		return nil
	})
	if err == nil && len(pcm) == 0 {
		err = errors.New("the voice gave no sound for it")
	}
	if err != nil {
		return 0, fmt.Errorf("%q: %w", one.Heard, err)
	}
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	err = media.WriteWAV(f, rate, 1, pcm)
	return float64(len(pcm)) / float64(rate), errors.Join(err, f.Close())
}
