package values

import (
	"strconv"
	"strings"

	"github.com/parley-voice/parley/dialog/words"
)

// readDigits reads the digits in an answer to "what is the number?": one by one,
// in pairs (twelve thirty-four), doubled, counted (三个八), as a number, or
// written. Other words around them are passed over as long as they are not the
// most of it. Min and Max help where the words can be grouped in two ways; how
// long the number has to be is the caller's to hold, for it may come in parts.
func readDigits(l line, o Options) (string, verdict) {
	all := without(l, func(t token) bool { return t.kind == pause || t.kind == sign })
	digits, used := digitsIn(all, false)
	others := 0
	for i, t := range all {
		if !words.Idle(t.text) && !isNumeral(all, i) {
			others++
		}
	}
	if digits == "" || len(digits) < 3 && others > used+2 {
		return "", nothing
	}
	if fits(digits, o) {
		return digits, found
	}
	if apart, _ := digitsIn(all, true); fits(apart, o) {
		return apart, found // twenty five as 20 5
	}
	if o.Min > 0 && len(digits) < o.Min {
		if mended, _ := digitsIn(misheard(all), false); fits(mended, o) && o.Min == o.Max {
			return mended, found
		}
	}
	return digits, found
}

func fits(digits string, o Options) bool {
	return len(digits) >= o.Min && (o.Max == 0 || len(digits) <= o.Max)
}

func without(l line, drop func(token) bool) line {
	out := make(line, 0, len(l))
	for _, t := range l {
		if !drop(t) {
			out = append(out, t)
		}
	}
	return out
}

// digitsIn strings together the digits in the words, and how many words they
// took. Apart reads twenty five as 20 5.
func digitsIn(l line, apart bool) (string, int) {
	var out strings.Builder
	used := 0
	for i := 0; i < len(l); {
		d, n := digitsAt(l, i, apart)
		if n == 0 {
			i++
			continue
		}
		out.WriteString(d)
		used += n
		i += n
	}
	return out.String(), used
}

func digitsAt(l line, i int, apart bool) (string, int) {
	if inIdiom(l, i) && !inIdiomOfDigits(l, i) {
		_, n := idioms.at(l, i)
		return "", n * 0
	}
	if d, n := repeated(l, i); n > 0 {
		return d, n
	}
	if l[i].kind == han {
		z := (&hanReader{pend: -1, last: 1, pairs: true}).read(l, i, false)
		if z.n == 0 || z.vague && z.scaled || l.is(i+z.n, "位") {
			return "", 0
		}
		if z.digits != "" {
			return strings.ReplaceAll(onlyFirstRun(l, i, z), ".", ""), runLength(l, i, z)
		}
		return strconv.FormatFloat(z.value, 'f', 0, 64), z.n
	}
	return latinDigits(l, i, apart)
}

// onlyFirstRun gives the digits of a run up to a digit that is counted: 一三八三个零.
func onlyFirstRun(l line, i int, z numeral) string { return z.digits[:runCut(l, i, z)] }

func runLength(l line, i int, z numeral) int {
	if cut := runCut(l, i, z); cut < len(z.digits) {
		return cut
	}
	return z.n
}

func runCut(l line, i int, z numeral) int {
	if len(z.digits) == z.n && z.n > 1 && l.is(i+z.n, "个") {
		if _, n := repeated(l, i+z.n-1); n > 0 {
			return len(z.digits) - 1
		}
	}
	return len(z.digits)
}

func inIdiomOfDigits(l line, i int) bool { return l.is(i, "五", "六") }

// repeated reads 三个八 and double five.
func repeated(l line, i int) (string, int) {
	if l.is(i, "双") {
		if d, ok := hanDigits[l.at(i+1)]; ok && d >= 0 {
			return strings.Repeat(strconv.Itoa(d), 2), 2
		}
	}
	if n := times(l.at(i)); n > 0 {
		if d, ok := unit(l, i+1); ok {
			return strings.Repeat(d, n), 2
		}
		return "", 0
	}
	n, ok := hanDigits[l.at(i)]
	if !ok && l.kindAt(i) == number && len(l[i].text) == 1 {
		n, ok = int(l[i].text[0]-'0'), true
	}
	if ok && n >= 1 && l.is(i+1, "个") && i+2 < len(l) {
		if d, ok := hanDigits[l[i+2].text]; ok && d >= 0 {
			return strings.Repeat(strconv.Itoa(d), n), 3
		}
		if l[i+2].kind == number && len(l[i+2].text) == 1 {
			return strings.Repeat(l[i+2].text, n), 3
		}
	}
	return "", 0
}

