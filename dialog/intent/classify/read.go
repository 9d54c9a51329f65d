package classify

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/parley-voice/parley/dialog/words"
)

// lessons are what the models learn from.
type lessons struct {
	docs   []doc
	labels []int32
	name   []bool // the intent's own name, never held out
}

func (l *lessons) add(d doc, label int32, name bool) {
	l.docs, l.labels, l.name = append(l.docs, d), append(l.labels, label), append(l.name, name)
}

// read numbers intents and features, drops examples that teach nothing, and
// warns of what the author should mend.
func (m *Model) read(examples []Example) (lessons, error) {
	kept := m.distinct(examples)
	for _, e := range kept {
		m.intents = append(m.intents, e.Intent)
	}
	slices.Sort(m.intents)
	m.intents = slices.Compact(m.intents)
	var l lessons
	if len(m.intents) > MaxIntents {
		return l, fmt.Errorf("%d intents, at most %d: join those that lead to the same place", len(m.intents), MaxIntents)
	}
	said := map[string]bool{}
	learn := func(text string, label int, name bool) error {
		l.add(m.dict.learn(text), int32(label), name)
		m.texts = append(m.texts, text)
		if len(m.dict.names) > maxFeatures {
			return fmt.Errorf("the examples hold more than %d different words and parts of words: shorten or drop some", maxFeatures)
		}
		return nil
	}
	for _, e := range kept {
		k, _ := slices.BinarySearch(m.intents, e.Intent)
		if err := learn(e.Text, k, false); err != nil {
			return l, err
		}
		said[words.Normal(e.Text)] = true
	}
	for k, name := range m.intents {
		text := spelledOut(name)
		if normal := words.Normal(text); normal == "" || said[normal] {
			continue
		}
		if err := learn(text, k, true); err != nil {
			return l, err
		}
	}
	return l, nil
}

// spelledOut is an intent's name as words: order_status and orderStatus are
// "order status".
func spelledOut(name string) string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		if r == '_' || unicode.IsUpper(r) && lower {
			b.WriteByte(' ')
		}
		if r != '_' {
			b.WriteRune(r)
		}
		lower = unicode.IsLower(r)
	}
	return b.String()
}

// distinct are the examples that have words, each once, sorted: the order in
// which a script lists them makes no difference.
func (m *Model) distinct(examples []Example) []Example {
	sorted := slices.Clone(examples)
	slices.SortFunc(sorted, func(a, b Example) int {
		if c := strings.Compare(a.Intent, b.Intent); c != 0 {
			return c
		}
		return strings.Compare(a.Text, b.Text)
	})
	type said struct{ intent, normal string }
	seen := map[said]bool{}
	owner := map[string]string{}
	var kept []Example
	for _, e := range sorted {
		normal := words.Normal(e.Text)
		if normal == "" {
			m.warnings = append(m.warnings, Warning{Kind: Wordless, Intents: []string{e.Intent}, Examples: []string{clip(e.Text)}})
			continue
		}
		if seen[said{e.Intent, normal}] {
			continue
		}
		seen[said{e.Intent, normal}] = true
		if other, taken := owner[normal]; taken {
			m.warnings = append(m.warnings, Warning{Kind: Twofold, Intents: []string{other, e.Intent}, Examples: []string{clip(e.Text)}})
		} else {
			owner[normal] = e.Intent
		}
		kept = append(kept, e)
	}
	return kept
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
