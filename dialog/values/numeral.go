package values

import (
	"strconv"
	"strings"
)

// numeral is a number that stands in the words.
type numeral struct {
	value  float64
	n      int    // tokens; 0 is no numeral
	digits string // when it was said digit by digit
	pair   bool   // two numbers below a hundred: twelve fifty
	hi, lo int    // of a pair
	vague  bool   // 七八百, 十几, a few: not one number
	scaled bool   // held a hundred, 百 or the like
}

// numeralAt reads the numeral that begins at i, in either language. With point,
// 点 is a decimal point; without, it is the hour.
func numeralAt(l line, i int, point bool) numeral {
	if i >= len(l) {
		return numeral{}
	}
	if !inIdiom(l, i) {
		if z := hanNumeral(l, i, point); z.n > 0 && (l[i].kind == han || l.kindAt(i+z.n) != latin) {
			return z
		}
	}
	return latinNumeral(l, i)
}

var hanDigits = map[string]int{"零": 0, "〇": 0, "洞": 0, "一": 1, "幺": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6,
	"七": 7, "拐": 7, "八": 8, "九": 9, "勾": 9, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9, "幾": -1, "几": -1, "数": -1}

var hanScales = map[string]float64{"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}

// idioms are words that begin with a numeral and count nothing.
var idioms = phrasesOf("一下", "一会", "一定", "一样", "一起", "一直", "一些", "一般", "一共", "一切", "一旦", "一边", "一方面", "一点儿", "一点点", "一致",
	"一向", "一律", "一贯", "一并", "一同", "一来", "一时", "一口", "一句", "一声", "万一", "千万别", "千万不", "十分满意", "十分感谢", "十分抱歉", "十分好",
	"十分方便", "数字", "数目", "数量", "数据", "三星", "五一", "六一", "几号", "几点", "两者", "一带", "一路", "三八妇女节", "零食", "零钱", "一问")

func inIdiom(l line, i int) bool {
	_, n := idioms.at(l, i)
	return n > 0
}

// hanReader adds up a Chinese numeral: 三万五, 一百零五, 两千零五十, 1.5万.
type hanReader struct {
	total, section float64 // done with 亿 and 万; below them
	pend           float64 // a digit that waits for its scale, -1 for none
	last           float64 // the scale before it; 1 after 零
	run            string  // digits one by one
	decimal        bool
	pairs          bool // 十二三十四 is 12 and 34
	num            numeral
}

func hanNumeral(l line, i int, point bool) numeral {
	return (&hanReader{pend: -1, last: 1}).read(l, i, point)
}

func (r *hanReader) read(l line, i int, point bool) numeral {
	j := i
	for j < len(l) && j-i < 40 {
		n := r.take(l, i, j, point)
		if n == 0 {
			break
		}
		j += n
	}
	return r.end(j - i)
}

// take adds the token at j and gives how many tokens that used, 0 to stop.
func (r *hanReader) take(l line, i, j int, point bool) int {
	t := l[j]
	if tens := map[string]float64{"廿": 20, "卅": 30}[t.text]; tens > 0 && j == i {
		r.section, r.last, r.num.scaled = tens, 10, true
		return 1
	}
	if s, ok := hanScales[t.text]; ok {
		return r.scale(l, j, s)
	}
	if r.num.scaled && (t.text == "多" || t.text == "来" || t.text == "余") && r.pend < 0 && r.last >= 10 && !l.is(j+1, "说", "讲") {
		return 1 // 十来个, 一百多: about
	}
	if point && t.text == "点" && (r.pend >= 0 || r.num.scaled) && !r.decimal {
		return r.fraction(l, j)
	}
	d, isHan := hanDigits[t.text]
	if d < 0 && j == i && hanScales[l.at(j+1)] == 0 {
		return 0 // 几个: not a number at all
	}
	if isHan && t.text == "数" && hanScales[l.at(j+1)] == 0 {
		return 0
	}
	switch {
	case isHan && d < 0:
		r.num.vague = true
		r.pend, r.run = 1, ""
		return 1
	case isHan:
		return r.digit(float64(d), strconv.Itoa(d))
	case t.kind == number && len(t.text) <= 15:
		if j > i && !r.num.scaled && r.run == "" && r.pend >= 0 {
			return 0
		}
		v, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return 0
		}
		if strings.Contains(t.text, ".") && (r.run != "" || r.pend >= 0) {
			return 0
		}
		return r.digit(v, t.text)
	}
	return 0
}

