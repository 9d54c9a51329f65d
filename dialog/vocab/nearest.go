package vocab

import (
	"fmt"
	"strings"
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
	best, least := "", 1+max(1, len([]rune(word))/3)
	for _, w := range words {
		if d := distance([]rune(strings.ToLower(word)), []rune(strings.ToLower(w)), least); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance is Damerau's: insertions, deletions, substitutions and swaps of
// neighbours. Words whose lengths differ by limit or more are given up.
func distance(a, b []rune, limit int) int {
	if max(len(a), len(b))-min(len(a), len(b)) >= limit || len(a) > 100 || len(b) > 100 {
		return limit
	}
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
