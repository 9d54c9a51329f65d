package values

// parts name a part of the day. Greetings name none.
var parts = lexiconOf(map[string]part{"凌晨": dawn, "半夜": dawn, "清早": morning, "清晨": morning, "大清早": morning, "早上": morning, "早晨": morning, "上午": morning, "今早": morning, "明早": morning, "早": morning,
	"中午": midday, "正午": midday, "晌午": midday, "下午": afternoon, "午后": afternoon, "傍晚": evening, "晚上": evening, "今晚": evening, "明晚": evening, "昨晚": evening, "晚": evening, "夜里": evening, "夜晚": evening, "午夜": evening,
	"早上好": anyPart, "上午好": anyPart, "中午好": anyPart, "下午好": anyPart, "晚上好": anyPart, "早一点": anyPart, "晚一点": anyPart, "早点": anyPart, "晚点": anyPart, "最早": anyPart, "最晚": anyPart, "早就": anyPart,
	"good morning": anyPart, "good afternoon": anyPart, "good evening": anyPart, "i am": anyPart,
	"morning": morning, "am": morning, "afternoon": afternoon, "pm": afternoon, "evening": evening, "tonight": evening, "night": evening, "midnight": anyPart, "noonish": midday})

// partIn is the part of the day that a line names last.
func partIn(l line) part {
	p := anyPart
	for i := 0; i < len(l); {
		got, n := parts.at(l, i)
		if n > 0 && got != anyPart {
			p = got
		}
		i += max(n, 1)
	}
	return p
}

// timeAt is a time of day that stands in the words.
type timeAt struct {
	hour, min int
	n         int
	bare      bool // a number alone
	sure      bool // 08:30, 1500 hours, noon
	vague     bool
}

// clockIn is the one time of day in a line, past the tokens that dates took.
func clockIn(l line, used map[int]bool, p part) (clock, verdict) {
	var all, bare []clock
	for i := 0; i < len(l); {
		if used[i] {
			i++
			continue
		}
		t := timeFrom(l, i)
		if t.n == 0 {
			i++
			continue
		}
		if t.vague || bounded(l, i, t.n) || ranged(l, i+t.n) {
			return clock{}, unclear
		}
		c := t.in(p, l[i].kind == latin || l.is(i+t.n, "am", "pm"))
		if t.bare {
			bare = append(bare, c)
		} else {
			all = append(all, c)
		}
		i += t.n
	}
	if len(all) == 0 {
		if len(bare) == 0 && p == midday {
			return clock{hour: 12, sure: true}, found
		}
		all = bare
	}
	return only(all)
}

// bounded tells a limit (三点以后, before noon) from a time.
func bounded(l line, i, n int) bool {
	if l.is(i-1, "after", "before", "until", "till", "since", "from", "between", "past") {
		return true
	}
	j := i + n
	return l.is(j, "以", "之") && l.is(j+1, "后", "前") || l.is(j, "前", "后") || l.is(j, "onwards") || l.is(j, "or") && l.is(j+1, "later", "earlier")
}

// in puts an hour into a part of the day. In English twelve am is midnight.
func (t timeAt) in(p part, english bool) clock {
	c := clock{hour: t.hour, min: t.min, sure: t.sure || p != anyPart || t.hour > 12 || t.hour == 0}
	switch {
	case c.hour == 24:
		c.hour, c.next = 0, true
	case t.sure || c.hour > 12:
	case p == dawn && c.hour == 12:
		c.hour = 0
	case p == morning && c.hour == 12 && english:
		c.hour = 0
	case p == midday && c.hour < 4, p == afternoon && c.hour < 12:
		c.hour += 12
	case p == evening && c.hour == 12:
		c.hour, c.next = 0, true
	case p == evening && c.hour < 5:
		c.next = true // 晚上一点 is after midnight
	case p == evening:
		c.hour += 12
	}
	return c
}

func timeFrom(l line, i int) timeAt {
	if i > 0 && l.is(i-1, ":", "/", "$", "¥") {
		return timeAt{}
	}
	for _, read := range []func(line, int) timeAt{writtenTime, hanTime, englishTime, bareHour} {
		if t := read(l, i); t.n > 0 {
			return t
		}
	}
	return timeAt{}
}

