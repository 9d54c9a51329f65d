package bench

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/parley-voice/parley/media"
)

// prompts says what is spoken in Debian's asterisk-core-sounds-en-wav: file
// without .wav, tab, words. The package is Copyright 2003-2010 Allison Smith,
// CC-BY-SA-3.0, and so is this list. Fragments shorter than a phrase are left out.
//
//go:embed prompts.tsv
var prompts string

// PairsCmd is parley bench pairs.
type PairsCmd struct {
	Sounds string        `default:"/usr/share/asterisk/sounds/en_US_f_Allison" type:"existingdir" help:"Folder of the recordings (apt install asterisk-core-sounds-en-wav)."`
	Out    string        `default:"-" help:"File to write; - is standard output."`
	Min    time.Duration `default:"2s" help:"Shortest recording taken."`
	Max    time.Duration `default:"15s" help:"Longest recording taken."`
}

// Run writes the pairs.
func (c *PairsCmd) Run() error {
	out := os.Stdout
	if c.Out != "-" {
		f, err := os.Create(c.Out)
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	n := 0
	w := bufio.NewWriter(out)
	for line := range strings.Lines(prompts) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), "\t")
		path := filepath.Join(c.Sounds, name+".wav")
		clip, err := media.ReadClip(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // other versions of the package have other files
		case err != nil:
			return fmt.Errorf("%s: %w", path, err)
		case clip.Duration() < c.Min || clip.Duration() > c.Max:
			continue
		}
		fmt.Fprintf(w, "%s\t%s\n", path, text)
		n++
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("none of the recordings is in %s", c.Sounds)
	}
	fmt.Fprintf(os.Stderr, "%d recordings\n", n)
	return nil
}
