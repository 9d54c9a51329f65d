package values

import (
	"math"
	"strconv"
)

// readNumber reads the one number in the words. A percentage is its share (百分之八
// is 0.08), so is a discount by what is paid (八折 is 0.8).
func readNumber(l line, _ Options) (string, verdict) {
	var all []float64
	for i := 0; i < len(l); {
		v, n, vague := numberAt(l, i)
		if n == 0 {
			i++
			continue
		}
		if vague {
			return "", unclear
		}
		all = append(all, v)
		if ranged(l, i+n) || l.is(i-1, "between") {
			return "", unclear
		}
		i += n
	}
	v, got := only(all)
	if got != found {
		return "", got
	}
	return plain(v), found
}

// ranged tells whether what stands at i joins two values: 三到五, three or four.
func ranged(l line, i int) bool {
	if !l.is(i, "to", "or", "到", "至", "~", "-") && !(l.is(i, "或", "还") && l.is(i+1, "者", "是")) {
		return false
	}
	for j := i + 1; j < min(i+4, len(l)); j++ {
		if isNumeral(l, j) || l.kindAt(j) == number {
			return true
		}
	}
	return false
}

// only is the one value among all, which may be said twice.
func only[T comparable](all []T) (T, verdict) {
	var zero T
	if len(all) == 0 {
		return zero, nothing
	}
	for _, v := range all[1:] {
		if v != all[0] {
			return zero, unclear
		}
	}
	return all[0], found
}

// plain writes a number without an exponent, to six decimals.
func plain(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

// numberAt reads a number with all that belongs to it: sign, share, ordinal, half.
func numberAt(l line, i int) (v float64, n int, vague bool) {
	switch {
	case l.is(i, "负") || l.is(i, "minus", "negative") || l.is(i, "-") && l.kindAt(i-1) != number:
		v, n, vague = numberAt(l, i+1)
		return -v, more(n, 1), vague
	case l.is(i, "零") && l.is(i+1, "下"):
		v, n, vague = numberAt(l, i+2)
		return -v, more(n, 2), vague
	case l.is(i, "百", "千", "万") && l.is(i+1, "分") && l.is(i+2, "之"):
		return partOf(l, i+3, hanScales[l[i].text], 3)
	case l.is(i, "百") && l.is(i+1, "分") && l.is(i+2, "百"):
		return 1, 3, false
	case l.is(i, "第") && i+1 < len(l):
		v, n, vague = numberAt(l, i+1)
		return v, more(n, 1), vague
	case l.is(i, "一") && l.is(i+1, "半"), l.is(i, "对") && l.is(i+1, "折"):
		return 0.5, 2, false
	case l.is(i, "半") && !l.is(i-1, "多"):
		return 0.5, 1, false
	case l.is(i, "一") && measures[l.at(i+1)] && l.is(i+2, "都", "也") && l.is(i+3, "没"):
		return 0, 4, false
	case l.is(i, "second") && l.is(i-1, "the") && (i+1 == len(l) || l.is(i+1, "one", "time")):
		return 2, 1, false
	case l.is(i, "once"):
		return 1, 1, false
	case l.is(i, "twice"):
		return 2, 1, false
	}
	if v, n := ordinals.at(l, i); n > 0 && !l.is(i, "second") {
		return float64(v), n, false
	}
	if barredNumber(l, i) {
		return 0, 0, false
	}
	num := numeralAt(l, i, true)
	if num.n == 0 || num.vague {
		return 0, num.n, num.vague
	}
	if inRow(l, i, num) {
		return 0, num.n, true
	}
	return withTail(l, i, num)
}

func more(n, by int) int {
	if n == 0 {
		return 0
	}
	return n + by
}

func partOf(l line, i int, whole float64, before int) (float64, int, bool) {
	if l.is(i, "百") {
		return 1, before + 1, false
	}
	num := numeralAt(l, i, true)
	return num.value / whole, more(num.n, before), num.vague
}

// barredNumber tells numerals that count nothing here: 周三, the red one.
func barredNumber(l line, i int) bool {
	if l.is(i-1, "周", "期", "拜", "老") || l.is(i, "一") && l.is(i+1, "半") {
		return true
	}
	return l.is(i, "one") && !l.is(i-2, "just", "only") && (l.is(i-1, "the", "this", "that", "no", "any", "every", "which", "another", "some", "each", "other", "red", "blue", "first", "second", "third", "fourth", "fifth", "last") || l.is(i+1, "of", "moment", "second"))
}

// inRow tells 三四个 (three or four) from 三四 said digit by digit.
func inRow(l line, i int, num numeral) bool {
	d := num.digits
	return l[i].kind == han && len(d) == 2 && (d[1] == d[0]+1 || d == "35") && l.is(i+num.n, "个", "天", "次", "年", "月", "块", "元", "人", "岁", "点", "号", "台", "件", "万", "小", "分")
}

// measures are what is counted, before 半.
var measures = set("个", "年", "天", "块", "斤", "米", "岁", "周", "月", "次", "倍", "吨", "公", "点")

// withTail takes what follows a numeral: percent, 折, 成, 个半, 分之.
func withTail(l line, i int, num numeral) (float64, int, bool) {
	v, n := num.value, num.n
	j := i + n
	switch {
	case l.is(j, "%", "percent", "趴"):
		return v / 100, n + 1, false
	case l.is(j, "per") && l.is(j+1, "cent"):
		return v / 100, n + 2, false
	case l.is(j, "打") && !l.is(j+1, "折", "八", "九", "七", "六", "五", "电", "来", "过", "开"):
		return v * 12, n + 1, false
	case l.is(j, "something", "odd"):
		return v, n + 1, true
	case l.is(j, "折"):
		for v >= 10 {
			v /= 10 // 八五折
		}
		return v / 10, n + 1, false
	case l.is(j, "成") && v <= 10 && !l.is(j+1, "功", "交", "为", "了", "都"):
		if half := hanNumeral(l, j+1, false); half.n == 1 && half.value < 10 {
			return v/10 + half.value/100, n + 2, false
		}
		return v / 10, n + 1, false
	case l.is(j, "分") && l.is(j+1, "之"):
		part := numeralAt(l, j+2, true)
		if part.n > 0 && v > 0 {
			return part.value / v, n + 2 + part.n, part.vague
		}
	case l[i].kind != latin && measures[l.at(j)] && l.is(j+1, "半"):
		return v + 0.5, n + 2, false
	case l[i].kind != latin && l.is(j, "小") && l.is(j+1, "时") && l.is(j+2, "半"):
		return v + 0.5, n + 3, false
	case l[i].kind != latin && measures[l.at(j)] && l.is(j+1, "月", "小", "星", "钟") && l.is(j+2, "半", "时"):
		if l.is(j+2, "半") {
			return v + 0.5, n + 3, false
		}
	}
	return v, n, false
}

// ordinals of English, as words and in figures.
var ordinals = lexiconOf(ordinalWords())

func ordinalWords() map[string]int {
	m := map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
		"eleventh": 11, "twelfth": 12, "twelveth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
		"eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30}
	for _, ten := range []struct {
		word string
		n    int
	}{{"twenty", 20}, {"thirty", 30}} {
		for word, n := range m {
			if n < 10 && n > 0 {
				m[ten.word+" "+word] = ten.n + n
			}
		}
	}
	for n := 1; n <= 31; n++ {
		for _, end := range []string{"st", "nd", "rd", "th"} {
			m[strconv.Itoa(n)+" "+end] = n
		}
	}
	return m
}
