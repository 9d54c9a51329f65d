package campaign

import (
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
)

// byTheSite are refusals that a file or a field mends: they are asked for again the
// next day.
var byTheSite = []permit.Code{permit.UnknownYear, permit.NoRules, permit.NoZone}

// Until is when to ask again after permit refused; never is the reason that has no
// end, if there is one.
func Until(now time.Time, d permit.Decision) (until time.Time, never permit.Code) {
	until = d.Until
	for _, r := range d.Reasons {
		switch {
		case !r.Until.IsZero():
			until = later(until, r.Until)
		case slices.Contains(byTheSite, r.Code):
			until = later(until, now.Add(permit.Day))
		case never == "":
			never = r.Code
		}
	}
	return later(until, now.Add(time.Minute)), never
}

// Denied is a candidate whom permit refused, and what is done in its stead: it waits
// until the last reason ends, or is stopped when one has no end or none before the
// deadline. Who prefers another channel is written to on that one, which permit is
// asked about in its turn.
func Denied(now time.Time, c *Campaign, k Candidate, d permit.Decision) (Candidate, []Follow) {
	if len(d.Reasons) == 0 {
		return k, nil
	}
	due, stopped := Until(now, d)
	k.Due, k.Last.Why = due, string(d.Reasons[0].Code)
	switch {
	case stopped == permit.OtherChannel && len(d.Suggest) > 0:
		f := FollowUp{Outcome: string(stopped), Do: Promotion, Channel: d.Suggest[0]}
		return k.end(Stopped, string(stopped)), []Follow{c.follow(now, k, f, AttemptID(c.ID, k.Person, k.Tries+1))}
	case stopped != "":
		return k.end(Stopped, string(stopped)), nil
	case !due.Before(k.Deadline):
		return k.end(Stopped, k.Last.Why+" until after the deadline"), nil
	}
	if k.State = Waiting; k.Tries == 0 {
		k.State = Pending
	}
	return k, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
