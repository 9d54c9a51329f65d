package permit

import (
	"fmt"
	"slices"
	"time"
)

// frequency counts attempts. A grant lifts every cap by one, for one attempt; two
// grants do not lift it by two.
func frequency(d *Decision, now time.Time, f Facts, p Policy) {
	var person, number []time.Time
	for _, a := range f.Attempts {
		person = append(person, a.At)
		if a.SameNumber {
			number = append(number, a.At)
		}
	}
	slices.SortFunc(person, time.Time.Compare)
	slices.SortFunc(number, time.Time.Compare)
	caps := []window{
		{PersonDay, "the person", person, p.Person.Day, Day},
		{PersonWeek, "the person", person, p.Person.Week, Week},
		{NumberDay, "the number", number, p.Number.Day, Day},
		{NumberWeek, "the number", number, p.Number.Week, Week},
	}
	grant, full := usable(now, f.Grants), false
	for _, w := range caps {
		if n := len(w.within(now)); n >= w.most {
			full = true
			if n > w.most || w.most == 0 {
				grant = ""
			}
		}
	}
	if !full {
		return
	}
	if grant != "" {
		d.Grant = grant
		return
	}
	for _, w := range caps {
		in := w.within(now)
		if n := len(in); n >= w.most {
			var until time.Time // a cap of 0 never ends
			if w.most > 0 {
				until = in[n-w.most].Add(w.length)
			}
			d.against(w.code, until, fmt.Sprintf("%s had %d of %d attempts in %d hours", w.whom, n, w.most, int(w.length.Hours())))
		}
	}
}

// window is one cap. at are the attempts, the oldest first.
type window struct {
	code   Code
	whom   string
	at     []time.Time
	most   int
	length time.Duration
}

// within are the attempts that still count at now: those after now - length, and
// those that another clock put later than now.
func (w window) within(now time.Time) []time.Time {
	i, _ := slices.BinarySearchFunc(w.at, now.Add(-w.length), func(at, edge time.Time) int {
		if at.After(edge) {
			return 1
		}
		return -1
	})
	return w.at[i:]
}

// usable is a grant that is neither used nor over, the one that ends first.
func usable(now time.Time, all []Grant) string {
	var best Grant
	for _, g := range all {
		if !g.Used && !g.At.After(now) && now.Before(g.Ends) && (best.ID == "" || g.Ends.Before(best.Ends)) {
			best = g
		}
	}
	return best.ID
}
