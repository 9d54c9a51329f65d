package intent

import (
	"strconv"
	"strings"
)

// spokenDigits reads the digits in an answer to "what is the number?": one by
// one, in pairs (twelve thirty-four), doubled, as a number, or written. Other
// words around them are passed over as long as they are not the most of it. ""
// when there is no number.
func spokenDigits(all []string, language string) string {
	var out strings.Builder
	numbers := 0
	zh := strings.HasPrefix(strings.ToLower(language), "zh")
	for i := 0; i < len(all); {
		digits, used := "", 0
		if zh {
			digits, used = hanNumber(all[i:])
		}
		if used == 0 {
			digits, used = englishNumber(all, i)
		}
		if used == 0 {
			i++
			continue
		}
		out.WriteString(digits)
		numbers += used
		i += used
	}
	others := 0
	for i, w := range all {
		if _, used := englishNumber(all, i); used == 0 && !idle[w] && !numeral(w) {
			others++
		}
	}
	if out.Len() == 0 || out.Len() < 3 && others > numbers+2 {
		return ""
	}
	return out.String()
}

var units = map[string]int{"zero": 0, "oh": 0, "o": 0, "nought": 0, "naught": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4,
	"five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "niner": 9}

// sounds are what recognisers write for digits; they count only beside another
// number.
var sounds = map[string]int{"to": 2, "too": 2, "for": 4, "fore": 4, "ate": 8, "won": 1, "tree": 3, "sex": 6, "fife": 5}

var teens = map[string]int{"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
	"seventeen": 17, "eighteen": 18, "nineteen": 19}

var tens = map[string]int{"twenty": 20, "thirty": 30, "forty": 40,
	"fourty": 40, //nolint:misspell // people type it so
	"fifty":  50, "sixty": 60, "seventy": 70, "eighty": 80,
	"ninety": 90}

// englishNumber reads one spoken number at i, and how many words it took.
func englishNumber(all []string, i int) (string, int) {
	w := all[i]
	if n := times(w); n > 0 && i+1 < len(all) {
		if d, ok := unit(all[i+1]); ok {
			return strings.Repeat(strconv.Itoa(d), n), 2
		}
		return "", 0
	}
	if isWritten(w) {
		return w, 1
	}
	value, used := small(all[i:])
	if used == 0 {
		if d, ok := sounds[w]; ok && besideNumber(all, i) {
			return strconv.Itoa(d), 1
		}
		return "", 0
	}
	if w == "oh" || w == "o" {
		if !besideNumber(all, i) && len(all) > 1 {
			return "", 0
		}
	}
	for _, scale := range []struct {
		word string
		by   int
	}{{"hundred", 100}, {"thousand", 1000}} {
		if i+used < len(all) && all[i+used] == scale.word {
			value *= scale.by
			used++
			skip := used
			if i+skip < len(all) && all[i+skip] == "and" {
				skip++
			}
			if rest, more := smallAt(all, i+skip); more > 0 && rest < scale.by {
				value += rest
				used = skip + more
			}
		}
	}
	return strconv.Itoa(value), used
}

func smallAt(all []string, i int) (int, int) {
	if i >= len(all) {
		return 0, 0
	}
	value, used := small(all[i:])
	if used > 0 && i+used < len(all) && all[i+used] == "hundred" {
		value, used = value*100, used+1
		skip := used
		if i+skip < len(all) && all[i+skip] == "and" {
			skip++
		}
		if i+skip < len(all) {
			if rest, more := small(all[i+skip:]); more > 0 {
				return value + rest, skip + more
			}
		}
	}
	return value, used
}

// small reads a number below a hundred.
func small(all []string) (int, int) {
	if d, ok := unit(all[0]); ok {
		return d, 1
	}
	if d, ok := teens[all[0]]; ok {
		return d, 1
	}
	if d, ok := tens[all[0]]; ok {
		if len(all) > 1 {
			if u, ok := unit(all[1]); ok && u > 0 {
				return d + u, 2
			}
		}
		return d, 1
	}
	return 0, 0
}

func unit(w string) (int, bool) {
	d, ok := units[w]
	if !ok && len(w) == 1 && w[0] >= '0' && w[0] <= '9' {
		return int(w[0] - '0'), true
	}
	return d, ok
}

func times(w string) int {
	switch w {
	case "double":
		return 2
	case "triple", "treble":
		return 3
	}
	return 0
}

func isWritten(w string) bool {
	if w == "" || len(w) > 32 {
		return false
	}
	for i := range len(w) {
		if w[i] < '0' || w[i] > '9' {
			return false
		}
	}
	return true
}

// besideNumber tells whether a neighbour is surely a number.
func besideNumber(all []string, i int) bool {
	sure := func(j int) bool {
		if j < 0 || j >= len(all) {
			return false
		}
		w := all[j]
		_, u := units[w]
		_, t := tens[w]
		_, e := teens[w]
		return u && w != "o" && w != "oh" || t || e || isWritten(w)
	}
	return sure(i-1) || sure(i+1)
}

var hanDigits = map[string]int{"零": 0, "〇": 0, "洞": 0, "一": 1, "幺": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
	"拐": 7, "八": 8, "九": 9, "勾": 9, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}

var hanScales = map[string]int{"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10000}

func numeral(w string) bool {
	_, digit := hanDigits[w]
	_, scale := hanScales[w]
	return digit || scale
}

// hanNumber reads a run of Chinese numerals: digit by digit (一二三四), or a
// number when it holds 十, 百, 千 or 万 (一百五 is 150).
func hanNumber(all []string) (string, int) {
	n, scaled := 0, false
	for n < len(all) && numeral(all[n]) {
		_, s := hanScales[all[n]]
		scaled = scaled || s
		n++
	}
	if n == 0 || n > 32 {
		return "", 0
	}
	if !scaled {
		var b strings.Builder
		for _, w := range all[:n] {
			b.WriteString(strconv.Itoa(hanDigits[w]))
		}
		return b.String(), n
	}
	return strconv.Itoa(hanValue(all[:n])), n
}

// hanValue is the value of 三万五 (35000), 一百零五 (105), 十二 (12).
func hanValue(run []string) int {
	total, section, digit, last := 0, 0, -1, 1
	for _, w := range run {
		if d, ok := hanDigits[w]; ok {
			if digit >= 0 && last == 0 { // 零五
				digit = d
				continue
			}
			digit = d
			if d == 0 {
				last = 0 // what follows 零 counts by ones
			}
			continue
		}
		scale := hanScales[w]
		if scale == 10000 {
			total += (section + max(digit, 0)) * scale
			section = 0
		} else {
			if digit < 0 {
				digit = 1 // 十二
			}
			section += digit * scale
		}
		digit, last = -1, scale
	}
	if digit > 0 {
		by := 1
		if last >= 10 {
			by = last / 10 // 一百五 is 150
		}
		section += digit * by
	}
	return total + section
}