func unit(l line, i int) (string, bool) {
	if l.kindAt(i) == number && len(l[i].text) == 1 {
		return l[i].text, true
	}
	d, ok := units[l.at(i)]
	return strconv.Itoa(d), ok
}

// sounds are what recognisers write for digits; they count only beside another
// number.
var sounds = map[string]int{"to": 2, "too": 2, "for": 4, "fore": 4, "ate": 8, "won": 1, "tree": 3, "sex": 6, "fife": 5}

// latinDigits reads one spoken number at i, and how many words it took.
func latinDigits(l line, i int, apart bool) (string, int) {
	w := l[i].text
	if l[i].kind == number {
		if d := hanScales[l.at(i+1)]; d > 0 { // 3万
			z := hanNumeral(l, i, false)
			return strconv.FormatFloat(z.value, 'f', 0, 64), z.n
		}
		if latinScales[l.at(i+1)] == 0 && !l.is(i+1, "hundred") {
			return strings.ReplaceAll(w, ".", ""), 1
		}
	}
	if l.is(i, "oh", "o") {
		if !besideNumber(l, i) && len(l) > 1 {
			return "", 0
		}
		return "0", 1
	}
	if l.is(i, "a") && !l.is(i+1, "hundred", "thousand") || l.is(i-1, "last", "first") && l.is(i, "three", "four", "five", "six", "4", "3") {
		return "", 0
	}
	s := small(l, i)
	if s.n == 0 && !l.is(i, "a") {
		if d, ok := sounds[w]; ok && besideNumber(l, i) {
			return strconv.Itoa(d), 1
		}
		return "", 0
	}
	if s.n == 0 || l.is(i+s.n, "hundred", "thousand") {
		g := scaled(l, i)
		if h := i + s.n + 1; g.n > s.n+1 && !l.is(h, "and") && i+g.n < len(l) && isNumeral(l, i+g.n) && s.n > 0 && l.is(h-1, "hundred") {
			return strconv.Itoa(int(s.value)) + "00", s.n + 1 // eight hundred, five five five
		}
		return strconv.FormatFloat(g.value, 'f', 0, 64), g.n
	}
	if apart && s.n == 2 {
		return strconv.Itoa(tens[w]) + strconv.Itoa(int(s.value)%10), 2
	}
	return strconv.FormatFloat(s.value, 'f', 0, 64), s.n
}

// scaled reads one hundred and five, two thousand and ten.
func scaled(l line, i int) numeral {
	g := latinNumeral(l, i)
	if g.n == 0 {
		return numeral{value: 1, n: 1}
	}
	return g
}

// besideNumber tells whether a neighbour is surely a number.
func besideNumber(l line, i int) bool {
	sure := func(j int) bool {
		w := l.at(j)
		_, u := units[w]
		_, t := tens[w]
		_, e := teens[w]
		return u && w != "o" && w != "oh" || t || e || isFigures(w)
	}
	return sure(i-1) || sure(i+1)
}

func isNumeral(l line, i int) bool {
	w := l[i].text
	_, d := hanDigits[w]
	_, s := hanScales[w]
	_, u := units[w]
	_, t := tens[w]
	_, e := teens[w]
	return d || s || u || t || e || l[i].kind == number || times(w) > 0 || w == "hundred" || w == "thousand"
}

// misheard puts digits for Han characters of the same sound that stand between
// digits: 一三八流八 is 13868. It is tried only where the length comes out wrong
// without it.
func misheard(l line) line {
	out := append(line{}, l...)
	for i := 1; i+1 < len(out); i++ {
		if d, ok := homophones[l[i].text]; ok && isNumeral(out, i-1) && (isNumeral(l, i+1) || homophones[l.at(i+1)] != "") {
			out[i].text = d
		}
	}
	return out
}

var homophones = map[string]string{"腰": "一", "妖": "一", "要": "一", "衣": "一", "医": "一", "而": "二", "儿": "二", "尔": "二", "散": "三", "山": "三", "是": "四",
	"事": "四", "市": "四", "武": "五", "舞": "五", "午": "五", "吴": "五", "无": "五", "留": "六", "流": "六", "刘": "六", "路": "六", "起": "七", "气": "七", "期": "七",
	"吧": "八", "把": "八", "巴": "八", "爸": "八", "久": "九", "酒": "九", "就": "九", "旧": "九", "灵": "零", "铃": "零", "林": "零", "动": "零"}
