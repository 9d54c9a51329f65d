// Package mask hides what identifies a person in what people say.
package mask

import (
	"regexp"
	"strings"
	"unicode"
)

// Text hides what identifies a person: the middle of telephone numbers, all but
// the last four of bank cards, addresses of e-mail. Digits may be written, or
// spoken in Chinese or English, with spaces and hyphens between them.
func Text(text string) string {
	text = email.ReplaceAllString(text, "***@***")
	runes := []rune(text)
	var out strings.Builder
	for i := 0; i < len(runes); {
		marks := digitsAt(runes[i:])
		if len(marks) < leastDigits {
			n := 1
			if len(marks) > 0 {
				n = marks[len(marks)-1].end
			}
			out.WriteString(string(runes[i : i+n]))
			i += n
			continue
		}
		head, tail := shown(len(marks))
		for j, m := range marks {
			if j < head || j >= len(marks)-tail {
				out.WriteString(string(runes[i+m.gap : i+m.end]))
			} else {
				out.WriteString(string(runes[i+m.gap:i+m.start]) + "*")
			}
		}
		i += marks[len(marks)-1].end
	}
	return out.String()
}

// leastDigits in a row may be somebody's number.
const leastDigits = 7

// shown is how many digits of a number stay: of a bank card the last four, of
// others the ends.
func shown(digits int) (head, tail int) {
	switch {
	case digits >= 13:
		return 0, 4
	case digits >= 11:
		return 3, 4
	}
	return 2, 2
}

var email = regexp.MustCompile(`[^\s@]+@[^\s@]+`)

// digit is one digit of a number: where it stands, and where the blank before it
// begins.
type digit struct{ gap, start, end int }

const hanDigits = "零〇一二三四五六七八九幺两"

var spoken = []string{"zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// digitsAt are the digits in a row that the text begins with.
func digitsAt(s []rune) (all []digit) {
	for i := 0; i < len(s); {
		gap := i
		for len(all) > 0 && i < len(s) && (s[i] == ' ' || s[i] == '-') && i-gap < 2 {
			i++
		}
		n := digitLength(s[i:], len(all) == 0 || i > gap)
		if n == 0 {
			return all
		}
		all = append(all, digit{gap, i, i + n})
		i += n
	}
	return all
}

// digitLength is how many letters the digit takes that the text begins with, 0
// if none. Words count only where a word begins.
func digitLength(s []rune, begins bool) int {
	if len(s) == 0 {
		return 0
	}
	if unicode.IsDigit(s[0]) || strings.ContainsRune(hanDigits, s[0]) {
		return 1
	}
	if !begins {
		return 0
	}
	for _, w := range spoken {
		n := len(w)
		if len(s) >= n && strings.EqualFold(string(s[:n]), w) && (len(s) == n || !unicode.IsLetter(s[n])) {
			return n
		}
	}
	return 0
}
