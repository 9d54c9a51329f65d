package values

import (
	"strconv"
	"strings"
	"time"
)

// english reads values in English.
type english struct{ o Options }

var figureWords = strings.Fields(`zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
	seventeen eighteen nineteen`)

var tensWords = strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")

func (english) digits(groups []string) string {
	var said []string
	for _, g := range groups {
		var one []string
		for _, c := range g {
			if c == '+' {
				one = append(one, "plus")
			} else if c >= '0' && c <= '9' {
				one = append(one, figureWords[c-'0'])
			}
		}
		said = append(said, strings.Join(one, " "))
	}
	return strings.Replace(strings.Join(said, ", "), "plus, ", "plus ", 1)
}

func (e english) number(v float64) string {
	sign := ""
	if v < 0 {
		sign, v = "minus ", -v
	}
	whole, frac, decimal := strings.Cut(plain(v), ".")
	n, _ := strconv.ParseInt(whole, 10, 64)
	said := sign + latinWords(n)
	if decimal {
		said += " point " + e.digits([]string{frac})
	}
	return said
}

// latinWords is a whole number: two thousand and fifty.
func latinWords(n int64) string {
	for _, s := range []struct {
		by   int64
		word string
	}{{1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}, {1e3, "thousand"}} {
		if n < s.by {
			continue
		}
		said := latinWords(n/s.by) + " " + s.word
		switch low := n % s.by; {
		case low == 0:
			return said
		case low < 100:
			return said + " and " + latinWords(low)
		default:
			return said + " " + latinWords(low)
		}
	}
	switch {
	case n >= 100 && n%100 == 0:
		return figureWords[n/100] + " hundred"
	case n >= 100:
		return figureWords[n/100] + " hundred and " + latinWords(n%100)
	case n < 20:
		return figureWords[n]
	case n%10 == 0:
		return tensWords[n/10]
	}
	return tensWords[n/10] + "-" + figureWords[n%10]
}

// coinage is a currency's names: one, many, one hundredth, many.
type coinage struct{ one, many, cent, cents string }

var coinages = map[string]coinage{
	"USD": {"dollar", "dollars", "cent", "cents"}, "GBP": {"pound", "pounds", "pence", "pence"}, "EUR": {"euro", "euros", "euro cent", "euro cents"},
	"CNY": {"yuan", "yuan", "", ""}, "JPY": {"yen", "yen", "", ""}, "INR": {"rupee", "rupees", "", ""}, "HKD": {"Hong Kong dollar", "Hong Kong dollars", "", ""},
	"CAD": {"Canadian dollar", "Canadian dollars", "", ""}, "AUD": {"Australian dollar", "Australian dollars", "", ""}, "SGD": {"Singapore dollar", "Singapore dollars", "", ""}}

func (e english) amount(whole int64, cents int, code string) string {
	own := currencyOf(e.o.Region)
	c, known := coinages[code]
	switch {
	case code == own && strings.HasSuffix(code, "D"):
		c = coinages["USD"]
	case code == "USD" && strings.HasSuffix(own, "D"):
		c = coinage{"US dollar", "US dollars", "", ""}
	case !known:
		c = coinage{one: code, many: code}
	}
	name := c.many
	if whole == 1 && cents == 0 {
		name = c.one
	}
	switch {
	case cents == 0:
		return latinWords(whole) + " " + name
	case c.cents == "":
		return latinWords(whole) + " point " + e.digits([]string{twoFigures(cents)}) + " " + c.many
	case whole == 0 && cents == 1:
		return "one " + c.cent
	case whole == 0:
		return latinWords(int64(cents)) + " " + c.cents
	case cents >= 10:
		if whole == 1 {
			name = c.one
		}
		return latinWords(whole) + " " + name + " " + latinWords(int64(cents))
	}
	if whole == 1 {
		name = c.one
	}
	hundredths := c.cents
	if cents == 1 {
		hundredths = c.cent
	}
	return latinWords(whole) + " " + name + " and " + latinWords(int64(cents)) + " " + hundredths
}

func twoFigures(n int) string { return strconv.Itoa(n/10) + strconv.Itoa(n%10) }

var dayWords = strings.Fields(`- first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
	sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth
	twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first`)

func (english) date(t time.Time, year bool) string {
	said := t.Weekday().String() + ", " + t.Month().String() + " the " + dayWords[t.Day()]
	if year {
		said += ", " + yearWords(t.Year())
	}
	return said
}

// yearWords is nineteen eighty-five, two thousand and five, twenty twenty-six.
func yearWords(y int) string {
	high, low := int64(y/100), int64(y%100)
	switch {
	case y >= 2000 && y < 2010:
		return latinWords(int64(y))
	case low == 0:
		return latinWords(high) + " hundred"
	case low < 10:
		return latinWords(high) + " oh " + latinWords(low)
	}
	return latinWords(high) + " " + latinWords(low)
}

func (english) clock(hour, minute int) string {
	switch {
	case minute == 0 && hour == 12:
		return "noon"
	case minute == 0 && hour == 0:
		return "twelve am" // midnight could end the day or begin it
	}
	part := " in the morning"
	switch {
	case hour == 0:
		part = " am"
	case hour >= 18:
		part = " in the evening"
	case hour >= 12:
		part = " in the afternoon"
	}
	h := hour % 12
	if h == 0 {
		h = 12
	}
	said := latinWords(int64(h))
	switch {
	case minute == 0:
		said += " o'clock"
	case minute < 10:
		said += " oh " + latinWords(int64(minute))
	default:
		said += " " + latinWords(int64(minute))
	}
	return said + part
}