// digit takes one digit, or a number in figures.
func (r *hanReader) digit(v float64, text string) int {
	switch {
	case r.decimal:
		return 0
	case r.num.scaled && r.pend > 0 && v == r.pend+1 && len(text) == 1 && !r.pairs: // 二十五六
		r.num.vague = true
		r.pend = v
		return 1
	case r.num.scaled && r.pend == 0:
		r.pend = v // 零五
	case r.num.scaled && r.pend > 0:
		return 0
	case !r.num.scaled:
		r.run += text
		r.pend = v
		if len(r.run) > len(text) {
			r.pend, _ = strconv.ParseFloat(r.run, 64)
		}
		return 1
	default:
		r.pend = v
	}
	if v == 0 && r.num.scaled {
		r.last = 1 // what follows 零 counts by ones
	}
	return 1
}

// scale takes 十, 百, 千, 万, 亿. At the start only 十 stands by itself.
func (r *hanReader) scale(l line, j int, s float64) int {
	if r.pend < 0 && s != 10 && !(s >= 1e4 && r.section > 0) {
		return 0
	}
	if r.run != "" && len(r.run) > 1 && !strings.Contains(r.run, ".") && (s < 1e4 || len(r.run) == 2 && l[j-1].kind == han) {
		if a, b := r.run[0], r.run[1]; len(r.run) == 2 && (b == a+1 || r.run == "35") {
			r.num.vague = true // 七八百
			r.pend = float64(a - '0')
		} else if l[j-1].kind != number {
			return 0
		}
	}
	r.run = ""
	r.num.scaled = true
	switch {
	case s == 1e8:
		r.total, r.section = (r.total+r.section+max(r.pend, 0))*s, 0
	case s == 1e4:
		r.total, r.section = r.total+(r.section+max(r.pend, 0))*s, 0
	case r.pend < 0:
		r.section += s // 十二
	default:
		r.section += r.pend * s
	}
	r.pend, r.last, r.decimal = -1, s, false
	return 1
}

// fraction takes 点五 after the whole.
func (r *hanReader) fraction(l line, j int) int {
	frac := ""
	k := j + 1
	for ; k < len(l); k++ {
		if d, ok := hanDigits[l[k].text]; ok && d >= 0 {
			frac += strconv.Itoa(d)
		} else if l[k].kind == number && isFigures(l[k].text) && frac == "" {
			frac += l[k].text
		} else {
			break
		}
	}
	if frac == "" || len(frac) > 9 {
		return 0
	}
	f, _ := strconv.ParseFloat("0."+frac, 64)
	if r.num.scaled {
		r.section += max(r.pend, 0)*r.short() + f
		r.pend = -1
	} else {
		r.pend += f
		r.run += "." + frac
	}
	r.decimal = true
	return k - j
}

// short is what a digit without a scale counts by: 一百五 is 150, 一百零五 is 105.
func (r *hanReader) short() float64 {
	if r.pend >= 1 && r.pend < 10 && r.last >= 10 && !r.decimal {
		return r.last / 10
	}
	return 1
}

func (r *hanReader) end(n int) numeral {
	if n == 0 || r.pend < 0 && !r.num.scaled {
		return numeral{}
	}
	r.num.n = n
	r.num.value = r.total + r.section
	if r.pend >= 0 {
		r.num.value += r.pend * r.short()
	}
	if !r.num.scaled {
		r.num.digits = r.run
	}
	return r.num
}

func isFigures(w string) bool {
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
