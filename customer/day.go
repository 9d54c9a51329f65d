package customer

import "time"

// Days is how many days of the calendar in now's zone lie between t and now: 0 is
// today, 1 is yesterday, negative is to come. It does not count hours: a day in
// which clocks change is a day.
func Days(t, now time.Time) int { return DayNumber(now, now.Location()) - DayNumber(t, now.Location()) }

// DayNumber counts the days of a zone's calendar from 1970-01-01.
func DayNumber(t time.Time, zone *time.Location) int {
	_, offset := t.In(zone).Zone()
	seconds := t.Unix() + int64(offset)
	day := seconds / 86400
	if seconds%86400 < 0 {
		day--
	}
	return int(day)
}

// MonthsBefore is now, n months of the calendar earlier; a day that the month does
// not have is its last.
func MonthsBefore(now time.Time, n int) time.Time {
	y, m, d := now.Date()
	first := time.Date(y, m-time.Month(n), 1, now.Hour(), now.Minute(), now.Second(), now.Nanosecond(), now.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d, last)-1)
}

// EndOfDay is the last instant of t's day in t's zone: as of a day is as of then.
func EndOfDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, t.Location()).Add(-1)
}
