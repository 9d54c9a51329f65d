package values

import (
	"strconv"
	"strings"
)

var units = map[string]int{"zero": 0, "oh": 0, "o": 0, "nought": 0, "naught": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4,
	"five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "niner": 9}

var teens = map[string]int{"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
	"seventeen": 17, "eighteen": 18, "nineteen": 19}

var tens = map[string]int{"twenty": 20, "thirty": 30, "forty": 40,
	"fourty": 40, //nolint:misspell // people type it so
	"fifty":  50, "sixty": 60, "seventy": 70, "eighty": 80,
	"ninety": 90}

var latinScales = map[string]float64{"thousand": 1e3, "k": 1e3, "grand": 1e3, "million": 1e6, "mil": 1e6, "billion": 1e9}

// counted words are numbers by themselves.
var counted = lexiconOf(map[string]float64{"a couple": 2, "couple": 2, "a couple of": 2, "a dozen": 12, "half a dozen": 6, "half": 0.5, "a half": 0.5, "one half": 0.5,
	"a quarter": 0.25, "one quarter": 0.25, "three quarters": 0.75, "a third": 1.0 / 3, "one third": 1.0 / 3, "two thirds": 2.0 / 3, "none": 0,
	"half a": 0.5, "a": 1, "an": 1})

var vagueWords = phrasesOf("a few", "few", "several", "dozens", "hundreds", "thousands", "a handful")

// latinNumeral reads an English numeral: twenty five hundred, a hundred and
// fifty, one point five, two and a half thousand, 3.5k.
func latinNumeral(l line, i int) numeral {
	if _, n := vagueWords.at(l, i); n > 0 {
		return numeral{n: n, vague: true}
	}
	total, at := 0.0, i
	limit := 1e12
	var first numeral
	for {
		g := group(l, at, at > i)
		if g.n == 0 {
			break
		}
		if at == i {
			first = g
		}
		end := at + g.n
		scale, scaled := latinScales[l.at(end)]
		if !scaled && l.is(end, "m") && l.kindAt(end-1) == number && l[end].near {
			scale, scaled = 1e6, true
		}
		if !scaled {
			if at > i && g.value >= limit {
				break
			}
			total += g.value
			at = end
			break
		}
		if scale >= limit {
			break
		}
		first = numeral{scaled: true}
		total, limit, at = total+g.value*scale, scale, end+1
		if v, n := andAHalf(l, at); n > 0 {
			total, at = total+v*scale, at+n
			break
		}
		if v, n := decimals(l, at+1); n > 0 && l.is(at, "point") {
			total, at = total+v, at+1+n
			break
		}
		if l.is(at, "and") && group(l, at+1, true).n > 0 {
			at++
		}
	}
	if at == i {
		return numeral{}
	}
	if l.is(at-1, "and") {
		at--
	}
	first.value, first.n = total, at-i
	return first
}

func andAHalf(l line, i int) (float64, int) {
	switch {
	case l.is(i, "and") && l.is(i+1, "a") && l.is(i+2, "half"):
		return 0.5, 3
	case l.is(i, "and") && l.is(i+1, "a") && l.is(i+2, "quarter"):
		return 0.25, 3
	case l.is(i, "and") && l.is(i+1, "three") && l.is(i+2, "quarters"):
		return 0.75, 3
	}
	return 0, 0
}

// group reads what stands before thousand and million. Later groups do not begin
// with "a" or "half".
func group(l line, i int, later bool) numeral {
	if v, n := counted.at(l, i); n > 0 && !later {
		return countedGroup(l, i, v, n)
	}
	g := small(l, i)
	if g.n == 0 {
		return g
	}
	g.digits = ""
	end := i + g.n
	switch {
	case l.is(end, "hundred"):
		g = hundreds(l, i, end+1, g.value)
	case l.is(end, "point", "dot"):
		if frac, n := decimals(l, end+1); n > 0 {
			g.value += frac
			g.n += 1 + n
			return g
		}
	case l.is(end, "dozen"):
		return numeral{value: g.value * 12, n: g.n + 1, scaled: true}
	case l.kindAt(i) != number && !later:
		if more := row(l, i, g); more.n > 0 {
			return more
		}
	}
	if v, n := andAHalf(l, i+g.n); n > 0 {
		g.value += v
		g.n += n
	}
	if l.is(i+g.n, "point") && !l.is(i+g.n-1, "point") {
		if frac, n := decimals(l, i+g.n+1); n > 0 {
			g.value, g.n = g.value+frac, g.n+1+n
		}
	}
	return g
}

func countedGroup(l line, i int, v float64, n int) numeral {
	end := i + n
	switch l[end-1].text {
	case "a", "an":
		switch {
		case l.is(end, "hundred"):
			return hundreds(l, i, end+1, v)
		case latinScales[l.at(end)] > 0:
			return numeral{value: v, n: n}
		}
		return numeral{}
	}
	if l.is(end, "hundred") {
		return hundreds(l, i, end+1, v)
	}
	if l.is(end-1, "couple") && l.is(end, "of") {
		end++
		n++
	}
	if l.is(end, "dozen") {
		return numeral{value: v * 12, n: n + 1, scaled: true}
	}
	if l.is(end, "past", "to", "after", "an", "of") {
		return numeral{}
	}
	return numeral{value: v, n: n, scaled: true}
}

func hundreds(l line, i, end int, v float64) numeral {
	g := numeral{value: v * 100, n: end - i, scaled: true}
	if h, n := andAHalf(l, end); n > 0 {
		g.value += 100 * h
		g.n += n
		return g
	}
	skip := end
	if l.is(end, "and") {
		skip++
	}
	if rest := small(l, skip); rest.n > 0 && rest.value < 100 && rest.value == float64(int(rest.value)) {
		g.value += rest.value
		g.n = skip + rest.n - i
	}
	return g
}

// small reads a number below a hundred, or figures.
func small(l line, i int) numeral {
	w := l.at(i)
	if l.kindAt(i) == number {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil || len(w) > 15 {
			return numeral{}
		}
		return numeral{value: v, n: 1}
	}
	if d, ok := units[w]; ok && w != "o" && w != "oh" {
		return numeral{value: float64(d), n: 1}
	}
	if d, ok := teens[w]; ok {
		return numeral{value: float64(d), n: 1}
	}
	if d, ok := tens[w]; ok {
		if u, ok := units[l.at(i+1)]; ok && u > 0 {
			return numeral{value: float64(d + u), n: 2}
		}
		return numeral{value: float64(d), n: 1}
	}
	return numeral{}
}

func decimals(l line, i int) (float64, int) {
	var b strings.Builder
	n := 0
	for ; i+n < len(l) && n < 9; n++ {
		if d, ok := units[l.at(i+n)]; ok {
			b.WriteString(strconv.Itoa(d))
		} else if s := small(l, i+n); n == 0 && s.n > 0 && s.value < 100 && s.value == float64(int(s.value)) {
			b.WriteString(strconv.Itoa(int(s.value))) // one point twenty five
			n += s.n
			break
		} else {
			break
		}
	}
	if b.Len() == 0 {
		return 0, 0
	}
	f, _ := strconv.ParseFloat("0."+b.String(), 64)
	return f, n
}

// row reads numbers below a hundred that follow one another without a scale:
// one two three, twelve fifty, nineteen oh five.
func row(l line, i int, head numeral) numeral {
	digits := strconv.Itoa(int(head.value))
	lo, parts, j := 0, 1, i+head.n
	for j < len(l) && parts < 20 {
		zero := l.is(j, "oh", "o")
		if n := times(l.at(j)); n > 0 {
			if d, ok := units[l.at(j+1)]; ok {
				digits += strings.Repeat(strconv.Itoa(d), n)
				j, parts = j+2, parts+n
				continue
			}
		}
		next := small(l, j)
		switch {
		case zero:
			digits += "0"
			if u := small(l, j+1); parts == 1 && u.n == 1 && u.value < 10 {
				lo, digits = int(u.value), digits+strconv.Itoa(int(u.value))
				j++
			}
			j++
		case next.n > 0 && l[j].kind == latin && !l.is(j+next.n, "hundred") && latinScales[l.at(j+next.n)] == 0:
			lo = int(next.value)
			digits += strconv.Itoa(lo)
			j += next.n
		default:
			next.n = 0
		}
		if !zero && next.n == 0 {
			break
		}
		parts++
	}
	if parts == 1 {
		return numeral{}
	}
	v, _ := strconv.ParseFloat(digits, 64)
	g := numeral{value: v, n: j - i, digits: digits, hi: int(head.value), lo: lo}
	g.pair = parts == 2 && len(digits) == len(strconv.Itoa(g.hi))+2
	return g
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
