// Package words brings what people say and what authors write to one form, so
// that the two can be compared: NFKC, lower case, no punctuation, each Han
// character a word of its own.
package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Max bounds what is looked at of one turn, in runes.
const Max = 1000

// Normal is s in NFKC, lower case, without punctuation, single spaces between
// words. Apostrophes vanish (don't is dont), hyphens part words.
func Normal(s string) string {
	return strings.Join(Split(s), " ")
}

// Split gives the words of s in that form. Each Han character is one.
func Split(s string) []string {
	var all []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			all = append(all, norm.NFKC.String(word.String())) // marks that came to stand side by side
			word.Reset()
		}
	}
	s = norm.NFKC.String(strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(cut(s), ""))))
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			end()
			all = append(all, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			word.WriteRune(r)
		case r == '\'' || r == '’' || r == '‘' || r == '`':
		default:
			end()
		}
	}
	end()
	return all
}

func cut(s string) string {
	if len(s) <= Max {
		return s
	}
	if runes := []rune(s); len(runes) > Max {
		return string(runes[:Max])
	}
	return s
}

// Contains tells whether the words of part stand in all, in a row. All is in
// the form that Split gives.
func Contains(all, part []string) bool {
	return Index(all, part) >= 0
}

// Index is where part begins in all, -1 if it does not stand there.
func Index(all, part []string) int {
	if len(part) == 0 {
		return -1
	}
	for i := 0; i+len(part) <= len(all); i++ {
		if hasPrefix(all[i:], part) {
			return i
		}
	}
	return -1
}

func hasPrefix(all, part []string) bool {
	for i, w := range part {
		if all[i] != w {
			return false
		}
	}
	return true
}

// Only tells whether all is made of nothing but the given phrases, and is not
// empty. Longer phrases are tried first at every place.
func Only(all []string, phrases [][]string) bool {
	if len(all) == 0 || len(all) > 50 {
		return false
	}
	reach := make([]bool, len(all)+1) // dynamic: which prefixes are made of phrases
	reach[0] = true
	for i := range all {
		if !reach[i] {
			continue
		}
		for _, p := range phrases {
			if len(p) > 0 && i+len(p) <= len(all) && hasPrefix(all[i:], p) {
				reach[i+len(p)] = true
			}
		}
	}
	return reach[len(all)]
}
