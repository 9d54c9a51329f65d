// Package labels turns what people say turns meant into examples for scripts.
package labels

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/parley-voice/parley/dialog/mask"
	"github.com/parley-voice/parley/dialog/words"
	"github.com/parley-voice/parley/store"
)

// Check refuses an intent that could not be one in a script or a line of
// examples.
func Check(intent string) error {
	if intent == "" || len(intent) > 100 || strings.ContainsFunc(intent, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return fmt.Errorf("%q cannot be an intent: give its name in the script, one word", intent)
	}
	return nil
}

// Write writes lines of intent, tab, text: one for each label, the same words
// once for an intent, personal numbers masked, sorted. It tells how many lines
// there are, and which words have been given to more than one intent.
func Write(w io.Writer, all []store.Label) (n int, disputed []string, err error) {
	type line struct{ intent, text string }
	var lines []line
	seen := map[line]bool{}
	intents := map[string][]string{} // by words
	for _, l := range all {
		text := mask.Text(strings.Join(strings.Fields(l.Text), " "))
		normal := words.Normal(text)
		if normal == "" || seen[line{l.Intent, normal}] {
			continue
		}
		seen[line{l.Intent, normal}] = true
		if intents[normal] = append(intents[normal], l.Intent); len(intents[normal]) == 2 {
			disputed = append(disputed, text)
		}
		lines = append(lines, line{l.Intent, text})
	}
	slices.SortFunc(lines, func(a, b line) int {
		if c := strings.Compare(a.intent, b.intent); c != 0 {
			return c
		}
		return strings.Compare(a.text, b.text)
	})
	out := bufio.NewWriter(w)
	for _, l := range lines {
		fmt.Fprintf(out, "%s\t%s\n", l.intent, l.text)
	}
	return len(lines), disputed, out.Flush()
}
