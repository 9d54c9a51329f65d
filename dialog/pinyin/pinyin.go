// Package pinyin tells how Chinese words sound: toneless syllables, with set
// phrases read as people read them (银行 yin hang, 重庆 chong qing), and the pairs
// that dialects, telephone lines and recognisers confuse taken as one.
package pinyin

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	lib "github.com/mozillazg/go-pinyin"
)

// Read gives the toneless syllable of each Han character: phrases first, the
// longest at every place, then the commonest reading. ü is v. A character
// without a reading stands for itself. Each item of han is one character.
func Read(han []string) []string {
	out := make([]string, len(han))
	for i := 0; i < len(han); {
		said := phraseAt(han[i:])
		if said == nil {
			out[i] = single(han[i])
			i++
			continue
		}
		i += copy(out[i:], said)
	}
	return out
}

// Fuzzy folds a toneless syllable: zh/z, ch/c, sh/s, n/l and h/f at its start,
// ng/n at its end. Two that fold to the same are easily taken for each other.
func Fuzzy(syllable string) string {
	s := syllable
	if len(s) < 2 || s[0] > unicode.MaxASCII {
		return s
	}
	switch {
	case s[1] == 'h' && (s[0] == 'z' || s[0] == 'c' || s[0] == 's'):
		s = s[:1] + s[2:]
	case s[0] == 'n':
		s = "l" + s[1:]
	case s[0] == 'f':
		s = "h" + s[1:]
	}
	return strings.TrimSuffix(s, "g")
}

// Sounds gives for each of the words how it sounds: the folded syllable of a Han
// character, after a mark that no other word holds; any other word as it is.
func Sounds(words []string) []string {
	out := slices.Clone(words)
	for i := 0; i < len(words); {
		end := i
		for end < len(words) && isHan(words[end]) {
			end++
		}
		for j, s := range Read(words[i:end]) {
			out[i+j] = mark + Fuzzy(s)
		}
		i = max(end, i+1)
	}
	return out
}

// mark keeps the syllable "me" apart from the word "me".
const mark = "~"

// Runs gives the folded syllables of every unbroken row of Han characters among
// words, in order. Each Han character is a word of its own.
func Runs(words []string) [][]string {
	var runs [][]string
	for i := 0; i < len(words); {
		end := i
		for end < len(words) && isHan(words[end]) {
			end++
		}
		if end == i {
			i++
			continue
		}
		run := Read(words[i:end])
		for j, s := range run {
			run[j] = Fuzzy(s)
		}
		runs, i = append(runs, run), end
	}
	return runs
}

func isHan(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.Is(unicode.Han, r)
}

func phraseAt(han []string) []string {
	for n := min(longestPhrase(), len(han)); n > 0; n-- {
		if said := phrases()[strings.Join(han[:n], "")]; said != nil {
			return said
		}
	}
	return nil
}

// single is the first of the readings that the library lists for a character.
func single(han string) string {
	r, _ := utf8.DecodeRuneInString(han)
	all := lib.PinyinDict[int(r)]
	first, _, _ := strings.Cut(all, ",")
	if first == "" {
		return han
	}
	return toneless.Replace(first)
}

var toneless = strings.NewReplacer(
	"ā", "a", "á", "a", "ǎ", "a", "à", "a",
	"ē", "e", "é", "e", "ě", "e", "è", "e", "ê", "e",
	"ī", "i", "í", "i", "ǐ", "i", "ì", "i",
	"ō", "o", "ó", "o", "ǒ", "o", "ò", "o",
	"ū", "u", "ú", "u", "ǔ", "u", "ù", "u",
	"ü", "v", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v",
	"ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m", "\u0304", "", "\u0301", "", "\u030c", "", "\u0300", "")

// phrases maps a phrase to its syllables.
var phrases = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(readings) {
		fields := strings.Fields(line)
		for i := 0; i < len(fields); {
			n := utf8.RuneCountInString(fields[i])
			m[fields[i]] = fields[i+1 : i+1+n]
			i += 1 + n
		}
	}
	return m
})

var longestPhrase = sync.OnceValue(func() int {
	longest := 0
	for p := range phrases() {
		longest = max(longest, utf8.RuneCountInString(p))
	}
	return longest
})
