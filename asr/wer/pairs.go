package wer

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"strings"
)

// Pair is a recording and what is said in it.
type Pair struct {
	Path string // of a WAV file
	Text string
}

// ReadPairs reads lines of a path, a tab and the text; empty lines and those
// that begin with # are skipped. name stands in errors.
func ReadPairs(name string, r io.Reader) ([]Pair, error) {
	var out []Pair
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		path, text, ok := strings.Cut(line, "\t")
		if !ok || len(Normalize(text)) == 0 {
			return nil, fmt.Errorf("%s:%d: want a path, a tab and the words said, not %.80q", name, n, line)
		}
		out = append(out, Pair{Path: path, Text: text})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

//go:embed asterisk-en.tsv
var asteriskEnglish string

// AsteriskEnglish are the spoken prompts of Debian's asterisk-core-sounds-en-wav
// at the places where that package puts them: the reference of Parley's own
// figures.
func AsteriskEnglish() ([]Pair, error) {
	return ReadPairs("asterisk-en.tsv", strings.NewReader(asteriskEnglish))
}
