package values

import (
	"time"
)

// dayAt is a day that stands in the words. weak: a bare weekday or day of the
// month, which a fuller date beside it explains.
type dayAt struct {
	day   time.Time
	from  int
	n     int
	weak  bool
	vague bool
	week  time.Weekday // of a bare weekday
	named bool         // week is set
	every span         // how far the next day of that name is: a week, a month, a year
}

// daysIn finds the days in a line, and which tokens they took.
func daysIn(l line, o Options) ([]dayAt, map[int]bool) {
	var all []dayAt
	used := map[int]bool{}
	for i := 0; i < len(l); {
		d, ok := dayFrom(l, i, o)
		if !ok {
			i++
			continue
		}
		d.from = i
		d.day = d.placed(o)
		all = append(all, d)
		for j := range d.n {
			used[i+j] = true
		}
		i += d.n
	}
	return all, used
}

// placed takes the last day of that name where days of the past are asked for.
func (d dayAt) placed(o Options) time.Time {
	if o.When != "past" || d.every == (span{}) || !d.day.After(o.Now) {
		return d.day
	}
	for back := 1; back <= 8; back++ { // 29 February
		t := time.Date(d.day.Year(), d.day.Month()-time.Month(back*d.every.months), d.day.Day()-back*d.every.days, 0, 0, 0, 0, d.day.Location())
		if !t.After(o.Now) && (d.every.months == 0 || t.Day() == d.day.Day()) {
			return t
		}
	}
	return d.day
}

func dayFrom(l line, i int, o Options) (dayAt, bool) {
	if d := writtenDay(l, i, o); d.n > 0 {
		return d, true
	}
	if d := hanDay(l, i, o.Now); d.n > 0 {
		return d, true
	}
	d := englishDay(l, i, o.Now)
	return d, d.n > 0
}

// onlyDay is the one day that the words mean. A weekday beside a date has to be
// that date's.
func onlyDay(all []dayAt) (time.Time, verdict) {
	var day time.Time
	got := nothing
	for _, strong := range []bool{true, false} {
		for _, d := range all {
			if d.vague {
				return day, unclear
			}
			if d.weak == strong {
				continue
			}
			switch {
			case got == nothing:
				day, got = d.day, found
			case d.named && !strong && len(all) > 1 && day.Weekday() == d.week:
			case !d.day.Equal(day):
				return day, unclear
			}
		}
	}
	return day, got
}

// dateOf is a day of a year, if the calendar has it.
func dateOf(year int, month time.Month, day int, loc *time.Location) (time.Time, bool) {
	if year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31 {
		return time.Time{}, false
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, loc)
	return t, t.Day() == day
}

// comingDate is the next day of that month and day, today included.
func comingDate(month time.Month, day int, now time.Time) (time.Time, bool) {
	for year := now.Year(); year <= now.Year()+8; year++ { // 29 February
		if t, ok := dateOf(year, month, day, now.Location()); ok && !t.Before(midnight(now)) {
			return t, true
		}
	}
	return time.Time{}, false
}

// comingDay is the next day of that number, today included.
func comingDay(day int, now time.Time) (time.Time, bool) {
	for k := range 4 {
		first := time.Date(now.Year(), now.Month()+time.Month(k), 1, 0, 0, 0, 0, now.Location())
		if t, ok := dateOf(first.Year(), first.Month(), day, now.Location()); ok && !t.Before(midnight(now)) {
			return t, true
		}
	}
	return time.Time{}, false
}

// comingWeekday is the next day of that name, not today: who means today says so.
func comingWeekday(w time.Weekday, now time.Time) time.Time {
	ahead := (int(w)-int(now.Weekday())+6)%7 + 1
	return midnight(now).AddDate(0, 0, ahead)
}

// weekday is the day of that name in a week from now's; weeks begin on Monday.
func weekday(w time.Weekday, weeks int, now time.Time) time.Time {
	monday := midnight(now).AddDate(0, 0, -(int(now.Weekday())+6)%7)
	return monday.AddDate(0, 0, (int(w)+6)%7+7*weeks)
}

// weekend is the Saturday of a week, or today on one.
func weekend(weeks int, now time.Time) time.Time {
	if weeks == 0 && now.Weekday() == time.Sunday {
		return midnight(now)
	}
	return weekday(time.Saturday, weeks, now)
}

// addMonths goes to the same day of another month, the last day if it is short.
func addMonths(t time.Time, months int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

func monthEnd(months int, now time.Time) time.Time {
	return time.Date(now.Year(), now.Month()+time.Month(months)+1, 0, 0, 0, 0, 0, now.Location())
}

// writtenDay reads 2026-03-05, 2026/3/5, 3/5, 3/5/2026. Between month and day the
// region's order counts: the United States put the month first, Chinese too.
func writtenDay(l line, i int, o Options) dayAt {
	if l.kindAt(i) != number || l.kindAt(i-1) == sign || !l.is(i+1, "-", "/", ".") || l.kindAt(i+2) != number {
		return dayAt{}
	}
	a, b := figure(l, i), figure(l, i+2)
	if l.is(i+3, l[i+1].text) && l.kindAt(i+4) == number {
		c := figure(l, i+4)
		year, first, second := a, b, c
		if a <= 31 {
			year, first, second = fullYear(c, o.Now), a, b
			if !monthFirst(o) {
				first, second = b, a
			}
		}
		if t, ok := dateOf(year, time.Month(first), second, o.Now.Location()); ok {
			return dayAt{day: t, n: 5}
		}
		return dayAt{}
	}
	if l.is(i+1, ".") || l.is(i+1, "-") && !chinese(o.Language) {
		return dayAt{}
	}
	if !monthFirst(o) {
		a, b = b, a
	}
	if t, ok := comingDate(time.Month(a), b, o.Now); ok && a <= 12 {
		return dayAt{day: t, n: 3, every: span{months: 12}}
	}
	return dayAt{}
}

func monthFirst(o Options) bool { return o.Region == "US" || o.Region == "CA" || chinese(o.Language) }

// figure is the number written at i, -1 if there is none.
func figure(l line, i int) int {
	if l.kindAt(i) != number || !isFigures(l[i].text) || len(l[i].text) > 4 {
		return -1
	}
	v := 0
	for _, c := range l[i].text {
		v = 10*v + int(c-'0')
	}
	return v
}

// fullYear puts the century before two figures: no later than ten years from now.
func fullYear(y int, now time.Time) int {
	if y < 0 || y > 99 {
		return y
	}
	full := now.Year()/100*100 + y
	if full > now.Year()+10 {
		full -= 100
	}
	return full
}
