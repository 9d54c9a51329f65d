package values

import (
	"strconv"
	"time"
)

var hanRelative = lexiconOf(map[string]int{"今天": 0, "今日": 0, "今儿": 0, "今儿个": 0, "今晚": 0, "今早": 0, "今夜": 0, "当天": 0, "明天": 1, "明日": 1, "明儿": 1, "明儿个": 1, "明晚": 1, "明早": 1,
	"后天": 2, "后儿": 2, "大后天": 3, "大大后天": 4, "昨天": -1, "昨日": -1, "昨儿": -1, "昨晚": -1, "前天": -2, "前儿": -2, "大前天": -3, "第二天": 1, "明个": 1, "今个": 0, "后个": 2})

// vagueDays name no day: the caller has to be asked.
var vagueDays = phrasesOf("过两天", "过几天", "这两天", "这几天", "过些天", "改天", "明后天", "明后两天", "今明两天", "几天后", "农历", "阴历", "初一", "初二", "初三", "初四", "初五", "初六", "初七", "初八", "初九", "初十",
	"正月", "腊月", "春节", "中秋", "中秋节", "端午", "端午节", "除夕", "过年", "清明", "清明节", "重阳", "元宵节", "in a few days", "in a couple of days", "a few days", "some day", "one of these days", "couple of days", "easter")

// holidays have a fixed day.
var holidays = lexiconOf(map[string][2]int{"元旦": {1, 1}, "情人节": {2, 14}, "妇女节": {3, 8}, "三八妇女节": {3, 8}, "五一": {5, 1}, "劳动节": {5, 1}, "五四青年节": {5, 4}, "六一": {6, 1}, "儿童节": {6, 1},
	"教师节": {9, 10}, "国庆": {10, 1}, "国庆节": {10, 1}, "双十一": {11, 11}, "双十二": {12, 12}, "平安夜": {12, 24}, "圣诞": {12, 25}, "圣诞节": {12, 25}, "跨年夜": {12, 31},
	"new years day": {1, 1}, "valentines day": {2, 14}, "independence day": {7, 4}, "the fourth of july": {7, 4}, "halloween": {10, 31}, "christmas eve": {12, 24},
	"christmas": {12, 25}, "christmas day": {12, 25}, "boxing day": {12, 26}, "new years eve": {12, 31}, "new years": {1, 1}})

// hanDay reads a Chinese date at i.
func hanDay(l line, i int, now time.Time) dayAt {
	if _, n := vagueDays.at(l, i); n > 0 {
		return dayAt{n: n, vague: true}
	}
	if h, n := holidays.at(l, i); n > 0 {
		t, _ := comingDate(time.Month(h[0]), h[1], now)
		return dayAt{day: t, n: n, every: span{months: 12}}
	}
	if off, n := hanRelative.at(l, i); n > 0 {
		return dayAt{day: midnight(now).AddDate(0, 0, off), n: n}
	}
	if l.kindAt(i) != han && l.kindAt(i) != number {
		return dayAt{}
	}
	for _, read := range []func(line, int, time.Time) dayAt{hanSpanDay, hanWeekday, hanMonthEdge, hanCalendar} {
		if d := read(l, i, now); d.n > 0 {
			return d
		}
	}
	return dayAt{}
}

// hanSpanDay reads 三天后, 过一周, 两个月以后, 十天前.
func hanSpanDay(l line, i int, now time.Time) dayAt {
	skip := 0
	for l.is(i+skip, "再", "过", "等") {
		skip++
	}
	minutes, days, months, n := spanAt(l, i+skip)
	if n == 0 || minutes > 0 || days+months == 0 {
		return dayAt{}
	}
	end := i + skip + n
	switch k := later(l, end); {
	case k > 0:
		end += k
	case l.is(end, "以", "之") && l.is(end+1, "前"):
		days, months, end = -days, -months, end+2
	case l.is(end, "前"):
		days, months, end = -days, -months, end+1
	case skip == 0:
		return dayAt{}
	}
	if days > 40000 || months > 1200 {
		return dayAt{}
	}
	return dayAt{day: addMonths(midnight(now).AddDate(0, 0, days), months), n: end - i}
}

