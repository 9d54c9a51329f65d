package intents

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog/intent/classify"
)

// outOfScope is the intent that the public sets give to lines that belong to
// none.
const outOfScope = "oos"

// readLines reads lines of intent, tab, text. Empty lines are passed over.
func readLines(name string) (in, out []classify.Example, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	n := 0
	for line := range strings.Lines(string(bytes.TrimPrefix(data, []byte("\ufeff")))) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			continue
		}
		intent, text, ok := strings.Cut(line, "\t")
		if !ok || intent == "" {
			return nil, nil, fmt.Errorf("%s:%d: want intent, tab, text", name, n)
		}
		e := classify.Example{Intent: intent, Text: text}
		if intent == outOfScope {
			out = append(out, e)
		} else {
			in = append(in, e)
		}
	}
	return in, out, nil
}

// draw takes some of the intents and some examples of each; 0 takes all. The
// same seed takes the same.
func draw(all []classify.Example, intents, examples int, seed uint64) []classify.Example {
	if intents == 0 && examples == 0 {
		return all
	}
	names := namesOf(all)
	random := rand.New(rand.NewPCG(seed, 0))
	if intents > 0 {
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		names = names[:min(intents, len(names))]
	}
	left := map[string]int{}
	for _, n := range names {
		left[n] = len(all)
		if examples > 0 {
			left[n] = examples
		}
	}
	var out []classify.Example
	for _, i := range random.Perm(len(all)) {
		if e := all[i]; left[e.Intent] > 0 {
			left[e.Intent]--
			out = append(out, e)
		}
	}
	return out
}

// ofIntents are the lines whose intent has examples.
func ofIntents(lines, examples []classify.Example) []classify.Example {
	names := namesOf(examples)
	var out []classify.Example
	for _, e := range lines {
		if _, known := slices.BinarySearch(names, e.Intent); known {
			out = append(out, e)
		}
	}
	return out
}

func namesOf(all []classify.Example) []string {
	var names []string
	for _, e := range all {
		names = append(names, e.Intent)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
