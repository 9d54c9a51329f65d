package campaign

import (
	"cmp"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/campaign/timing"
)

// Reserve is the candidate after its attempt was reserved, Dial after its INVITE was
// allowed to leave. Write them in the transactions that do it.
func (k Candidate) Reserve() Candidate {
	k.State = Reserved
	k.Tries++
	return k
}

// Dial see Reserve.
func (k Candidate) Dial(now time.Time) Candidate {
	k.State = Dialling
	k.Last.At = now
	return k
}

// Next is a candidate after an attempt came to an end, and what is to be done for
// the person. k is as it was when the attempt was reserved or dialled: its Tries
// counts the attempt. The same arguments give the same answer.
func Next(now time.Time, c *Campaign, k Candidate, r Result) (Candidate, []Follow) {
	id := AttemptID(c.ID, k.Person, k.Tries)
	if !r.At.IsZero() {
		k.Last.At = r.At
	}
	k.Last.Slot = ""
	switch {
	case r.Fate == Released:
		k.Last.Void++
		return k.again(c, now, Again{}, "the attempt was given back"), nil
	case r.Fate == Unknown:
		return k.end(Stopped, "nobody knows what became of the attempt"), nil
	}
	if k.Last.Status == r.Status {
		k.Last.Row++
	} else {
		k.Last.Status, k.Last.Row = r.Status, 1
	}
	k.Last.Outcome = r.Outcome
	if !r.Status.Answerer() || r.Status == pickup.Machine {
		return c.unreached(now, k, r, id)
	}
	return c.reached(now, k, r, id)
}

// unreached goes by the rule of the status.
func (c *Campaign) unreached(now time.Time, k Candidate, r Result, id string) (Candidate, []Follow) {
	rule, known := c.Retry.Rules[r.Status]
	if !known {
		rule = Again{Never: true}
	}
	var all []Follow
	if rule.Mark {
		all = append(all, Follow{ID: id + "/" + string(MarkNumber), Campaign: c.ID, Person: k.Person, Number: k.Number.Text,
			Do: MarkNumber, Note: string(r.Status), At: now})
	}
	switch {
	case rule.Never:
		return k.end(Stopped, "not called again after "+string(r.Status)), all
	case rule.Tries > 0 && k.Last.Row >= rule.Tries:
		return k.end(Stopped, "as often as allowed: "+string(r.Status)), all
	}
	if r.Status == pickup.Refused {
		k.Priority = min(k.Priority, Low)
	}
	return k.again(c, now, rule, string(r.Status)), all
}

// reached goes by the script's outcome. One conversation is the end of a person's
// campaign, unless they asked to be called later; what follows is a matter of its own.
func (c *Campaign) reached(now time.Time, k Candidate, r Result, id string) (Candidate, []Follow) {
	switch r.Wish {
	case Never:
		return k.end(Stopped, "never again"), nil
	case Complains:
		return k.end(Stopped, "complained"), nil
	}
	i := slices.IndexFunc(c.FollowUps, func(f FollowUp) bool { return f.Outcome == r.Outcome })
	if i < 0 {
		return k.end(Done, cmp.Or(r.Outcome, "spoken to")), nil
	}
	f := c.FollowUps[i]
	switch f.Meaning {
	case Later:
		return k.again(c, now, Again{After: f.After, Slot: AnySlot}, r.Outcome), nil
	case Refusal:
		k.Priority = min(k.Priority, Low)
	}
	k = k.end(Done, r.Outcome)
	if f.Do == "" {
		return k, nil
	}
	return k, []Follow{c.follow(now, k, f, id)}
}

func (c *Campaign) follow(now time.Time, k Candidate, f FollowUp, id string) Follow {
	out := Follow{ID: id + "/" + string(f.Do), Campaign: c.ID, Purpose: c.Purpose, Person: k.Person, Number: k.Number.Text,
		Do: f.Do, Queue: f.Queue, Channel: f.Channel, Template: f.Template, Note: f.Outcome, At: now.Add(f.After)}
	if f.Within > 0 {
		out.Promised = out.At.Add(f.Within)
	}
	return out
}

// again lets a candidate wait, unless its tries or its time are over.
func (k Candidate) again(c *Campaign, now time.Time, rule Again, why string) Candidate {
	k.Due = now.Add(rule.After)
	if rule.Slot == NextDay {
		for _, name := range k.Zones { // the last of the next days: nowhere it is the same day still
			if where, err := zone(name); err == nil {
				if day := timing.StartOfDay(now, 1, where); day.After(k.Due) {
					k.Due = day
				}
			}
		}
	}
	switch {
	case k.Tries-k.Last.Void >= c.Retry.Tries:
		return k.end(Stopped, "tried as often as the campaign allows")
	case !k.Due.Before(k.Deadline):
		return k.end(Stopped, "no time is left before the deadline")
	}
	k.State, k.Last.Why, k.Last.Slot = Waiting, why, rule.Slot
	return k
}

func (k Candidate) end(s State, why string) Candidate {
	k.State, k.Last.Why = s, why
	return k
}
