package config

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/parley-voice/parley/dialog/words"
)

// maxWords bounds the house's list, in lines.
const maxWords = 5000

// ReadWords reads a list of words that must not be said: one a line, # before a
// remark. None come from no file.
func ReadWords(file string) (list []string, err error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("the list of words: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewScanner(f)
	for n := 1; in.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(in.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if len(words.Split(line)) == 0 {
			return nil, Problems{{file, n, 1, fmt.Sprintf("%q has no word in it", line), "write one word or phrase a line"}}
		}
		if list = append(list, line); len(list) > maxWords {
			return nil, Problems{{file, n, 1, fmt.Sprintf("more than %d words", maxWords), "keep those that matter"}}
		}
	}
	if in.Err() != nil {
		return nil, fmt.Errorf("%s: %w", file, in.Err())
	}
	return list, nil
}
