package store

import (
	"fmt"
	"sort"
	"time"
)

// Grain is how long a period is.
type Grain string

// The grains.
const (
	Day     Grain = "day"
	Week    Grain = "week" // ISO 8601, from Monday
	Month   Grain = "month"
	Quarter Grain = "quarter"
)

// Period is a day, a week, a month or a quarter of the site's zone.
type Period struct {
	Grain  Grain     `json:"grain"`
	Name   string    `json:"name"` // 2026-11-22, 2026-W47, 2026-11, 2026-Q4
	Starts time.Time `json:"starts"`
	Ends   time.Time `json:"ends"` // the first moment after it
}

// The years that reports know.
const (
	FirstYear = 2025
	LastYear  = 2050
)

// periodsIn are all periods of FirstYear to LastYear. A day begins with its first
// moment on the zone's clock, wherever that is put forward or back: such a day has
// 23 or 25 hours, and no moment lies in two or in none.
func periodsIn(zone *time.Location) (all []Period) {
	var open [4]*Period
	for d := time.Date(FirstYear, 1, 1, 12, 0, 0, 0, time.UTC); d.Year() <= LastYear; d = d.AddDate(0, 0, 1) {
		starts := dayBegins(d, zone)
		for i, grain := range []Grain{Day, Week, Month, Quarter} {
			name := grain.Name(d)
			if p := open[i]; p != nil {
				if p.Name == name {
					continue
				}
				p.Ends = starts
				all = append(all, *p)
			}
			open[i] = &Period{Grain: grain, Name: name, Starts: starts}
		}
	}
	end := dayBegins(time.Date(LastYear+1, 1, 1, 12, 0, 0, 0, time.UTC), zone)
	for _, p := range open {
		p.Ends = end
		all = append(all, *p)
	}
	return all
}

// Name is the name of the period that a date (of t's own zone) lies in.
func (g Grain) Name(t time.Time) string {
	switch g {
	case Week:
		year, week := t.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case Month:
		return t.Format("2006-01")
	case Quarter:
		return fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3)
	}
	return t.Format(time.DateOnly)
}

// dayBegins is the first moment of a date. Midnight itself may be skipped or come
// twice, and time.Date does not say which it gives.
func dayBegins(date time.Time, zone *time.Location) time.Time {
	y, m, d := date.Date()
	const around = 4 * 3600
	from := time.Date(y, m, d, 0, 0, 0, 0, zone).Add(-around * time.Second)
	n := sort.Search(2*around, func(s int) bool {
		ly, lm, ld := from.Add(time.Duration(s) * time.Second).Date()
		return ly > y || ly == y && (lm > m || lm == m && ld >= d)
	})
	return from.Add(time.Duration(n) * time.Second)
}
