package values

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
)

// regionOf is the region that a language tag stands for: zh is CN, en is US.
func regionOf(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return "US"
	}
	r, _ := t.Region()
	return r.String()
}

// currencyOf is the ISO 4217 code of a region's money.
func currencyOf(region string) string {
	if r, err := language.ParseRegion(region); err == nil {
		if u, ok := currency.FromRegion(r); ok {
			return u.String()
		}
	}
	return "USD"
}

// money maps units to currencies; "$" is the region's dollar, "." the region's
// own money.
var money = lexiconOf(map[string]string{
	"块": ".", "块钱": ".", "元": ".", "元钱": ".", "圆": ".", "大洋": ".", "人民币": "CNY", "元人民币": "CNY", "块人民币": "CNY",
	"美元": "USD", "美金": "USD", "刀": "USD", "块美金": "USD", "港币": "HKD", "港元": "HKD", "块港币": "HKD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "新台币": "TWD",
	"dollars": "$", "dollar": "$", "bucks": "$", "buck": "$", "us dollars": "USD", "american dollars": "USD", "usd": "USD",
	"pounds": "GBP", "pound": "GBP", "quid": "GBP", "pounds sterling": "GBP", "gbp": "GBP", "euros": "EUR", "euro": "EUR", "eur": "EUR",
	"yuan": "CNY", "rmb": "CNY", "cny": "CNY", "kuai": "CNY", "renminbi": "CNY", "yen": "JPY", "rupees": "INR", "hong kong dollars": "HKD", "canadian dollars": "CAD",
	"australian dollars": "AUD", "singapore dollars": "SGD"})

// coins are hundredths.
var coins = lexiconOf(map[string]string{"cents": "$", "cent": "$", "pence": "GBP", "p": "GBP", "penny": "GBP", "pennies": ".", "euro cents": "EUR", "euro cent": "EUR"})

var moneySigns = map[string]string{"$": "$", "¥": ".", "£": "GBP", "€": "EUR"}

// sum is an amount in the words.
type sum struct {
	value  float64
	unit   string
	n      int
	marked bool // with a currency
	vague  bool
}

// readAmount reads the one amount of money in the words: "199.00 CNY".
func readAmount(l line, o Options) (string, verdict) {
	var bare, marked []string
	for i := 0; i < len(l); {
		s := sumAt(l, i)
		if s.n == 0 {
			i++
			continue
		}
		if s.vague {
			return "", unclear
		}
		between := l.is(i-1, "between")
		i += s.n
		if between || ranged(l, i) || l.is(i, "and") && l.is(i+1, "a", "some") {
			return "", unclear
		}
		text := cents(s.value) + " " + codeOf(s.unit, o.Region)
		if s.marked {
			marked = append(marked, text)
		} else {
			bare = append(bare, text)
		}
	}
	if len(marked) > 0 {
		return only(marked)
	}
	return only(bare)
}

