package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/parley-voice/parley/asr/wer"
	"github.com/parley-voice/parley/media"
)

// PairsCmd is parley bench pairs.
type PairsCmd struct {
	Out string        `default:"-" help:"File to write; - is standard output."`
	Min time.Duration `default:"0s" help:"Shortest recording taken."`
	Max time.Duration `default:"15s" help:"Longest recording taken."`
}

// Run writes the pairs.
func (c *PairsCmd) Run() error {
	if c.Out == "-" {
		return c.write(os.Stdout)
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return err
	}
	return errors.Join(c.write(f), f.Close())
}

func (c *PairsCmd) write(out io.Writer) error {
	pairs, err := wer.AsteriskEnglish()
	if err != nil {
		return err
	}
	n := 0
	w := bufio.NewWriter(out)
	for _, p := range pairs {
		clip, err := media.ReadClip(p.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // other versions of the package have other files
		case err != nil:
			return fmt.Errorf("%s: %w", p.Path, err)
		case clip.Duration() < c.Min || clip.Duration() > c.Max:
			continue
		}
		fmt.Fprintf(w, "%s\t%s\n", p.Path, p.Text)
		n++
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if n == 0 {
		return errors.New("none of the recordings is here: apt-get install asterisk-core-sounds-en-wav")
	}
	fmt.Fprintf(os.Stderr, "%d recordings\n", n)
	return nil
}
