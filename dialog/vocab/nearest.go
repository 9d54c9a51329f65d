package vocab

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Suggest is the hint for a word that is not in a list.
func Suggest(word string, words []string) string {
	if near := Nearest(word, words); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(words) == 0 {
		return ""
	}
	if len(words) > 20 {
		words = words[:20]
	}
	return "known: " + strings.Join(words, ", ")
}

// Nearest is the word at the least edit distance, if it is near enough to be
// meant, else "".
func Nearest(word string, words []string) string {
	a := []rune(strings.ToLower(word))
	best, least := "", 1+max(1, len(a)/3)
	for _, w := range words {
		if n := utf8.RuneCountInString(w); max(len(a), n)-min(len(a), n) >= least {
			continue
		}
		if d := distance(a, []rune(strings.ToLower(w)), least); d < least {
			best, least = w, d
		}
	}
	return best
}

// longest bounds the words that are compared, in runes.
const longest = 100

// distance is Damerau's: insertions, deletions, substitutions and swaps of
// neighbours. Words whose lengths differ by limit or more are given up.
func distance(a, b []rune, limit int) int {
	if max(len(a), len(b))-min(len(a), len(b)) >= limit || len(a) > longest || len(b) > longest {
		return limit
	}
	var rows [3][longest + 1]int // the one before the last, the last, the present
	before, row, next := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
			least = min(least, next[j])
		}
		if least > limit { // a swap of neighbours can still win one back
			return limit
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
