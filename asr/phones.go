package asr

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// phones spells how text sounds, coarsely: one rune a sound. Han characters
// give pinyin initials and finals without tones, Latin words English sounds by
// rule. Both sides of a comparison go through the same rules, so they need to be
// consistent more than right.
func phones(text string) []rune {
	var out []rune
	for _, w := range words(text) {
		r := []rune(w)
		if unicode.Is(unicode.Han, r[0]) {
			out = append(out, pinyinPhones(syllable(r[0]))...)
		} else {
			out = append(out, wordPhones(w)...)
		}
	}
	return out
}

// syllable is the toneless pinyin of a character, "" when it has none.
func syllable(r rune) string {
	p := pinyin.SinglePinyin(r, pinyin.NewArgs())
	if len(p) == 0 {
		return ""
	}
	return p[0]
}

// pinyinPhones splits a syllable into an initial and the final's sounds. Pairs
// that telephone lines and dialects merge share a rune's neighbourhood in near.
func pinyinPhones(s string) []rune {
	for _, i := range []struct {
		initial string
		phone   rune
	}{{"zh", 'Z'}, {"ch", 'C'}, {"sh", 'S'}} {
		if rest, ok := strings.CutPrefix(s, i.initial); ok {
			return append([]rune{i.phone}, []rune(rest)...)
		}
	}
	return []rune(strings.ReplaceAll(s, "ng", "G"))
}

// spoken gives words whose spelling misleads the rules, among those that answer
// closed questions.
var spoken = map[string]string{
	"one": "wAn", "won": "wAn", "two": "tu", "to": "tu", "too": "tu", "four": "for", "for": "for", "fore": "for",
	"eight": "At", "ate": "At", "oh": "o", "o": "o", "zero": "ziro", "nought": "not", "yes": "jes", "yeah": "je", "yep": "jep",
	"no": "no", "know": "no", "nope": "nop", "three": "Tri", "seven": "seven", "nine": "nIn", "niner": "nIner", "five": "fIv",
	"sure": "Sur", "right": "rIt", "write": "rIt", "okay": "okA", "ok": "okA", "you": "ju", "are": "ar", "the": "De",
}

// spelling are the rules, longest first: letters and the sounds they stand for.
var spelling = []struct{ letters, sounds string }{
	{"ought", "ot"}, {"aught", "ot"}, {"tion", "Sen"}, {"sion", "Sen"}, {"eigh", "A"}, {"ough", "o"}, {"augh", "af"}, {"igh", "I"},
	{"tch", "C"}, {"dge", "J"}, {"sch", "sk"}, {"ee", "i"}, {"ea", "i"}, {"ie", "i"}, {"ey", "A"}, {"ai", "A"}, {"ay", "A"}, {"ei", "A"},
	{"oa", "o"}, {"oe", "o"}, {"oo", "u"}, {"ou", "U"}, {"ow", "U"}, {"oy", "O"}, {"oi", "O"}, {"au", "o"}, {"aw", "o"}, {"ue", "u"}, {"ew", "u"},
	{"ch", "C"}, {"sh", "S"}, {"th", "T"}, {"ph", "f"}, {"wh", "w"}, {"qu", "kw"}, {"ck", "k"}, {"ng", "G"}, {"kn", "n"}, {"wr", "r"}, {"gh", "g"},
	{"ce", "se"}, {"ci", "si"}, {"cy", "sI"}, {"ge", "Je"}, {"gi", "Ji"}, {"x", "ks"}, {"c", "k"}, {"q", "k"}, {"y", "i"}, {"j", "J"},
}

// wordPhones spells an English word.
func wordPhones(w string) []rune {
	if s, ok := spoken[w]; ok {
		return []rune(s)
	}
	w = strings.ReplaceAll(w, "'", "")
	if w == "" {
		return nil
	}
	var out []rune
	if w[0] == 'y' { // a consonant at the start
		out, w = append(out, 'j'), w[1:]
	}
	long := false // a silent e at the end makes the vowel before it long
	if n := len(w); n > 3 && w[n-1] == 'e' && !vowel(rune(w[n-2])) && vowel(rune(w[n-3])) {
		w, long = w[:n-1], true
	}
	for i := 0; i < len(w); {
		letters, sounds := w[i:i+1], w[i:i+1]
		for _, s := range spelling {
			if strings.HasPrefix(w[i:], s.letters) {
				letters, sounds = s.letters, s.sounds
				break
			}
		}
		i += len(letters)
		for _, r := range sounds {
			if long && i == len(w)-1 && vowel(r) {
				r = map[rune]rune{'a': 'A', 'e': 'i', 'i': 'I', 'o': 'o', 'u': 'u'}[r]
			}
			if n := len(out); n == 0 || out[n-1] != r { // a double letter is one sound
				out = append(out, r)
			}
		}
	}
	return out
}

func vowel(r rune) bool { return strings.ContainsRune("aeiouAIUO", r) }

// near are sounds that recognisers and dialects take for each other.
var near = map[[2]rune]bool{}

func init() {
	for _, pair := range strings.Fields("pb td kg fv sz TD Tf Ts Tt SC SJ CJ Zz Cc Ss ZJ mn nG nl lr hf wv ei eA ae iI aA oU ou uU aU") {
		r := []rune(pair)
		near[[2]rune{r[0], r[1]}], near[[2]rune{r[1], r[0]}] = true, true
	}
}

// replaceCost is how unlike two sounds are, 0..1.
func replaceCost(a, b rune) float64 {
	switch {
	case a == b:
		return 0
	case near[[2]rune{a, b}]:
		return 0.35
	case vowel(a) && vowel(b):
		return 0.6
	}
	return 1
}

// distance is the edit distance of two spellings over the longer's length: 0 is
// the same sound, 1 nothing in common.
func distance(a, b []rune) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 1
	}
	row := make([]float64, len(b)+1)
	for j := range row {
		row[j] = float64(j)
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = float64(i + 1)
		for j, y := range b {
			cost := min(diagonal+replaceCost(x, y), row[j]+1, row[j+1]+1)
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)] / float64(max(len(a), len(b)))
}
