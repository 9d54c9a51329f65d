package campaign

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/dialog/vocab/hours"
)

// Room is what there is room for now.
type Room struct {
	Calls   int // as pacing.Pacer.Dial allows, or what is left of a day's
	Health  Health
	Agents  Agents
	Tallies []experiment.Tally // for a bandit
	Seed    uint64             // of a bandit's dice
}

// Agents is the load of the queue that a campaign hands callers to.
type Agents struct {
	Staffed int // agents who are logged in, at work or free
	Waiting int // callers who wait for them
}

// Plan chooses the attempts to place now among candidates that are due, at most
// Room.Calls of them: the higher priority first, then the higher score, the nearer
// deadline, and who waits longest. It leaves out who is not due, out of time, out
// of the pilot, out of the campaign's hours or without a wording or number to
// call with. permit decides on each of them after this. Who is due outside the hours
// is to be scheduled again: see Schedule.
func Plan(now time.Time, c *Campaign, r Room, due []Candidate) []Attempt {
	n := r.open(c)
	if n <= 0 || now.Before(c.When.Start) || !now.Before(c.When.Deadline) {
		return nil
	}
	ready := slices.DeleteFunc(slices.Clone(due), func(k Candidate) bool { return !c.ready(now, k) })
	slices.SortStableFunc(ready, Order)
	numbers := callers{left: slices.Clone(r.Health.Callers)}
	var all []Attempt
	for _, k := range ready {
		if len(all) == n {
			break
		}
		v, ok := c.wording(k, r)
		caller := numbers.pick(c.ID, k.Person)
		if !ok || caller == "" {
			continue
		}
		k.Variant = v.Name
		all = append(all, Attempt{ID: AttemptID(c.ID, k.Person, k.Tries+1), Candidate: k, Variant: v,
			Trunk: c.Line.Trunk, Caller: caller, Purpose: c.Purpose, Ring: c.Line.Ring})
	}
	return all
}

// open is how many calls may be placed: health and the agents' load narrow what
// pacing allows.
func (r Room) open(c *Campaign) int {
	switch {
	case r.Health.Act == Trial:
		return min(r.Calls, 1)
	case r.Health.Act != Run:
		return 0
	case c.Line.Queue != "" && r.Agents.Waiting > 0 && r.Agents.Waiting >= r.Agents.Staffed*c.Line.Waiting:
		return 0
	}
	return r.Calls
}

// Order is the order in which candidates are called.
func Order(a, b Candidate) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(b.Score, a.Score), a.Deadline.Compare(b.Deadline),
		a.Due.Compare(b.Due), cmp.Compare(a.Person, b.Person))
}

// ready tells whether a candidate may be tried now, as far as the campaign goes.
func (c *Campaign) ready(now time.Time, k Candidate) bool {
	return (k.State == Pending || k.State == Waiting) && !now.Before(k.Due) && now.Before(k.Deadline) &&
		k.Tries-k.Last.Void < c.Retry.Tries && c.InPilot(k.Person) && c.Open(now, k.Zones)
}

// InPilot tells whether a person is in the share of people that the campaign calls.
// A larger share holds everybody of a smaller one.
func (c *Campaign) InPilot(person string) bool {
	h := fnv.New64a()
	fmt.Fprintf(h, "pilot\x00%s\x00%s", c.ID, person)
	x := h.Sum64()
	x ^= x >> 33 // FNV alone leaves the high bits of short texts alike (the finaliser of MurmurHash3)
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return float64(x>>11)/(1<<53) < c.Who.Pilot
}

// Open tells whether t is in the campaign's own hours in each of the zones where a
// person may be. Who is nowhere is called at no hour.
func (c *Campaign) Open(t time.Time, zones []string) bool {
	if c.When.Hours.None() {
		return true
	}
	for _, name := range zones {
		where, err := zone(name)
		if err != nil {
			return false
		}
		local := t.In(where)
		if !hours.Within(c.When.Hours[local.Weekday()], local) {
			return false
		}
	}
	return len(zones) > 0
}

// wording is a candidate's variant: the one they had, as long as it may be spoken,
// else one that is given by the experiment.
func (c *Campaign) wording(k Candidate, r Room) (experiment.Variant, bool) {
	for _, v := range r.Health.Variants {
		if v.Name == k.Variant {
			return v, true
		}
	}
	if c.Wording.Allocation != experiment.Bandit {
		return experiment.Assign(c.Wording.Name, k.Person, r.Health.Variants)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(k.Person))
	dice := rand.New(rand.NewPCG(r.Seed, h.Sum64()))
	return experiment.Thompson(dice, r.Health.Variants, r.Tallies, c.Wording.Metric)
}

// callers gives each person the number they saw before, as long as it is shown.
type callers struct{ left []string }

func (s callers) pick(campaign, person string) string {
	among := make([]experiment.Variant, len(s.left))
	for i, n := range s.left {
		among[i] = experiment.Variant{Name: n, Weight: 1}
	}
	v, _ := experiment.Assign("caller "+campaign, person, among)
	return v.Name
}
