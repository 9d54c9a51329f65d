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
	text, _ = hide(text)
	return text
}

// hide is Text; it tells too whether a number was hidden.
func hide(text string) (hidden string, number bool) {
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
		number = true
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
	return out.String(), number
}

// Card hides a value that is the number of a bank card, by its length and check
// digit (ISO/IEC 7812-1), but for the last four; other values stay.
func Card(value string) string {
	sum, n := 0, 0
	for i := len(value) - 1; i >= 0; i-- {
		c := value[i]
		if c == ' ' || c == '-' {
			continue
		}
		if c < '0' || c > '9' {
			return value
		}
		d := int(c - '0')
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum, n = sum+d, n+1
	}
	if n < 13 || n > 19 || sum%10 != 0 {
		return value
	}
	return Text(value)
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

// spoken are the words that numbers are said with, those of two digits too.
var spoken = []string{"zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
	"ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
	"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "double", "triple"}

// gapLength is how many letters stand between two digits of a number: blanks and
// hyphens, two at most, behind a mark that recognisers put where people breathe. A
// point or comma without a blank behind it belongs to an amount.
func gapLength(s []rune) int {
	n, most := 0, 2
	if len(s) > 0 {
		switch {
		case strings.ContainsRune("，、。；", s[0]):
			n, most = 1, 3
		case strings.ContainsRune(",.;", s[0]):
			if len(s) < 2 || s[1] != ' ' {
				return 0
			}
			n, most = 1, 3
		}
	}
	for n < len(s) && (s[n] == ' ' || s[n] == '-') && n < most {
		n++
	}
	return n
}

// digitsAt are the digits in a row that the text begins with.
func digitsAt(s []rune) (all []digit) {
	for i := 0; i < len(s); {
		gap := i
		if len(all) > 0 {
			i += gapLength(s[i:])
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
