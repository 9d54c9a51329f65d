package timing

import (
	"fmt"
	"time"
)

// Threshold is the probability above which nobody waits for a better hour.
const Threshold = 0.6

// quarter is how finely slots are looked at: allowed hours begin at quarters.
const quarter = 15 * time.Minute

// Slots is what is known of the times before a deadline. All but Room are
// required. They are asked about times in order.
type Slots struct {
	P       func(time.Time) float64 // answer probability
	Allowed func(time.Time) bool    // hours of the law, of the campaign, holidays
	Room    func(time.Time) float64 // share of the agents who are free then, 0 to 1; nil: always 1
}

// Verdict is which rule chose a slot.
type Verdict string

// The verdicts.
const (
	CallNow Verdict = "now"    // above the threshold, now
	Likely  Verdict = "likely" // the best slot before the deadline is above the threshold
	Best    Verdict = "best"   // none is above it: this one is the best
	NoSlot  Verdict = "none"   // no slot before the deadline is allowed and has room
)

// Choice is when to call a person.
type Choice struct {
	At      time.Time `json:"at,omitzero"` // zero for NoSlot
	P       float64   `json:"p"`
	Verdict Verdict   `json:"verdict"`
	Wanted  bool      `json:"wanted"` // at hours that the person named
	Why     string    `json:"why"`
}

// Choose gives the time to call a person from now to before the deadline: now,
// when they answer with more than Threshold; else the best slot, the earliest of
// those that are equally good. Slots are weighed by the room that the agents
// have, and what has none is no slot. When the person named hours and any of
// their slots is left, only those are looked at.
func Choose(now, deadline time.Time, p Person, s Slots) Choice {
	var asked, all, first Choice // of the named hours, of all, and now
	var most, mostAsked, rate float64
	known := Hour(-1)
	for t := now; t.Before(deadline); t = next(t, p.Where) {
		room := s.room(t)
		if room <= 0 {
			continue
		}
		h := HourOf(t, p.Where)
		if h != known {
			known, rate = h, s.P(t)
		}
		wanted, _ := p.Wanted(h)
		c := Choice{At: t.In(p.Where), P: rate, Wanted: wanted}
		if t.Equal(now) {
			first = c
		}
		if all.At.IsZero() || rate*room > most {
			most, all = rate*room, c
		}
		if wanted && (asked.At.IsZero() || rate*room > mostAsked) {
			mostAsked, asked = rate*room, c
		}
	}
	switch {
	case first.P > Threshold && (first.Wanted || asked.At.IsZero()):
		return first.judged(now)
	case !asked.At.IsZero():
		return asked.judged(now)
	case !all.At.IsZero():
		return all.judged(now)
	}
	return Choice{Verdict: NoSlot, Why: "no allowed slot with room before " + deadline.In(p.Where).Format("2006-01-02 15:04")}
}

// room is the share of agents who are free, 0 where no call is allowed.
func (s Slots) room(t time.Time) float64 {
	switch {
	case !s.Allowed(t):
		return 0
	case s.Room == nil:
		return 1
	}
	return s.Room(t)
}

func (c Choice) judged(now time.Time) Choice {
	at := c.At.Format("Mon 15:04")
	switch {
	case c.P <= Threshold:
		c.Verdict, c.Why = Best, fmt.Sprintf("%.0f %% at %s is the best before the deadline", 100*c.P, at)
	case c.At.Equal(now):
		c.Verdict, c.Why = CallNow, fmt.Sprintf("%.0f %% now", 100*c.P)
	default:
		c.Verdict, c.Why = Likely, fmt.Sprintf("%.0f %% at %s", 100*c.P, at)
	}
	return c
}

// next is the next quarter of an hour on the person's clock. Clocks differ from
// UTC by whole quarters wherever people have telephones, so quarters are the
// same everywhere.
func next(t time.Time, where *time.Location) time.Time {
	return t.Truncate(quarter).Add(quarter).In(where)
}

// Coverage counts choices: how far the rule reaches.
type Coverage map[Verdict]int

// Share is the part of all choices with one of these verdicts.
func (c Coverage) Share(verdicts ...Verdict) float64 {
	sum, all := 0, 0
	for _, n := range c {
		all += n
	}
	for _, v := range verdicts {
		sum += c[v]
	}
	return float64(sum) / float64(max(1, all))
}

// Above is the share of people who are called above the threshold.
func (c Coverage) Above() float64 { return c.Share(CallNow, Likely) }
