package routing

import (
	"strings"
	"unicode"
)

// Hear tells which classes of words are in what a caller said. Latin words are
// found whole, Chinese ones anywhere; case does not count.
func (t *Table) Hear(said string) (classes []string) {
	said = strings.ToLower(said)
	for _, w := range t.Words {
		for _, word := range w.Words {
			if hears(said, strings.ToLower(word)) {
				classes = append(classes, w.Class)
				break
			}
		}
	}
	return classes
}

func hears(said, word string) bool {
	for from := 0; ; {
		i := strings.Index(said[from:], word)
		if i < 0 {
			return false
		}
		i += from
		if !continues(said[:i], word, true) && !continues(said[i+len(word):], word, false) {
			return true
		}
		from = i + 1
		for from < len(said) && said[from]&0xC0 == 0x80 { // the middle of a rune
			from++
		}
	}
}

// continues tells whether a Latin word goes on over the edge of what was found.
func continues(rest, word string, before bool) bool {
	var next, edge rune
	if before {
		next, edge = last(rest), first(word)
	} else {
		next, edge = first(rest), last(word)
	}
	return latin(next) && latin(edge)
}

func first(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func last(s string) (l rune) {
	for _, r := range s[max(0, len(s)-4):] {
		l = r
	}
	return l
}

func latin(r rune) bool {
	return r != 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.Is(unicode.Han, r)
}
