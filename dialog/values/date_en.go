package values

import "time"

var englishRelative = lexiconOf(map[string]int{"today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0, "tomorrow": 1, "tomorow": 1, "to morrow": 1, "the day after tomorrow": 2,
	"day after tomorrow": 2, "the day after": 2, "overmorrow": 2, "yesterday": -1, "last night": -1, "the day before yesterday": -2, "day before yesterday": -2,
	"a week today": 7, "a week from today": 7, "today week": 7, "a week tomorrow": 8, "a week from tomorrow": 8, "tomorrow week": 8, "two weeks today": 14, "two weeks from today": 14})

var englishWeekdays = lexiconOf(map[string]time.Weekday{"monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 0,
	"mondays": 1, "mon": 1, "tue": 2, "tues": 2, "wed": 3, "thu": 4, "thur": 4, "thurs": 4, "fri": 5})

var englishMonths = lexiconOf(map[string]time.Month{"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10,
	"november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12})

// englishDay reads an English date at i.
func englishDay(l line, i int, now time.Time) dayAt {
	if l.kindAt(i) != latin && l.kindAt(i) != number {
		return dayAt{}
	}
	if l.is(i, "on", "by", "the") {
		if d := englishDay(l, i+1, now); d.n > 0 && !(l.is(i, "the") && d.weak && d.named) {
			d.n++
			return d
		}
	}
	if off, n := englishRelative.at(l, i); n > 0 {
		return dayAt{day: midnight(now).AddDate(0, 0, off), n: n}
	}
	for _, read := range []func(line, int, time.Time) dayAt{englishWeekday, englishSpanDay, englishEdge, englishMonthFirst, englishDayFirst} {
		if d := read(l, i, now); d.n > 0 {
			return d
		}
	}
	return dayAt{}
}

// englishWeekday reads Tuesday, this Tuesday, next Tuesday, a week on Tuesday,
// Tuesday week, next weekend. Next Tuesday is the one of the next calendar week.
func englishWeekday(l line, i int, now time.Time) dayAt {
	weeks, bare, j := 0, true, i
	switch {
	case l.is(j, "a") && l.is(j+1, "week") && l.is(j+2, "from", "on"):
		weeks, j = 1, j+3
	case l.is(j, "two") && l.is(j+1, "weeks") && l.is(j+2, "from", "on"):
		weeks, j = 2, j+3
	case l.is(j, "this", "coming"):
		j++
		if l.is(j, "coming", "past") {
			j++
		}
	case l.is(j, "next"):
		weeks, bare, j = 1, false, j+1
	case l.is(j, "last") && !l.is(j+1, "day"):
		weeks, bare, j = -1, false, j+1
	}
	if l.is(j, "weekend") && (j > i || l.is(i-1, "the")) {
		return dayAt{day: weekend(weeks, now), n: j + 1 - i}
	}
	w, n := englishWeekdays.at(l, j)
	if n == 0 {
		return dayAt{}
	}
	j += n
	if bare {
		switch {
		case l.is(j, "week"):
			weeks, j = 1, j+1
		case l.is(j, "after") && l.is(j+1, "next"):
			return dayAt{day: weekday(w, 2, now), n: j + 2 - i}
		case l.is(j, "next") && l.is(j+1, "week"):
			return dayAt{day: weekday(w, 1, now), n: j + 2 - i}
		case l.is(j, "of", "in") && l.is(j+1, "next") && l.is(j+2, "week"):
			return dayAt{day: weekday(w, 1, now), n: j + 3 - i}
		case l.is(j, "this") && l.is(j+1, "week"):
			return dayAt{day: weekday(w, 0, now), n: j + 2 - i}
		}
		every := span{}
		if j == i+n {
			every.days = 7
		}
		day := comingWeekday(w, now).AddDate(0, 0, 7*weeks)
		return dayAt{day: day, n: j - i, weak: weeks == 0, named: weeks == 0, week: w, every: every}
	}
	if weeks < 0 {
		return dayAt{day: comingWeekday(w, now).AddDate(0, 0, -7), n: j - i}
	}
	return dayAt{day: weekday(w, weeks, now), n: j - i}
}

// englishSpanDay reads in three days, two weeks from now, a month ago.
func englishSpanDay(l line, i int, now time.Time) dayAt {
	j := i
	in := l.is(j, "in") || l.is(j, "after")
	if in {
		j++
	}
	minutes, days, months, n := spanAt(l, j)
	if n == 0 || minutes > 0 || days+months == 0 || days > 40000 || months > 1200 {
		return dayAt{}
	}
	end := j + n
	switch k := later(l, end); {
	case k > 0:
		end += k
	case l.is(end, "ago"):
		days, months, end = -days, -months, end+1
	case !in:
		return dayAt{}
	case l.is(end, "time"):
		end++
	}
	return dayAt{day: addMonths(midnight(now).AddDate(0, 0, days), months), n: end - i}
}

// englishEdge reads the end of the month, the first of next month, Christmas.
func englishEdge(l line, i int, now time.Time) dayAt {
	var edge string
	j := i
	switch {
	case l.is(j, "end", "last", "start", "beginning", "middle", "first", "month", "years"):
		edge, j = l[j].text, j+1
	default:
		return dayAt{}
	}
	if edge == "month" && l.is(j, "end") {
		return dayAt{day: monthEnd(0, now), n: 2}
	}
	if (edge == "first" || edge == "last") && l.is(j, "day") {
		j++
	}
	if !l.is(j, "of") {
		return dayAt{}
	}
	j++
	months := 0
	switch {
	case l.is(j, "the", "this"):
		j++
	case l.is(j, "next"):
		months, j = 1, j+1
	}
	first := time.Date(now.Year(), now.Month()+time.Month(months), 1, 0, 0, 0, 0, now.Location())
	switch {
	case l.is(j, "year") && edge == "end" && months == 0:
		return dayAt{day: time.Date(now.Year(), 12, 31, 0, 0, 0, 0, now.Location()), n: j + 1 - i}
	case l.is(j, "year") && months == 0:
		return dayAt{}
	case !l.is(j, "month"):
		m, n := englishMonths.at(l, j)
		if n == 0 {
			return dayAt{}
		}
		t, _ := comingDate(m, 28, now)
		first = time.Date(t.Year(), m, 1, 0, 0, 0, 0, now.Location())
		j += n - 1
		months = 1
	}
	switch edge {
	case "end", "last":
		return dayAt{day: first.AddDate(0, 1, -1), n: j + 1 - i}
	case "middle":
		first = first.AddDate(0, 0, 14)
	}
	if months == 0 && first.Before(midnight(now)) {
		first = first.AddDate(0, 1, 0)
	}
	return dayAt{day: first, n: j + 1 - i}
}

// englishMonthFirst reads March fifth, March the 5th, March 5 2027.
func englishMonthFirst(l line, i int, now time.Time) dayAt {
	month, n := englishMonths.at(l, i)
	if n == 0 {
		return dayAt{}
	}
	j := i + n
	if l.is(j, "the") {
		j++
	}
	day, n := ordinals.at(l, j)
	if n == 0 {
		num := small(l, j)
		if num.n == 0 || l.is(j+num.n, ":", "oclock", "am", "pm", "hundred") {
			return dayAt{}
		}
		day, n = int(num.value), num.n
	}
	return calendar(l, i, j+n, month, day, now)
}

// englishDayFirst reads the fifth of March, 5th March, 5 March 2027, the fifth.
func englishDayFirst(l line, i int, now time.Time) dayAt {
	day, n := ordinals.at(l, i)
	ordinal := n > 0
	if !ordinal {
		num := small(l, i)
		if num.n == 0 || num.value > 31 || num.value < 1 {
			return dayAt{}
		}
		day, n = int(num.value), num.n
	}
	j := i + n
	if l.is(j, "of") {
		j++
	}
	if month, n := englishMonths.at(l, j); n > 0 && (ordinal || !l.is(j, "may", "march") || j == i+1 || l.is(j-1, "of")) {
		return calendar(l, i, j+n, month, day, now)
	}
	if !ordinal {
		return dayAt{}
	}
	if l.is(j-1, "of") {
		var months, k int
		switch {
		case l.is(j, "next") && l.is(j+1, "month"):
			months, k = 1, 2
		case l.is(j, "this", "the") && l.is(j+1, "month"):
			k = 2
		default:
			return dayAt{}
		}
		first := time.Date(now.Year(), now.Month()+time.Month(months), 1, 0, 0, 0, 0, now.Location())
		t, ok := dateOf(first.Year(), first.Month(), day, now.Location())
		if l.is(j, "the") {
			t, ok = comingDay(day, now)
		}
		return dayAt{day: t, n: j + k - i, vague: !ok}
	}
	if l.is(j, "one", "option", "time", "choice", "half", "of") || !(l.is(i-1, "the", "on") || i == 0 || l.kindAt(i) == number) || l.is(i, "second", "first") && !l.is(i-1, "the") {
		return dayAt{}
	}
	t, ok := comingDay(day, now)
	return dayAt{day: t, n: j - i, weak: true, vague: !ok, every: span{months: 1}}
}

// calendar ends a date of month and day with its year, if one follows.
func calendar(l line, from, end int, month time.Month, day int, now time.Time) dayAt {
	if day < 1 || day > 31 {
		return dayAt{}
	}
	j := end
	if l.kindAt(j) == pause {
		j++
	}
	year, n := 0, 0
	if num := small(l, j); num.n == 2 && l.kindAt(j) == latin && l.kindAt(j-1) != pause && num.value > 31 && num.value < 100 && j+num.n == len(l) {
		year, n = fullYear(int(num.value), now), num.n // August eighth eighty eight
	} else if y := figure(l, j); y >= 1900 && y < 2200 {
		year, n = y, 1
	} else if num := latinNumeral(l, j); num.n > 0 && l.kindAt(j) == latin && num.value >= 1900 && num.value < 2200 {
		year, n = int(num.value), num.n
	} else if years, took := englishYear(l, j); took > 0 {
		year, n = now.Year()+years, took
	}
	if n > 0 {
		t, ok := dateOf(year, month, day, now.Location())
		return dayAt{day: t, n: j + n - from, vague: !ok}
	}
	t, ok := comingDate(month, day, now)
	return dayAt{day: t, n: end - from, vague: !ok, every: span{months: 12}}
}

// englishYear reads next year, of last year: how many years from this one.
func englishYear(l line, i int) (years, n int) {
	j := i
	if l.is(j, "of") {
		j++
	}
	at, named := map[string]int{"last": -1, "this": 0, "next": 1}[l.at(j)]
	if !named || !l.is(j+1, "year") {
		return 0, 0
	}
	return at, j + 2 - i
}
