package tts

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest piece that Sentences gives, in units of width: a letter counts
// one, a Han character or Kana three, as it takes about three times as long to say.
const maxWidth = 240

// Sentences splits text into pieces to be spoken one after another, so that the
// first one sounds while the rest is still being made. It splits after the end
// marks of Chinese and English, at line ends and, where a sentence runs on for
// more than about 15 s of speech, at its commas or else between words. Numbers
// (3.5), abbreviations (Dr. Wu, e.g.) and closing quotes stay whole. Nothing but
// white space is lost, and no piece is empty.
func Sentences(text string) []string {
	runes := []rune(text)
	var out []string
	start := 0
	for i := 0; i < len(runes); i++ {
		end := sentenceEnd(runes, start, i)
		if end == 0 {
			continue
		}
		out = appendPieces(out, runes[start:end])
		start, i = end, end-1
	}
	return appendPieces(out, runes[start:])
}

// sentenceEnd gives the index after the sentence that ends at i, or 0.
func sentenceEnd(runes []rune, start, i int) int {
	switch r := runes[i]; {
	case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
		return i + 1
	case isWideEnd(r):
		return closing(runes, i+1)
	case r == '.' || r == '!' || r == '?':
		end := closing(runes, i+1)
		if end < len(runes) && !unicode.IsSpace(runes[end]) && !isWide(runes[end]) {
			return 0 // 3.5, example.com, ?!x
		}
		if r == '.' && isAbbreviation(runes[start:i], runes[end:]) {
			return 0
		}
		return end
	}
	return 0
}

func isWideEnd(r rune) bool { return strings.ContainsRune("。！？；…｡", r) }

func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		(r >= 0x3000 && r <= 0x303f) || (r >= 0xff00 && r <= 0xffef)
}

// closing skips further end marks, quotes and brackets from i on.
func closing(runes []rune, i int) int {
	for i < len(runes) && (isWideEnd(runes[i]) || strings.ContainsRune(`.!?"')]}”’」』）】》`, runes[i])) {
		i++
	}
	return i
}

// Words whose full stop does not end a sentence.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "no": true, "vs": true,
	"e.g": true, "i.e": true, "etc": true, "approx": true, "ext": true, "inc": true, "ltd": true, "co": true,
}

// isAbbreviation judges the word before a full stop by what follows it.
func isAbbreviation(before, after []rune) bool {
	i := len(before)
	for i > 0 && (unicode.IsLetter(before[i-1]) || before[i-1] == '.') {
		i--
	}
	word := strings.ToLower(string(before[i:]))
	var first rune // after the white space
	for _, first = range after {
		if !unicode.IsSpace(first) {
			break
		}
	}
	switch {
	case first == 0 || unicode.IsSpace(first) || word == "":
		return false
	case word == "no": // "No. 5" against "No. Thanks."
		return unicode.IsDigit(first)
	case abbreviations[word]:
		return true
	case utf8.RuneCountInString(word) == 1 && unicode.IsUpper(before[i]):
		return word != "i" // an initial: J. Smith
	}
	return unicode.IsLower(first) // a.m. on Monday
}

// appendPieces adds one sentence, cut where it is too long to wait for.
func appendPieces(out []string, runes []rune) []string {
	for len(runes) > 0 {
		cut := cutAt(runes)
		if s := strings.TrimSpace(string(runes[:cut])); s != "" {
			out = append(out, s)
		}
		runes = runes[cut:]
	}
	return out
}

// cutAt finds where a piece of at most maxWidth ends: all of it, after the last
// comma in its second half, after its last space, or in mid-word.
func cutAt(runes []rune) int {
	width, comma, space := 0, 0, 0
	for i, r := range runes {
		width++
		if isWide(r) {
			width += 2
		}
		if width > maxWidth {
			switch {
			case comma > 0:
				return comma
			case space > 0:
				return space
			}
			return max(i, 1)
		}
		switch {
		case width > maxWidth/2 && (strings.ContainsRune("，、：；", r) || strings.ContainsRune(",;:", r) && nextIsSpace(runes, i)):
			comma = i + 1
		case unicode.IsSpace(r):
			space = i + 1
		}
	}
	return len(runes)
}

func nextIsSpace(runes []rune, i int) bool {
	return i+1 < len(runes) && unicode.IsSpace(runes[i+1])
}