var hanWeekdays = lexiconOf(map[string]time.Weekday{"周一": 1, "周二": 2, "周三": 3, "周四": 4, "周五": 5, "周六": 6, "周日": 0, "周天": 0,
	"星期一": 1, "星期二": 2, "星期三": 3, "星期四": 4, "星期五": 5, "星期六": 6, "星期日": 0, "星期天": 0, "礼拜一": 1, "礼拜二": 2, "礼拜三": 3, "礼拜四": 4, "礼拜五": 5, "礼拜六": 6, "礼拜天": 0, "礼拜日": 0,
	"周1": 1, "周2": 2, "周3": 3, "周4": 4, "周5": 5, "周6": 6, "星期1": 1, "星期2": 2, "星期3": 3, "星期4": 4, "星期5": 5, "星期6": 6})

var weekends = phrasesOf("周末", "星期末", "礼拜末")

// weeksAhead reads 下, 下个, 下下个, 这, 本, 上; given tells whether there was any.
func weeksAhead(l line, i int) (weeks, n int, given bool) {
	j := i
	switch {
	case l.is(j, "这", "本"):
		j++
	case l.is(j, "下"):
		for ; l.is(j, "下"); j++ {
			weeks++
		}
	case l.is(j, "上"):
		for ; l.is(j, "上"); j++ {
			weeks--
		}
	default:
		return 0, 0, false
	}
	if l.is(j, "个", "一") {
		j++
	}
	return weeks, j - i, true
}

// hanWeekday reads 周三, 下周三, 这周末. Weeks begin on Monday, so 下周三 is the
// Wednesday of the next calendar week.
func hanWeekday(l line, i int, now time.Time) dayAt {
	weeks, skip, given := weeksAhead(l, i)
	if _, n := weekends.at(l, i+skip); n > 0 {
		return dayAt{day: weekend(weeks, now), n: skip + n}
	}
	w, n := hanWeekdays.at(l, i+skip)
	if n == 0 {
		if given && l.is(i+skip, "周", "星", "礼") {
			return dayAt{} // 下周: no day
		}
		return dayAt{}
	}
	if given {
		return dayAt{day: weekday(w, weeks, now), n: skip + n}
	}
	return dayAt{day: comingWeekday(w, now), n: n, weak: true, named: true, week: w, every: span{days: 7}}
}

// hanMonthEdge reads 月底, 下个月底, 月初, 月中, 年底.
func hanMonthEdge(l line, i int, now time.Time) dayAt {
	months, skip, given := weeksAhead(l, i)
	j := i + skip
	month := func(k int) dayAt {
		first := time.Date(now.Year(), now.Month()+time.Month(months), 1, 0, 0, 0, 0, now.Location())
		n := j + 2 - i
		switch l.at(k) {
		case "底", "末":
			return dayAt{day: monthEnd(months, now), n: n}
		case "初":
			if !given && now.Day() > 1 {
				first = first.AddDate(0, 1, 0)
			}
			return dayAt{day: first, n: n}
		case "中":
			t := first.AddDate(0, 0, 14)
			if !given && now.Day() > 15 {
				t = t.AddDate(0, 1, 0)
			}
			return dayAt{day: t, n: n}
		}
		return dayAt{}
	}
	switch {
	case l.is(j, "月") && l.kindAt(i-1) != number && !l.is(i-1, "个") && hanDigits[l.at(i-1)] == 0 && hanScales[l.at(i-1)] == 0:
		return month(j + 1)
	case l.is(i, "年") && l.is(i+1, "底", "末") && !given:
		t, _ := dateOf(now.Year(), 12, 31, now.Location())
		return dayAt{day: t, n: 2}
	}
	return dayAt{}
}

var hanYears = lexiconOf(map[string]int{"今年": 0, "明年": 1, "后年": 2, "去年": -1, "前年": -2, "本年": 0})

