// Package timing decides when to call a person: how likely they are to answer
// in each hour of their week, which hour to take before a deadline, and which
// days and signals ask for a call at all. It is pure: persons, the time and what
// is allowed come in. Caps, consent and hours of the law are decided elsewhere.
package timing

import (
	"slices"
	"time"
)

// Hours is how many hours a week has.
const Hours = 7 * 24

// Hour is an hour of the week in a person's own time: 0 is Monday from 00:00 to
// 01:00, 167 Sunday's last.
type Hour int

// HourOf is the hour of the week at t where the person is. An hour that a change
// of the clocks repeats is the same hour twice; one that it skips does not come.
func HourOf(t time.Time, where *time.Location) Hour {
	t = t.In(where)
	return Hour((int(t.Weekday())+6)%7*24 + t.Hour())
}

// Day is 0 for Monday, 6 for Sunday.
func (h Hour) Day() int { return int(h) / 24 }

// Clock is the hour of the day.
func (h Hour) Clock() int { return int(h) % 24 }

// Weekend tells Saturday and Sunday.
func (h Hour) Weekend() bool { return h.Day() >= 5 }

// Part is the part of the week: hours that are alike enough to be counted
// together for one person, who is not called often enough to fill 168.
func (h Hour) Part() int {
	if h.Weekend() {
		return 6 + h.Clock()/4
	}
	return h.Clock() / 4
}

// Person is one person as far as the time to call them goes.
type Person struct {
	ID       string
	Segment  string
	Where    *time.Location
	Channel  string // preferred: phone, sms, email; empty when not known
	Prefers  string // hours that the person named: morning, afternoon, evening; or empty
	Attempts []Attempt
}

// Attempt is one call that was placed to a person, the oldest first in a Person.
type Attempt struct {
	At       time.Time
	Answered bool
}

// before is the attempts made before t: all that may be known at t.
func (p Person) before(t time.Time) []Attempt {
	n, _ := slices.BinarySearchFunc(p.Attempts, t, func(a Attempt, t time.Time) int { return a.At.Compare(t) })
	return p.Attempts[:n]
}

// Wanted tells whether an hour is one of those that the person named. stated is
// false when none were.
func (p Person) Wanted(h Hour) (wanted, stated bool) {
	switch c := h.Clock(); p.Prefers {
	case "morning":
		return 8 <= c && c < 12, true
	case "afternoon":
		return 12 <= c && c < 18, true
	case "evening":
		return 18 <= c && c < 22, true
	}
	return false, false
}
