package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Kind is what a warning is about.
type Kind string

// The kinds.
const (
	Confusable Kind = "confusable" // two intents that held-out examples are mistaken between
	Twofold    Kind = "twofold"    // the same words are an example of two intents
	Wordless   Kind = "wordless"   // an example without a word in it
)

// Warning is something that the author of the examples should look at. None
// keeps the model from working.
type Warning struct {
	Kind     Kind
	Intents  []string // one or two
	Examples []string // a few of those at fault
	Mistaken int      // held-out examples of the two taken for the other
	Of       int      // held-out examples of the two
}

// String tells what is wrong and what to do.
func (w Warning) String() string {
	list := strings.Join(quoted(w.Examples), ", ")
	switch w.Kind {
	case Twofold:
		return fmt.Sprintf("intents %s both have the example %s: leave it to one of them", strings.Join(quoted(w.Intents), " and "), list)
	case Wordless:
		return fmt.Sprintf("intent %s has the example %s, which has no words: write what callers say", strings.Join(quoted(w.Intents), ""), list)
	}
	return fmt.Sprintf("intents %s are easily confused (%d of %d examples when held out, such as %s): join them, or add examples that tell them apart",
		strings.Join(quoted(w.Intents), " and "), w.Mistaken, w.Of, list)
}

func quoted(all []string) []string {
	var out []string
	for _, s := range all {
		out = append(out, fmt.Sprintf("%q", s))
	}
	return out
}

// Warnings are those of the examples, the most often confused first.
func (m *Model) Warnings() []Warning { return slices.Clone(m.warnings) }

// Two intents are confusable when at least this many of their held-out examples,
// and at least this share, were taken for the other.
const (
	confusedAtLeast = 2
	confusedShare   = 0.2
	confusedShown   = 3
)

// confusions finds the pairs of intents that the models mistake for each other.
func (m *Model) confusions(held []heldOut) []Warning {
	tried := make([]int, len(m.intents))
	mistaken := map[[2]int][]int{}
	for _, h := range held {
		tried[h.want]++
		if h.said != h.want {
			pair := [2]int{min(h.said, h.want), max(h.said, h.want)}
			mistaken[pair] = append(mistaken[pair], h.example)
		}
	}
	var out []Warning
	for pair, examples := range mistaken {
		of := tried[pair[0]] + tried[pair[1]]
		if len(examples) < confusedAtLeast || float64(len(examples)) < confusedShare*float64(of) {
			continue
		}
		slices.Sort(examples)
		w := Warning{Kind: Confusable, Intents: []string{m.intents[pair[0]], m.intents[pair[1]]}, Mistaken: len(examples), Of: of}
		for _, i := range examples[:min(confusedShown, len(examples))] {
			w.Examples = append(w.Examples, clip(m.texts[i]))
		}
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(b.Mistaken, a.Mistaken), slices.Compare(a.Intents, b.Intents))
	})
	return out
}
