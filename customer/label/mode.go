package label

import (
	"maps"
	"slices"
	"time"
)

// modes counts words, and when each was said last.
type modes map[string]mode

type mode struct {
	n    int
	last time.Time
}

func (m modes) empty() modes {
	if m == nil {
		return modes{}
	}
	clear(m)
	return m
}

func (m modes) add(word string, at time.Time) {
	if word == "" {
		return
	}
	one := m[word]
	one.n++
	if at.After(one.last) {
		one.last = at
	}
	m[word] = one
}

// most is the word said most often: of equals the one said last, then the first by
// name. all is how often any was said.
func (m modes) most() (word string, n, all int) {
	var best mode
	for w, one := range m {
		all += one.n
		c := one.n - best.n
		if c == 0 {
			c = one.last.Compare(best.last)
		}
		if c > 0 || c == 0 && w < word {
			word, best = w, one
		}
	}
	return word, best.n, all
}

func (m modes) words() []string { return slices.Sorted(maps.Keys(m)) }

// latest is the last of several words; of two at one instant, the first by name.
type latest struct {
	word string
	at   time.Time
}

func (l *latest) take(word string, at time.Time) {
	if word != "" && (at.After(l.at) || at.Equal(l.at) && word < l.word) {
		l.word, l.at = word, at
	}
}
