package values

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// mandarin reads values in Chinese.
type mandarin struct{ o Options }

var hanFigures = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// oneByOne reads digits; one is 幺 in a number that is no quantity.
func oneByOne(digits, one string) string {
	var b strings.Builder
	for _, c := range digits {
		switch {
		case c == '1':
			b.WriteString(one)
		case c >= '0' && c <= '9':
			b.WriteString(hanFigures[c-'0'])
		}
	}
	return b.String()
}

func (mandarin) digits(groups []string) string {
	said := make([]string, len(groups))
	for i, g := range groups {
		said[i] = oneByOne(g, "幺")
		if g == "+" {
			said[i] = "加"
		}
	}
	return strings.Replace(strings.Join(said, "，"), "加，", "加", 1)
}

func (m mandarin) number(v float64) string {
	sign := ""
	if v < 0 {
		sign, v = "负", -v
	}
	whole, frac, decimal := strings.Cut(plain(v), ".")
	n, _ := strconv.ParseInt(whole, 10, 64)
	said := sign + hanWords(n)
	if n == 2 && decimal {
		said = sign + "二"
	}
	if decimal {
		said += "点" + oneByOne(frac, "一")
	}
	return said
}

// hanWords is a whole number: 两千零五十.
func hanWords(n int64) string {
	if n == 0 {
		return "零"
	}
	if n == 2 {
		return "二"
	}
	return hanAbove(n, true)
}

func hanAbove(n int64, head bool) string {
	for _, s := range []struct {
		by   int64
		word string
	}{{1e8, "亿"}, {1e4, "万"}} {
		if n < s.by {
			continue
		}
		high, low := n/s.by, n%s.by
		said := hanAbove(high, head)
		if high == 2 {
			said = "两"
		}
		said += s.word
		switch {
		case low == 0:
			return said
		case low < s.by/10 || high%10 == 0 && s.by == 1e4 && low < 1000:
			said += "零"
		}
		return said + hanAbove(low, false)
	}
	return hanBelow(int(n), head)
}

// hanBelow is a number below ten thousand; at the head ten is 十, else 一十.
func hanBelow(n int, head bool) string {
	var b strings.Builder
	zero := false
	for _, s := range []struct {
		by   int
		word string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / s.by % 10
		switch {
		case d == 0:
			zero = b.Len() > 0
			continue
		case zero:
			b.WriteString("零")
			zero = false
		}
		switch {
		case d == 1 && s.by == 10 && b.Len() == 0 && head:
		case d == 2 && s.by >= 100:
			b.WriteString("两")
		default:
			b.WriteString(hanFigures[d])
		}
		b.WriteString(s.word)
	}
	return b.String()
}

var hanMoney = map[string]string{"USD": "美元", "HKD": "港币", "EUR": "欧元", "GBP": "英镑", "JPY": "日元", "TWD": "新台币", "CNY": "人民币"}

func (m mandarin) amount(whole int64, cents int, code string) string {
	if code != currencyOf(m.o.Region) {
		return m.number(float64(whole)+math.Round(float64(cents))/100) + hanMoneyOf(code)
	}
	jiao, fen := cents/10, cents%10
	said := hanWords(whole) + "块"
	if whole == 2 {
		said = "两块"
	}
	switch {
	case cents == 0:
		return said
	case whole == 0 && jiao == 0:
		return hanFigures[fen] + "分钱"
	case whole == 0:
		said = ""
	case jiao == 0:
		return said + "零" + hanFigures[fen] + "分"
	case fen == 0:
		return said + hanFigures[jiao]
	}
	said += hanFigures[jiao] + "毛"
	if fen > 0 {
		said += hanFigures[fen]
	}
	return said
}

func hanMoneyOf(code string) string {
	if w := hanMoney[code]; w != "" {
		return w
	}
	return code
}

var hanWeekdayNames = []string{"天", "一", "二", "三", "四", "五", "六"}

func (mandarin) date(t time.Time, year bool) string {
	said := hanWords(int64(t.Month())) + "月" + hanWords(int64(t.Day())) + "号，星期" + hanWeekdayNames[t.Weekday()]
	if year {
		said = oneByOne(strconv.Itoa(t.Year()), "一") + "年" + said
	}
	return said
}

func (mandarin) clock(hour, minute int) string {
	var said string
	switch {
	case hour < 6:
		said = "凌晨"
	case hour < 12:
		said = "上午"
	case hour == 12:
		said = "中午"
	case hour < 18:
		said = "下午"
	default:
		said = "晚上"
	}
	h := hour
	if h > 12 {
		h -= 12
	}
	if h == 2 {
		said += "两点"
	} else {
		said += hanWords(int64(h)) + "点"
	}
	switch {
	case minute == 0:
	case minute == 30:
		said += "半"
	case minute < 10:
		said += "零" + hanFigures[minute] + "分"
	default:
		said += hanWords(int64(minute)) + "分"
	}
	return said
}