// writtenTime reads 15:04 and 3.30 pm.
func writtenTime(l line, i int) timeAt {
	if l.kindAt(i) != number {
		return timeAt{}
	}
	if l.is(i+1, ":") && l.kindAt(i+2) == number && len(l[i+2].text) == 2 {
		h, m := figure(l, i), figure(l, i+2)
		if !isClock(h, m) {
			return timeAt{}
		}
		n := 3
		if l.is(i+3, ":") && l.kindAt(i+4) == number {
			n = 5
		}
		return timeAt{hour: h, min: m, n: n + suffix(l, i+n), sure: l[i].text[0] == '0' && len(l[i].text) == 2}
	}
	w := l[i].text
	if len(w) >= 4 && w[len(w)-3] == '.' && l.is(i+1, "am", "pm") {
		var h, m int
		for _, c := range w[:len(w)-3] {
			h = 10*h + int(c-'0')
		}
		m = 10*int(w[len(w)-2]-'0') + int(w[len(w)-1]-'0')
		if isClock(h, m) {
			return timeAt{hour: h, min: m, n: 2}
		}
	}
	return timeAt{}
}

func isClock(h, m int) bool { return h >= 0 && h <= 24 && m >= 0 && m <= 59 && (h < 24 || m == 0) }

// suffix is the length of am, pm or oclock.
func suffix(l line, i int) int {
	n := 0
	for l.is(i+n, "am", "pm", "oclock", "hours") {
		n++
	}
	return n
}

var fixedTimes = lexiconOf(map[string]int{"noon": 12, "midday": 12, "high noon": 12, "12 noon": 12, "twelve noon": 12, "midnight": 24, "正午": 12, "午夜": 24, "twelve midnight": 24})

// hanTime reads 三点半, 三点一刻, 差五分八点, 八点差五分, 十五点三十分.
func hanTime(l line, i int) timeAt {
	if h, n := fixedTimes.at(l, i); n > 0 && !l.is(i+n, "点", "半", "整") && hanNumeral(l, i+n, false).n == 0 {
		return timeAt{hour: h, n: n, sure: true}
	}
	if l.is(i, "差") {
		m, n := minutes(l, i+1)
		if n == 0 {
			return timeAt{}
		}
		j := i + 1 + n
		t := hanHour(l, j)
		if t.n == 0 {
			return timeAt{}
		}
		return t.before(m, j-i)
	}
	t := hanHour(l, i)
	if t.n == 0 {
		return t
	}
	j := i + t.n
	switch {
	case l.is(j, "半"):
		t.min, t.n = 30, t.n+1
	case l.is(j, "差"):
		if m, n := minutes(l, j+1); n > 0 {
			return t.before(m, n+1)
		}
	case l.is(j, "过"):
		if m, n := minutes(l, j+1); n > 0 {
			t.min, t.n = m, t.n+1+n
		}
	default:
		if m, n := minutes(l, j); n > 0 {
			t.min, t.n = m, t.n+n
		}
	}
	return t
}

// before is m minutes before the hour.
func (t timeAt) before(m, more int) timeAt {
	t.hour, t.min, t.n = t.hour-1, 60-m, t.n+more
	if t.hour < 1 {
		t.hour += 12
	}
	return t
}

// hanHour reads 三点, 三点钟, 十五时.
func hanHour(l line, i int) timeAt {
	num := hanNumeral(l, i, false)
	j := i + num.n
	h := int(num.value)
	if l.is(j, "点") && (num.vague && num.scaled || len(num.digits) == 2 && num.digits[1] == num.digits[0]+1 && l[i].kind == han) {
		return timeAt{n: num.n + 1, vague: true} // 三四点
	}
	if num.n == 0 || num.vague || num.value != float64(h) || h > 24 || h < 0 || !l.is(j, "点", "时") || l.is(j, "时") && l.is(j+1, "候", "间", "段") {
		return timeAt{}
	}
	if h == 1 && l.is(i-1, "快", "慢", "宜", "多", "少", "好", "近", "有", "大", "小", "高", "低") || h == 1 && l.is(i-1, "早", "晚") && !l.is(i-2, "今", "明") {
		return timeAt{}
	}
	n := num.n + 1
	for l.is(i+n, "钟", "整", "多", "来") {
		n++
	}
	return timeAt{hour: h, n: n}
}

