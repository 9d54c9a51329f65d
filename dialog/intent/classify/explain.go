package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Why tells what carried an answer.
type Why struct {
	Example  string    // the intent's own example that is most like the text, "" when none has anything in common
	Likeness float64   // its cosine, 0..1
	Features []Feature // what spoke most for the answer against the runner-up, strongest first
}

// Feature is one piece of the text.
type Feature struct {
	Kind   string  // words, letters or sound
	Text   string  // words; letters with … where the word goes on; syllables. ^ and $ are the text's ends
	Weight float64 // how far it moved the vote, > 0
}

// String is one line for the record.
func (w Why) String() string {
	var parts []string
	if w.Example != "" {
		parts = append(parts, fmt.Sprintf("like %q (%.2f)", clip(w.Example), w.Likeness))
	}
	for _, f := range w.Features {
		parts = append(parts, fmt.Sprintf("%s %q", f.Kind, f.Text))
	}
	return strings.Join(parts, ", ")
}

// shown is how many features an explanation names.
const shown = 4

// explain tells why first and not second, which is -1 when there is none.
func (m *Model) explain(v vector, o opinion, first, second int) Why {
	w := Why{}
	if i := o.example[first]; i >= 0 {
		w.Example, w.Likeness = m.texts[i], o.nearest[first]
	}
	type moved struct {
		id int32
		by float64
	}
	var all []moved
	for j, id := range v.ids {
		by := m.core.pull(id, first)
		if second >= 0 {
			by -= m.core.pull(id, second)
		}
		if by *= float64(v.values[j]); by > 0 {
			all = append(all, moved{id, by})
		}
	}
	slices.SortFunc(all, func(a, b moved) int {
		return cmp.Or(cmp.Compare(b.by, a.by), cmp.Compare(a.id, b.id))
	})
	for _, f := range all[:min(shown, len(all))] {
		k := m.dict.kinds[f.id]
		w.Features = append(w.Features, Feature{Kind: k.String(), Text: k.show(m.dict.names[f.id]), Weight: f.by})
	}
	return w
}

// pull is how far a feature of weight 1 moves the vote for an intent.
func (e *ensemble) pull(id int32, class int) float64 {
	sum := e.votes.machines * float64(e.machines.row(id)[class])
	for _, c := range e.profiles.of(id) {
		if int(c.class) == class {
			sum += e.votes.bayes*float64(c.bayes) + e.votes.center*float64(c.center)
		}
	}
	return sum
}

func (k kind) String() string { return [...]string{"words", "letters", "sound"}[k] }

func (k kind) show(s string) string {
	if k != letterGrams {
		return strings.NewReplacer(opening, "^", closing, "$").Replace(s)
	}
	if !strings.HasPrefix(s, " ") {
		s = "…" + s
	}
	if !strings.HasSuffix(s, " ") {
		s += "…"
	}
	return strings.TrimSpace(s)
}
