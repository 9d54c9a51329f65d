package routing

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Calendar is when people work.
type Calendar struct {
	Zone     *time.Location
	Hours    [7][]Span // by time.Weekday
	Holidays []Day     // first and last day of each
	Workdays []Day     // worked although they are weekends: as their weekday under hours, else as Monday
}

// Span is a part of a day, in seconds from its beginning: From is in it, To is not.
type Span struct{ From, To int }

// Day is one or more days: 2006-01-02, ends included.
type Day struct{ First, Last string }

const dayForm = "2006-01-02"

func (d Day) has(day string) bool { return d.First <= day && day <= d.Last }

func among(days []Day, day string) bool {
	return slices.ContainsFunc(days, func(d Day) bool { return d.has(day) })
}

// Holiday tells whether the day of t is one.
func (c Calendar) Holiday(t time.Time) bool {
	day := t.In(c.Zone).Format(dayForm)
	return among(c.Holidays, day) && !among(c.Workdays, day)
}

// Open tells whether people work at t. The wall clock counts: on the day that a
// clock is put forward, hours that do not exist are not worked, and on the day it
// is put back those that come twice are worked twice. Without hours they always do.
func (c Calendar) Open(t time.Time) bool {
	t = t.In(c.Zone)
	day := t.Format(dayForm)
	hours := c.Hours[t.Weekday()]
	switch {
	case among(c.Workdays, day):
		if len(hours) == 0 {
			hours = c.Hours[time.Monday]
		}
	case among(c.Holidays, day):
		return false
	}
	if c.always() {
		return true
	}
	second := t.Hour()*3600 + t.Minute()*60 + t.Second()
	return slices.ContainsFunc(hours, func(s Span) bool { return s.From <= second && second < s.To })
}

func (c Calendar) always() bool {
	for _, h := range c.Hours {
		if len(h) > 0 {
			return false
		}
	}
	return true
}

// days of the week, as files write them, from Sunday as time.Weekday counts.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekdaysIn reads mon, mon-fri or sat-sun.
func weekdaysIn(text string) ([]time.Weekday, error) {
	from, to, ranged := strings.Cut(strings.ToLower(text), "-")
	first := slices.Index(weekdays, strings.TrimSpace(from))
	last := first
	if ranged {
		last = slices.Index(weekdays, strings.TrimSpace(to))
	}
	if first < 0 || last < 0 {
		return nil, fmt.Errorf("%q is no day of the week", text)
	}
	all := []time.Weekday{time.Weekday(first)}
	for d := first; d != last; {
		d = (d + 1) % 7
		all = append(all, time.Weekday(d))
	}
	return all, nil
}

// spanIn reads 09:00-18:00; the end may be 24:00.
func spanIn(text string) (Span, error) {
	from, to, ok := strings.Cut(text, "-")
	first, good := secondIn(strings.TrimSpace(from))
	last, fine := secondIn(strings.TrimSpace(to))
	switch {
	case !ok || !good || !fine:
		return Span{}, fmt.Errorf("%q are no hours", text)
	case first >= last:
		return Span{}, fmt.Errorf("%q end before they begin", text)
	}
	return Span{first, last}, nil
}

func secondIn(text string) (int, bool) {
	if text == "24:00" {
		return 24 * 3600, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*3600 + t.Minute()*60, err == nil
}

// dayIn reads 2026-10-01 or 2026-10-01..2026-10-07.
func dayIn(text string) (Day, error) {
	first, last, ranged := strings.Cut(text, "..")
	d := Day{strings.TrimSpace(first), strings.TrimSpace(last)}
	if !ranged {
		d.Last = d.First
	}
	for _, day := range []string{d.First, d.Last} {
		if _, err := time.Parse(dayForm, day); err != nil {
			return Day{}, fmt.Errorf("%q is no day", text)
		}
	}
	if d.Last < d.First {
		return Day{}, fmt.Errorf("%q ends before it begins", text)
	}
	return d, nil
}
