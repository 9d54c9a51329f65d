package calendar

import (
	"slices"
	"time"
)

// horizon is how many days ahead Next looks.
const horizon = 60

// When is where a call goes to: the zones that the person may be in, one at least,
// and the rules that bind. People may be called when every rule allows it in
// every zone.
type When struct {
	Zones     []*time.Location
	Rules     []Rule
	Marketing bool
}

// At tells whether people may be called at t; of several reasons the first rule's
// in the first zone that shuts.
func (w When) At(t time.Time) (why Shut, rule Rule, zone *time.Location) {
	for _, zone := range w.Zones {
		local := t.In(zone)
		for _, rule := range w.Rules {
			if why := rule.At(local, w.Marketing); why != Open {
				return why, rule, zone
			}
		}
	}
	return Open, Rule{}, nil
}

func (w When) open(t time.Time) bool {
	why, _, _ := w.At(t)
	return why == Open
}

// Next is the first moment from t on when people may be called, or the zero time
// when there is none within 60 days. It is exact to the second: what opens, opens
// where some zone's hours begin, or where a clock is put forward or back.
func (w When) Next(t time.Time) time.Time {
	if w.open(t) {
		return t
	}
	for day := range horizon {
		var begins []time.Time
		for _, zone := range w.Zones {
			local := t.In(zone)
			begins = append(begins, w.begins(local.Year(), local.Month(), local.Day()+day, zone)...)
		}
		slices.SortFunc(begins, time.Time.Compare)
		for _, at := range begins {
			if at.After(t) && w.open(at) {
				return at
			}
		}
	}
	return time.Time{}
}

// begins are the moments of a day at which hours may begin in a zone.
func (w When) begins(y int, m time.Month, d int, zone *time.Location) (all []time.Time) {
	midnight := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for _, r := range w.Rules {
		spans := r.Hours[midnight.Weekday()]
		if len(spans) == 0 {
			spans = r.Hours[time.Monday] // for a day worked in a holiday's stead
		}
		for _, s := range spans {
			at := time.Date(y, m, d, 0, 0, s.From, 0, zone)
			// An hour that comes twice begins twice; Lord Howe's is half a one.
			all = append(all, at.Add(-time.Hour), at.Add(-30*time.Minute), at, at.Add(30*time.Minute), at.Add(time.Hour))
		}
	}
	// Where the clock jumps over the beginning, hours begin with the jump.
	if _, jump := midnight.Add(-time.Hour).ZoneBounds(); !jump.IsZero() && jump.Before(midnight.Add(26*time.Hour)) {
		all = append(all, jump)
	}
	return all
}
