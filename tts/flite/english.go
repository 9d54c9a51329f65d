package flite

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxWord is the longest run without a space that Flite is given.
const maxWord = 48

// english leaves what Flite's English can read: ASCII, with accents taken off
// letters and longer words broken. Without a letter or digit it gives "".
func english(text string) string {
	var b strings.Builder
	run, readable := 0, false
	for _, r := range norm.NFD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case r > unicode.MaxASCII || r <= ' ':
			r = ' '
		}
		if run++; r == ' ' {
			run = 0
		} else if run > maxWord {
			b.WriteByte(' ')
			run = 1
		}
		readable = readable || unicode.IsLetter(r) || unicode.IsDigit(r)
		b.WriteRune(r)
	}
	if !readable {
		return ""
	}
	return strings.TrimSpace(b.String())
}
