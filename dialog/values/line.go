package values

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/parley-voice/parley/dialog/words"
)

// kind of a token.
type kind uint8

const (
	latin  kind = iota // a word
	han                // one character
	number             // written in figures: 12, 3.5, 1200 (from 1,200)
	sign               // : / - % $ and the like
	pause              // a comma or a full stop
)

// token is one word of what was said.
type token struct {
	text string // lower case; a number without its commas
	orig string // as it was written
	kind kind
	near bool // nothing stands between it and the token before
}

// line is what was said, as tokens.
type line []token

const signs = ":/-%$¥£€+#~"

// lineOf parts a text into tokens: Han characters one by one, figures with their
// decimal point, marks as pauses. Hems and haws are dropped.
func lineOf(text string) line {
	s := []rune(norm.NFKC.String(strings.ToValidUTF8(text, "")))
	s = s[:min(len(s), words.Max)]
	var l line
	near := false
	for i := 0; i < len(s); {
		r := s[i]
		t, n := token{near: near}, 1
		near = true
		switch {
		case unicode.Is(unicode.Han, r) || r == '〇':
			t.kind = han
		case r >= '0' && r <= '9':
			t.kind, n = number, figures(s[i:])
		case unicode.IsLetter(r):
			t.kind, n = latin, letters(s[i:])
		case r == '–' || r == '-' && !between(s, i, unicode.IsDigit):
			near = false
			if r == '-' || !between(s, i, unicode.IsDigit) {
				i++
				continue // a hyphen parts words
			}
			s[i], t.kind = '-', sign
		case strings.ContainsRune(signs, r):
			t.kind = sign
		case r == '.' && i > 0 && unicode.IsLetter(s[i-1]) && len(l) > 0 && len(l[len(l)-1].text) == 1:
			i++ // a.m.
			continue
		case r == '.' && between(s, i, unicode.IsDigit):
			t.kind = sign // 2026.3.5
		case unicode.IsPunct(r) || r == '\n':
			if r == '\'' || r == '"' || r == '’' || r == '‘' {
				i++
				continue
			}
			t.kind = pause
		default:
			near = false
			i++
			continue
		}
		t.orig = string(s[i : i+n])
		t.text = strings.ToLower(t.orig)
		if t.kind == number || t.kind == latin {
			t.text = strings.NewReplacer(",", "", "'", "", "’", "", "‘", "", "`", "").Replace(t.text)
		}
		l = append(l, t)
		i += n
	}
	return tidy(l)
}

// figures is the length of the number that s begins with: 1,200 and 3.5 are one,
// 1,2 and 2026.3.5 are not.
func figures(s []rune) int {
	digits := func(i int) int {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	n := digits(0)
	for n <= 3 || n < len(s) { // thousands
		end := digits(min(n+1, len(s)))
		if n >= len(s) || s[n] != ',' || end-n != 4 || digits(0) > 3 {
			break
		}
		n = end
	}
	if n+1 < len(s) && s[n] == '.' {
		end := digits(n + 1)
		if end > n+1 && (end+1 >= len(s) || s[end] != '.' || s[end+1] < '0' || s[end+1] > '9') {
			n = end
		}
	}
	return n
}

func letters(s []rune) int {
	for i, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			return i
		case unicode.IsLetter(r) || unicode.IsMark(r):
		case strings.ContainsRune("'’‘`", r) && i+1 < len(s) && unicode.IsLetter(s[i+1]):
		default:
			return i
		}
	}
	return len(s)
}

func between(s []rune, i int, is func(rune) bool) bool {
	return i > 0 && i+1 < len(s) && is(s[i-1]) && is(s[i+1])
}

var hems = set("um", "uh", "er", "erm", "uhm", "hmm", "mm", "呃", "嗯", "唔", "额")

// tidy drops hems with the pauses around them, and joins a m to am.
func tidy(l line) line {
	out := l[:0]
	hemmed := false
	for i, t := range l {
		if hems[t.text] && (t.text != "额" || i == 0 || l[i-1].kind == pause) {
			for len(out) > 0 && out[len(out)-1].kind == pause {
				out = out[:len(out)-1]
			}
			hemmed = true
			continue
		}
		if t.kind == pause && (hemmed || len(out) == 0 || out[len(out)-1].kind == pause) {
			continue
		}
		hemmed = false
		if n := len(out); t.text == "m" && n > 0 && (out[n-1].text == "a" || out[n-1].text == "p") {
			out[n-1].text += "m"
			continue
		}
		out = append(out, t)
	}
	return out
}

// at gives a token's text, "" beyond the ends.
func (l line) at(i int) string {
	if i < 0 || i >= len(l) {
		return ""
	}
	return l[i].text
}

func (l line) kindAt(i int) kind {
	if i < 0 || i >= len(l) {
		return pause
	}
	return l[i].kind
}

// is tells whether the token at i is one of the words.
func (l line) is(i int, any ...string) bool {
	for _, w := range any {
		if i >= 0 && i < len(l) && l[i].text == w {
			return true
		}
	}
	return false
}

// starts gives the length of the phrase that stands at i, 0 if it does not.
func (l line) starts(i int, phrase line) int {
	if i < 0 || i+len(phrase) > len(l) {
		return 0
	}
	for j, p := range phrase {
		if l[i+j].text != p.text {
			return 0
		}
	}
	return len(phrase)
}

// clauses parts a line at its pauses.
func (l line) clauses() []line {
	var all []line
	start := 0
	for i, t := range l {
		if t.kind == pause {
			if i > start {
				all = append(all, l[start:i])
			}
			start = i + 1
		}
	}
	if start < len(l) {
		all = append(all, l[start:])
	}
	return all
}

// lexicon maps phrases to what they mean, by their first word.
type lexicon[T any] map[string][]meaning[T]

type meaning[T any] struct {
	phrase line
	is     T
}

func lexiconOf[T any](entries map[string]T) lexicon[T] {
	x := lexicon[T]{}
	for text, is := range entries {
		l := lineOf(text)
		x[l[0].text] = append(x[l[0].text], meaning[T]{l, is})
	}
	return x
}

// phrasesOf is a lexicon of phrases that need no meaning.
func phrasesOf(texts ...string) lexicon[bool] {
	m := map[string]bool{}
	for _, t := range texts {
		m[t] = true
	}
	return lexiconOf(m)
}

// at is what the longest phrase at i means, and its length; 0 if there is none.
func (x lexicon[T]) at(l line, i int) (is T, n int) {
	for _, m := range x[l.at(i)] {
		if len(m.phrase) > n && l.starts(i, m.phrase) > 0 {
			is, n = m.is, len(m.phrase)
		}
	}
	return is, n
}

// in tells whether any of the phrases stands in the line.
func (x lexicon[T]) in(l line) bool {
	for i := range l {
		if _, n := x.at(l, i); n > 0 {
			return true
		}
	}
	return false
}

func set(list ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range list {
		m[w] = true
	}
	return m
}
