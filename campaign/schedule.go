package campaign

import (
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/timing"
)

// Times is what Schedule knows of a candidate and of the times to call.
type Times struct {
	Person timing.Person
	Where  calendar.When           // hours of the law: see permit.Where
	Model  timing.Predictor        // nil: all hours are equally good
	Room   func(time.Time) float64 // share of the agents who are free then; nil: always 1
}

// ahead is how far slots are weighed: hours of a week come again.
const ahead = 7 * 24 * time.Hour

// Schedule moves a candidate's Due to the time to call them: from Due on when they
// are likely to answer then, else to the best allowed slot before the deadline, of
// the next seven days unless none of these is allowed. A retry that takes another
// slot avoids the part of the week in which the last call went unanswered, unless
// there is no other. Without any slot left the candidate is stopped.
func Schedule(now time.Time, c *Campaign, k Candidate, t Times) (Candidate, timing.Choice) {
	from := later(later(now, k.Due), c.When.Start)
	allowed := func(at time.Time) bool {
		why, _, _ := t.Where.At(at)
		return why == calendar.Open && c.Open(at, k.Zones)
	}
	other := func(at time.Time) bool {
		return timing.HourOf(at, t.Person.Where).Part() != timing.HourOf(k.Last.At, t.Person.Where).Part()
	}
	p := func(at time.Time) float64 {
		if t.Model == nil {
			return 1
		}
		return t.Model.P(t.Person, at)
	}
	choose := func(until time.Time, ok func(time.Time) bool) timing.Choice {
		return timing.Choose(from, until, t.Person, timing.Slots{P: p, Allowed: ok, Room: t.Room})
	}
	soon := k.Deadline
	if week := from.Add(ahead); week.Before(soon) {
		soon = week
	}
	var out timing.Choice
	if k.Last.Slot == OtherSlot {
		out = choose(soon, func(at time.Time) bool { return allowed(at) && other(at) })
	}
	for _, until := range []time.Time{soon, k.Deadline} {
		if out.At.IsZero() {
			out = choose(until, allowed)
		}
	}
	if out.At.IsZero() {
		return k.end(Stopped, out.Why), out
	}
	k.Due = out.At
	return k, out
}