// hanCalendar reads 二零二六年三月五号, 三月五号, 明年三月五号, 下个月五号, 五号.
func hanCalendar(l line, i int, now time.Time) dayAt {
	year, j := 0, i
	if off, n := hanYears.at(l, j); n > 0 {
		year, j = now.Year()+off, j+n
		if l.is(j, "的") {
			j++
		}
	} else if num := hanNumeral(l, j, false); num.n > 0 && l.is(j+num.n, "年") {
		if y, ok := yearOf(num, now); ok {
			year, j = y, j+num.n+1
			if l.is(j, "的") {
				j++
			}
		}
	}
	if month, n := hanMonth(l, j, now); n > 0 {
		return hanMonthDay(l, i, j+n, year, month, now)
	}
	if year == 0 {
		if day, n := hanDayOfMonth(l, i); n > 0 {
			if t, ok := comingDay(day, now); ok {
				return dayAt{day: t, n: n, weak: true, every: span{months: 1}}
			}
		}
	}
	return dayAt{}
}

// hanMonth reads 三月, 3月份, and 下个月 as the month it will be.
func hanMonth(l line, i int, now time.Time) (time.Time, int) {
	if months, skip, given := weeksAhead(l, i); given && l.is(i+skip, "月") {
		return time.Date(now.Year(), now.Month()+time.Month(months), 1, 0, 0, 0, 0, now.Location()), skip + 1 + l.starts(i+skip+1, lineOf("的"))
	}
	num := hanNumeral(l, i, false)
	if num.n == 0 || num.value < 1 || num.value > 12 || !l.is(i+num.n, "月") {
		return time.Time{}, 0
	}
	n := num.n + 1
	for l.is(i+n, "份", "的") {
		n++
	}
	return time.Date(0, time.Month(num.value), 1, 0, 0, 0, 0, now.Location()), n
}

func hanMonthDay(l line, from, i, year int, month time.Time, now time.Time) dayAt {
	day, n := hanDayOfMonth(l, i)
	end := i + n
	switch {
	case n == 0 && l.is(i, "底", "末"):
		y := month.Year()
		if y == 0 {
			y = now.Year()
			if month.Month() < now.Month() {
				y++
			}
		}
		if year > 0 {
			y = year
		}
		return dayAt{day: time.Date(y, month.Month()+1, 0, 0, 0, 0, 0, now.Location()), n: i + 1 - from}
	case n == 0:
		num := hanNumeral(l, i, false)
		if l.is(i+num.n, "号", "日") && num.n > 0 {
			return dayAt{n: i + num.n + 1 - from, vague: true} // 三月三十二号
		}
		if num.n == 0 || num.value < 1 || num.value > 31 || l.is(i+num.n, "点", "个", ":") {
			return dayAt{}
		}
		day, end = int(num.value), i+num.n // 三月五
	}
	if year == 0 {
		year = month.Year()
	}
	if year > 0 {
		t, ok := dateOf(year, month.Month(), day, now.Location())
		return dayAt{day: t, n: end - from, vague: !ok}
	}
	t, ok := comingDate(month.Month(), day, now)
	return dayAt{day: t, n: end - from, vague: !ok, every: span{months: 12}}
}

// hanDayOfMonth reads 五号, 二十一日.
func hanDayOfMonth(l line, i int) (int, int) {
	num := hanNumeral(l, i, false)
	if num.n == 0 || num.value < 1 || num.value > 31 || num.value != float64(int(num.value)) || !l.is(i+num.n, "号", "日") || l.is(i+num.n+1, "线", "楼", "店", "桌") {
		return 0, 0
	}
	return int(num.value), num.n + 1
}

// yearOf takes 二零二六, 2026, 二六 and 八五.
func yearOf(num numeral, now time.Time) (int, bool) {
	y, err := strconv.Atoi(num.digits)
	if err != nil {
		y = int(num.value)
	}
	switch {
	case len(num.digits) == 2:
		return fullYear(y, now), true
	case y >= 1900 && y <= 2199:
		return y, true
	}
	return 0, false
}
