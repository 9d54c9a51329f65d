package wer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Normalize makes texts comparable and splits them into words, after the rules
// that the field uses for English (those of Whisper's paper, Radford et al.
// 2022, appendix C, without its list of British spellings): lower case, no
// punctuation, no hesitations, contractions written out, numbers as digits.
// Numbers are split into single digits on both sides, so that "twenty one",
// "21" and "2 1" are alike and each digit counts.
func Normalize(text string) []string {
	var out []string
	for _, w := range numbers(split(text)) {
		if strings.Trim(w, "0123456789") == "" {
			for _, d := range w {
				out = append(out, string(d))
			}
			continue
		}
		out = append(out, w)
	}
	return out
}

// hesitations are not words.
var hesitations = map[string]bool{"hmm": true, "mm": true, "mhm": true, "mmm": true, "uh": true, "um": true}

// contractions, whole words first.
var contractions = map[string]string{
	"won't": "will not", "can't": "can not", "cannot": "can not", "let's": "let us", "y'all": "you all", "wanna": "want to",
	"gotta": "got to", "gonna": "going to", "mr": "mister", "mrs": "missus", "dr": "doctor", "ok": "okay",
	// 's is "is" after these; elsewhere it is mostly the genitive.
	"it's": "it is", "that's": "that is", "he's": "he is", "she's": "she is", "there's": "there is", "here's": "here is",
	"what's": "what is", "who's": "who is", "where's": "where is",
}

var endings = []struct{ short, long string }{
	{"n't", " not"}, {"'re", " are"}, {"'ll", " will"}, {"'ve", " have"}, {"'m", " am"}, {"'d", " would"},
}

// split lowers case and drops what is not a word.
func split(text string) []string {
	var spaced strings.Builder
	prev := ' '
	for _, r := range norm.NFKC.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Han, r):
			spaced.WriteString(" " + string(r) + " ")
		case r == '’' || r == '‘' || r == '\'':
			spaced.WriteRune('\'')
		case unicode.IsDigit(r) && unicode.IsLetter(prev) && !unicode.Is(unicode.Han, prev):
			spaced.WriteString(" " + string(r))
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Mn, r):
			spaced.WriteRune(r)
		default:
			spaced.WriteRune(' ')
		}
		prev = r
	}
	var out []string
	for _, w := range strings.Fields(spaced.String()) {
		w = strings.Trim(w, "'")
		if w == "" || hesitations[w] {
			continue
		}
		out = append(out, strings.Fields(strings.ReplaceAll(expand(w), "'", ""))...)
	}
	return out
}

func expand(w string) string {
	if long, ok := contractions[w]; ok {
		return long
	}
	for _, e := range endings {
		if stem, ok := strings.CutSuffix(w, e.short); ok && stem != "" {
			return stem + e.long
		}
	}
	return w
}

var units = map[string]int{"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}

var teens = map[string]int{"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
	"seventeen": 17, "eighteen": 18, "nineteen": 19}

var tens = map[string]int{"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

var scales = map[string]int{"thousand": 1000, "million": 1000000, "billion": 1000000000}
