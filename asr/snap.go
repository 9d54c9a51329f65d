package asr

import (
	"strings"
	"unicode"
)

// Two sounds nearer than alike may be the same word; the second best must be
// further away than the best by apart.
const (
	alike        = 0.3
	alikeGarbled = 0.5 // of a word among sure digits, when their number is known
	apart        = 0.08
)

// snapped puts t's words onto the closed set of e, if they are near enough, and
// spells a hum.
func snapped(t Transcript, e Expectation, language string) Transcript {
	text, ok := Snap(t.Text, e, language)
	if !ok {
		text, ok = Hum(t.Text, language)
	}
	if ok {
		t.Raw, t.Text, t.Snapped = t.Text, text, true
	}
	return t
}

// Snap puts the words heard onto the closed set that e awaits, by the distance
// of their sounds: a digit string for Digits, "yes" or "no" (是, 不是) for YesNo
// without Words of its own, one of e.Words otherwise. It returns false, and
// text as it was, when the whole of it is not near to one member: what the
// caller says besides the answer ("a person, please") must come through.
func Snap(text string, e Expectation, language string) (string, bool) {
	zh := strings.HasPrefix(strings.ToLower(language), "zh")
	switch e.Shape {
	case Digits:
		if d, ok := digits(words(text), 0); ok {
			return d, true
		}
		// Where the number of digits is known, some may be further off.
		if d, ok := digits(words(text), e.Max/3); ok && e.Min == e.Max && len(d) == e.Max {
			return d, true
		}
	case YesNo, Choice:
		set := e.Words
		if len(set) == 0 && e.Shape == YesNo {
			if set = yesNo; zh {
				set = yesNoZH
			}
		}
		if w, ok := nearest(words(text), set); ok {
			return canonical(w, e), true
		}
	}
	return text, false
}

// What people say for yes and no; the first of each kind stands for all.
var (
	yesNo   = []string{"yes", "yeah", "yep", "yup", "no", "nope", "nah"}
	yesNoZH = []string{"是", "是的", "对", "对的", "是啊", "不是", "不", "不对", "没有"}
	meaning = map[string]string{"yeah": "yes", "yep": "yes", "yup": "yes", "nope": "no", "nah": "no",
		"是的": "是", "对": "是", "对的": "是", "是啊": "是", "不": "不是", "不对": "不是", "没有": "不是"}
)

func canonical(w string, e Expectation) string {
	if m, ok := meaning[w]; ok && len(e.Words) == 0 {
		return m
	}
	return w
}

// polite words around an answer carry nothing.
var polite = set("um uh er erm hmm well so oh please thanks thank you a an the it's its that's thats is it i i'd like want would say option 嗯 呃 啊 哦 吧 呢 请 我 要 选")

func set(s string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// nearest finds the member that sounds like w, or like w without the polite
// words around it.
func nearest(w []string, members []string) (string, bool) {
	core := w
	for len(core) > 0 && polite[core[0]] {
		core = core[1:]
	}
	for len(core) > 0 && polite[core[len(core)-1]] {
		core = core[:len(core)-1]
	}
	for _, try := range [][]string{w, core} {
		if m, ok := closest(try, members); ok {
			return m, true
		}
	}
	return "", false
}

func closest(w []string, members []string) (string, bool) {
	if len(w) == 0 {
		return "", false
	}
	said := phones(strings.Join(w, " "))
	text := strings.Join(w, " ")
	best, second, found := 2.0, 2.0, ""
	for _, m := range members {
		mw := words(m)
		if strings.Join(mw, " ") == text {
			return m, true
		}
		d := distance(said, phones(m))
		if d < best {
			if meaning[m] != meaning[found] || meaning[m] == "" {
				second = best
			}
			best, found = d, m
		} else if d < second && (meaning[m] == "" || meaning[m] != meaning[found]) {
			second = d
		}
	}
	return found, best <= alike && second-best >= apart
}

// English and Chinese names of the digits, with what recognisers write instead:
// of "zero" telephones carry "ero", which they take for "here" or "there".
var digitNames = map[string]string{
	"zero": "0", "here": "0", "there": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "won": "1", "two": "2", "to": "2", "too": "2", "three": "3",
	"four": "4", "for": "4", "fore": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "ate": "8", "nine": "9", "niner": "9",
	"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
	"seventeen": "17", "eighteen": "18", "nineteen": "19",
}

var tens = map[string]string{"twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8", "ninety": "9"}

// Chinese digits by sound; 幺 is how telephones say one, 两 is two before a noun.
var digitSyllables = map[string]string{"ling": "0", "yi": "1", "yao": "1", "er": "2", "liang": "2", "san": "3", "si": "4", "wu": "5",
	"liu": "6", "qi": "7", "ba": "8", "jiu": "9"}

var repeats = map[string]int{"double": 2, "triple": 3, "treble": 3}

// fillers stand among digits and carry none.
var fillers = set("um uh er erm hmm it's its it is that's thats my the number and please digits so okay ok yes code 是 的 我 号 码 嗯 呃 啊 那 个")

// digits reads a run of spoken digits. Every word must be one, or a filler; up
// to garbled of them need only remind of one.
func digits(w []string, garbled int) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(w); i++ {
		if n := repeats[w[i]]; n > 0 && i+1 < len(w) {
			d, _, ok := digit(w[i+1:])
			if !ok || len(d) != 1 {
				return "", false
			}
			out.WriteString(strings.Repeat(d, n))
			i++
			continue
		}
		if d, used, ok := digit(w[i:]); ok {
			out.WriteString(d)
			i += used - 1
		} else if !fillers[w[i]] {
			d, ok := soundsLikeDigit(w[i], alikeGarbled)
			if garbled--; !ok || garbled < 0 {
				return "", false
			}
			out.WriteString(d)
		}
	}
	return out.String(), out.Len() > 0
}

// digit reads the first word, or two ("twenty one").
func digit(w []string) (d string, used int, ok bool) {
	first := w[0]
	if t, is := tens[first]; is {
		if len(w) > 1 {
			if unit := digitNames[w[1]]; len(unit) == 1 && unit != "0" && w[1] != "to" && w[1] != "for" {
				return t + unit, 2, true
			}
		}
		return t + "0", 1, true
	}
	if d, is := digitNames[first]; is {
		return d, 1, true
	}
	r := []rune(first)
	if unicode.IsDigit(r[0]) {
		return first, 1, strings.Trim(first, "0123456789") == ""
	}
	if fillers[first] {
		return "", 0, false
	}
	if unicode.Is(unicode.Han, r[0]) {
		d, is := digitSyllables[syllable(r[0])]
		return d, 1, is
	}
	d, ok = soundsLikeDigit(first, alike)
	return d, 1, ok
}

func soundsLikeDigit(word string, near float64) (string, bool) {
	said := wordPhones(word)
	best, second, found := 2.0, 2.0, ""
	for _, name := range []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"} {
		if d := distance(said, wordPhones(name)); d < best {
			best, second, found = d, best, digitNames[name]
		} else if d < second {
			second = d
		}
	}
	return found, best <= near && second-best >= apart
}
