package asr

import (
	"strings"
	"time"
	"unicode"
)

// fastest is more characters a second than anyone speaks; recognisers that loop
// write more.
const fastest = 25

// Plausible tells whether text can have been said in so much speech. Engines
// that decode whole segments sometimes loop, above all on long or odd audio:
// they repeat an n-gram, or write faster than anyone speaks. Text without a
// letter or digit is not plausible either.
func Plausible(text string, speech time.Duration) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters++
		}
	}
	if letters == 0 {
		return false
	}
	// Short words are quick, and the detector may have missed some of them.
	allowed := fastest * (speech + 400*time.Millisecond).Seconds()
	return float64(len([]rune(text))) <= allowed && !loops(words(text))
}

// words splits text into lower-case words; each Han character is one.
func words(text string) []string {
	var out []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			out = append(out, string(r))
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '\'' && word.Len() > 0:
			word.WriteRune(r)
		default:
			flush()
		}
	}
	flush()
	return out
}

// loops tells whether an n-gram follows itself more often than in speech: one
// or two words seven times ("no, no, no" and telephone numbers pass), longer
// ones four times.
func loops(w []string) bool {
	for n := 1; n <= len(w)/4; n++ {
		limit := 4
		if n <= 2 {
			limit = 7
		}
		same := 0 // words in a row that equal the one n before
		for i := n; i < len(w); i++ {
			if w[i] != w[i-n] {
				same = 0
				continue
			}
			if same++; same >= n*(limit-1) {
				return true
			}
		}
	}
	return false
}