// minutes reads 五分, 二十, 零五, 一刻.
func minutes(l line, i int) (int, int) {
	num := hanNumeral(l, i, false)
	m := int(num.value)
	if num.n == 0 || num.vague || num.value > 59 {
		return 0, 0
	}
	j := i + num.n
	switch {
	case l.is(j, "刻"):
		return m * 15, num.n + 1 + l.starts(j+1, lineOf("钟"))
	case l.is(j, "分"):
		return m, num.n + 1 + l.starts(j+1, lineOf("钟"))
	case m >= 10 || len(num.digits) == 2:
		return m, num.n
	}
	return 0, 0
}

// englishTime reads half past three, quarter to five, three o'clock, three
// thirty, 3 pm, fifteen hundred hours.
func englishTime(l line, i int) timeAt {
	if t := pastOrTo(l, i); t.n > 0 {
		return t
	}
	num := latinNumeral(l, i)
	j := i + num.n
	switch {
	case num.n == 0 || num.vague:
		return timeAt{}
	case num.pair && isClock(num.hi, num.lo) && num.hi > 0 && num.hi < 24:
		return timeAt{hour: num.hi, min: num.lo, n: num.n + suffix(l, j)}
	case num.scaled && num.value >= 100 && num.value <= 2400 && isClock(int(num.value)/100, int(num.value)%100) && (l.is(j, "hours") || num.value >= 1300 && num.value <= 2300):
		return timeAt{hour: int(num.value) / 100, min: int(num.value) % 100, n: num.n + suffix(l, j), sure: true}
	}
	if n := suffix(l, j); n > 0 && num.value >= 0 && num.value <= 24 && num.value == float64(int(num.value)) && !l.is(j, "hours") {
		return timeAt{hour: int(num.value), n: num.n + n}
	}
	return timeAt{}
}

func pastOrTo(l line, i int) timeAt {
	var m int
	j := i
	if l.is(j, "a") && l.is(j+1, "quarter") {
		j++
	}
	switch {
	case l.is(j, "half") && !l.is(j+1, "past"):
		if h, n := hourAt(l, j+1); n > 0 {
			return timeAt{hour: h, min: 30, n: j + 1 + n - i} // half three
		}
		return timeAt{}
	case l.is(j, "half"):
		m, j = 30, j+1
	case l.is(j, "quarter"):
		m, j = 15, j+1
	default:
		s := small(l, j)
		if s.n == 0 || s.value >= 60 || s.value < 1 {
			return timeAt{}
		}
		m, j = int(s.value), j+s.n
		if l.is(j, "minutes", "minute") {
			j++
		} else if m%5 != 0 {
			return timeAt{}
		}
	}
	past := l.is(j, "past", "after")
	if !past && !l.is(j, "to", "till", "til", "before", "of") {
		return timeAt{}
	}
	if l.is(j, "of") && m != 15 {
		return timeAt{}
	}
	h, n := hourAt(l, j+1)
	if n == 0 {
		return timeAt{}
	}
	t := timeAt{hour: h, min: m, n: j + 1 + n - i}
	if !past {
		return timeAt{hour: h, n: t.n}.before(m, 0)
	}
	return t
}

func hourAt(l line, i int) (int, int) {
	if h, n := fixedTimes.at(l, i); n > 0 {
		return h, n
	}
	s := small(l, i)
	if s.n == 0 || s.value < 1 || s.value > 12 || s.value != float64(int(s.value)) {
		return 0, 0
	}
	return int(s.value), s.n + suffix(l, i+s.n)
}

// bareHour takes a number of one to twelve by itself in English: "at three",
// "three". What counts something else (three people) is none.
func bareHour(l line, i int) timeAt {
	num := latinNumeral(l, i)
	j := i + num.n
	if num.n == 0 || num.vague || num.scaled || num.value < 1 || num.value > 12 || num.value != float64(int(num.value)) || l.is(i, "a", "an", "half", "couple") || barredNumber(l, i) {
		return timeAt{}
	}
	if l.kindAt(j) == han || l.kindAt(j) == sign || l.kindAt(j-1) == han {
		return timeAt{}
	}
	if j < len(l) && l[j].kind == latin && !afterHour[l[j].text] {
		return timeAt{}
	}
	return timeAt{hour: int(num.value), n: num.n, bare: true}
}

// afterHour words may follow a bare hour.
var afterHour = set("in", "on", "at", "please", "would", "is", "works", "sounds", "today", "tonight", "tomorrow", "this", "next", "would", "ish", "should", "will", "then", "if", "and",
	"thanks", "would", "sharp", "exactly", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "for", "or", "to", "the", "maybe", "i")
