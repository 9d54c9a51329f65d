// Package hours holds hours of the week and days of the year as files write them:
// mon-fri: 09:00-18:00, 2026-10-01..2026-10-07. Wall clocks are the reader's
// business: everything here is local.
package hours

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Week is the hours of each day, by time.Weekday.
type Week [7][]Span

// Span is a part of a day, in seconds from its beginning: From is in it, To is not.
type Span struct{ From, To int }

// Days is one or more days: 2006-01-02, ends included.
type Days struct{ First, Last string }

// DayForm is how a day is written.
const DayForm = time.DateOnly

// Has tells whether day is one of them.
func (d Days) Has(day string) bool { return d.First <= day && day <= d.Last }

// Among tells whether day is in one of all.
func Among(all []Days, day string) bool {
	return slices.ContainsFunc(all, func(d Days) bool { return d.Has(day) })
}

// None tells that no day has hours.
func (w Week) None() bool {
	for _, spans := range w {
		if len(spans) > 0 {
			return false
		}
	}
	return true
}

// Within tells whether t's wall clock is in one of these.
func Within(spans []Span, t time.Time) bool {
	second := t.Hour()*3600 + t.Minute()*60 + t.Second()
	return slices.ContainsFunc(spans, func(s Span) bool { return s.From <= second && second < s.To })
}

// weekdays as files write them, from Sunday as time.Weekday counts.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Weekdays reads mon, mon-fri or sat-sun.
func Weekdays(text string) ([]time.Weekday, error) {
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

// ParseSpan reads 09:00-18:00; the end may be 24:00.
func ParseSpan(text string) (Span, error) {
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

// ParseDays reads 2026-10-01 or 2026-10-01..2026-10-07.
func ParseDays(text string) (Days, error) {
	first, last, ranged := strings.Cut(text, "..")
	d := Days{strings.TrimSpace(first), strings.TrimSpace(last)}
	if !ranged {
		d.Last = d.First
	}
	for _, day := range []string{d.First, d.Last} {
		if _, err := time.Parse(DayForm, day); err != nil {
			return Days{}, fmt.Errorf("%q is no day", text)
		}
	}
	if d.Last < d.First {
		return Days{}, fmt.Errorf("%q ends before it begins", text)
	}
	return d, nil
}