func cents(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', 2, 64) }

func codeOf(unit, region string) string {
	own := currencyOf(region)
	switch {
	case unit == "." || unit == "":
		return own
	case unit == "$" && strings.HasSuffix(own, "D") && own != "USD":
		return own // AUD, CAD, HKD: what people there call dollars
	case unit == "$":
		return "USD"
	}
	return unit
}

func sumAt(l line, i int) sum {
	if l.is(i, "第") {
		return sum{}
	}
	if l.is(i, "百") && l.is(i+1, "八") && l.is(i+2, "十") || l.is(i, "千", "百") && l.is(i+1, "把", "儿") {
		return sum{n: 2, vague: true} // 百八十块, 千把块
	}
	if unit, ok := moneySigns[l.at(i)]; ok {
		if l.is(i+1, "-") {
			return sum{}
		}
		num := figured(l, i+1)
		return sum{value: num.value, unit: unit, n: more(num.n, 1), marked: true}
	}
	if barredNumber(l, i) {
		return sum{}
	}
	num := figured(l, i)
	if num.n == 0 {
		if _, n := coinOrNote(l, i+1); n > 0 && l.is(i, "a", "one") {
			num = numeral{value: 1, n: 1} // a buck fifty
		} else {
			return sum{}
		}
	}
	if num.vague || inRow(l, i, num) {
		return sum{n: num.n, vague: true}
	}
	return withUnit(l, i, num)
}

func coinOrNote(l line, i int) (string, int) {
	if u, n := money.at(l, i); n > 0 {
		return u, n
	}
	return coins.at(l, i)
}

// figured is a numeral with 1.5k, 5w.
func figured(l line, i int) numeral {
	num := numeralAt(l, i, true)
	if num.n > 0 && l.is(i+num.n, "w") {
		num.value, num.n = num.value*1e4, num.n+1
	}
	return num
}

func withUnit(l line, i int, num numeral) sum {
	end := i + num.n
	s := sum{value: num.value, n: num.n}
	if unit, n := money.at(l, end); n > 0 && !longerCoin(l, end, n) {
		s.unit, s.marked, s.n = unit, true, num.n+n
		v, more := change(l, end+n, l[end].kind == latin)
		s.value, s.n = s.value+v, s.n+more
		return s
	}
	if unit, n := coins.at(l, end); n > 0 && !num.pair {
		return sum{value: num.value / 100, unit: unit, n: num.n + n, marked: true}
	}
	switch {
	case l.is(end, "毛", "角"):
		v, n := fen(l, end+1)
		return sum{value: num.value/10 + v, n: num.n + 1 + n + l.starts(end+1+n, lineOf("钱")), marked: true}
	case l.is(end, "分") && l.is(end+1, "钱"):
		return sum{value: num.value / 100, n: num.n + 2, marked: true}
	case l.is(end, "%", "折", "percent", "号", "月", "点", "个", "分", "次", "年", "天", "期", "成", "months", "days", "years", "times"):
		s.n, s.vague = num.n, false
		return sum{n: 0}
	}
	return priced(s, num)
}

// longerCoin tells euro cents from euro.
func longerCoin(l line, i, than int) bool {
	_, n := coins.at(l, i)
	return n > than
}

// priced reads two numbers below a hundred as a price: fifteen ninety-nine,
// nine ninety-nine. Two fifty could be 2.50 or 250: it is left unclear.
func priced(s sum, num numeral) sum {
	if !num.pair {
		return s
	}
	switch {
	case num.hi >= 10, num.lo >= 90, num.lo%10 == 9, num.lo == 0:
		s.value = float64(num.hi) + float64(num.lo)/100
	default:
		s.vague = true
	}
	return s
}

// change reads what follows the notes: 五, 五毛, 九毛九, 零五分, 半; and fifty cents,
// fifty.
func change(l line, i int, english bool) (float64, int) {
	if english {
		at := i
		if l.is(at, "and") || l.kindAt(at) == pause && len(l) > at+1 {
			at++
		}
		num := latinNumeral(l, at)
		if num.n == 0 || num.value >= 100 || num.vague || num.pair {
			return 0, 0
		}
		if _, n := coins.at(l, at+num.n); n > 0 {
			return num.value / 100, at + num.n + n - i
		}
		if at == i && num.value >= 1 && at+num.n == len(l) || at == i && l.kindAt(at+num.n) == pause {
			return num.value / 100, num.n // ten dollars fifty
		}
		return 0, 0
	}
	switch {
	case l.is(i, "半"):
		return 0.5, 1
	case l.is(i, "钱"):
		return 0, 1
	}
	num := hanNumeral(l, i, false)
	end := i + num.n
	switch {
	case num.n == 0 || num.vague:
		return 0, 0
	case l.is(end, "毛", "角"):
		v, n := fen(l, end+1)
		return num.value/10 + v, num.n + 1 + n
	case l.is(end, "分"):
		return num.value / 100, num.n + 1
	case measures[l.at(end)] || l.is(end, "次", "台", "件", "期", "号", "张", "人"):
		return 0, 0 // 三百块一个月
	case num.n == 1 && num.value < 10:
		return num.value / 10, 1 // 三块五
	case num.n == 2 && len(num.digits) == 2 && l[i].kind == han:
		return num.value / 100, 2 // 九块九九, 三块零五
	}
	return 0, 0
}

// fen reads 九分 or a bare 九 after 毛.
func fen(l line, i int) (float64, int) {
	num := hanNumeral(l, i, false)
	if num.n == 0 || num.value >= 10 {
		return 0, 0
	}
	if l.is(i+num.n, "分") {
		return num.value / 100, num.n + 1
	}
	return num.value / 100, num.n
}
