package routing

import (
	"time"

	"github.com/parley-voice/parley/dialog/vocab/hours"
)

// Calendar is when people work.
type Calendar struct {
	Zone     *time.Location
	Hours    hours.Week
	Holidays []hours.Days // first and last day of each
	Workdays []hours.Days // worked although they are weekends: as their weekday under hours, else as Monday
}

// Holiday tells whether the day of t is one.
func (c Calendar) Holiday(t time.Time) bool {
	day := t.In(c.Zone).Format(hours.DayForm)
	return hours.Among(c.Holidays, day) && !hours.Among(c.Workdays, day)
}

// Open tells whether people work at t. The wall clock counts: on the day that a
// clock is put forward, hours that do not exist are not worked, and on the day it
// is put back those that come twice are worked twice. Without hours they always do.
func (c Calendar) Open(t time.Time) bool {
	t = t.In(c.Zone)
	day := t.Format(hours.DayForm)
	spans := c.Hours[t.Weekday()]
	switch {
	case hours.Among(c.Workdays, day):
		if len(spans) == 0 {
			spans = c.Hours[time.Monday]
		}
	case hours.Among(c.Holidays, day):
		return false
	}
	if c.Hours.None() {
		return true
	}
	return hours.Within(spans, t)
}
