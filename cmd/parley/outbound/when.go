package outbound

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/store"
)

// schedule moves each candidate to the time to call them, by the hours of the law, those
// of the campaign, what they answered before and how busy the hour is. chosen counts
// by which rule, when a model chose.
func (r *run) schedule(ctx context.Context, now time.Time, all []campaign.Candidate) (chosen timing.Coverage) {
	model, learnt := r.cfg.Clock.Model()
	known, past := r.sketch(ctx, now, all, learnt)
	chosen = timing.Coverage{}
	for i, k := range all {
		t := r.timesOf(now, k, known[k.Person], past[k.Person])
		if learnt {
			t.Model, t.Room = model, r.agenda.room
		}
		next, choice := campaign.Schedule(now, r.c, k, t)
		if all[i] = next; next.State.Over() {
			continue
		}
		r.agenda.take(next.Due)
		if learnt {
			chosen[choice.Verdict]++
		}
	}
	return chosen
}

// timesOf is what Schedule knows of one candidate.
func (r *run) timesOf(now time.Time, k campaign.Candidate, s store.Sketch, past []timing.Attempt) campaign.Times {
	t := campaign.Times{Person: person(k)}
	if s.ID == "" { // erased or merged since, or not to be read now
		return t
	}
	p := personOf(s, now)
	p.Where, p.Attempts = t.Person.Where, past
	t.Person = p
	where, rules, zones := permit.Where(now, permit.Request{Number: k.Number, Purpose: r.c.Purpose}, s.Profile, r.policy)
	if rules == nil && zones == nil { // else permit tells why not
		t.Where = where
	}
	return t
}

// sketch reads what is known of candidates. Without it they keep to the campaign's hours.
func (r *run) sketch(ctx context.Context, now time.Time, all []campaign.Candidate, learnt bool) (map[string]store.Sketch, map[string][]timing.Attempt) {
	ids := make([]string, len(all))
	for i, k := range all {
		ids[i] = k.Person
	}
	known, err := r.cfg.Store.Known(ctx, ids...)
	var calls []store.Dialled
	if err == nil && learnt {
		calls, err = r.cfg.Store.DialledTo(ctx, now.Add(-learnFrom), ids...)
	}
	if err != nil {
		r.log.Warn("what is known of people cannot be read; they are called in the campaign's hours", "people", len(ids), "error", err)
	}
	return known, attempts(calls)
}

// agenda spreads calls over the hours: how many people are due in each, and what
// other work the agents had in the same hour of the week; and by which rule
// attempts chose.
type agenda struct {
	mu       sync.Mutex
	taken    map[int64]int // by hours since 1970
	staff    map[int]staff // by timing.Hour
	most     float64       // calls an hour, by the pacing
	queue    bool          // agents take the calls
	answered float64       // share of the calls
	zone     *time.Location
	chosen   chosen
}

// staff is agents as they were seen in an hour of the week, once a minute.
type staff struct {
	Seen int `json:"seen"`
	At   int `json:"at"`   // logged in, of all times seen
	Busy int `json:"busy"` // with other calls than the campaign's
}

// aMinute is what a call takes with its ringing, before any was measured.
const aMinute = 60

func newAgenda(c *campaign.Campaign, m memory) *agenda {
	g := &agenda{taken: map[int64]int{}, staff: map[int]staff{}, queue: c.Line.Queue != "", zone: c.When.Zone, answered: 0.35}
	g.most = 3600 * min(cmp.Or(c.Pacing.PerSecond, 10), float64(cmp.Or(c.Pacing.Concurrent, 100))/aMinute)
	for h, s := range m.Staff {
		g.staff[h] = s
	}
	called, answered := 0, 0
	for _, t := range m.Tallies {
		called, answered = called+t.Called, answered+t.Answered
	}
	if called >= 100 {
		g.answered = max(0.05, float64(answered)/float64(called))
	}
	return g
}

func (g *agenda) take(at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.taken[at.Unix()/3600]++
}

// saw notes the agents of the queue.
func (g *agenda) saw(now time.Time, at, busy int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h := int(timing.HourOf(now, g.zone))
	s := g.staff[h]
	if s.Seen >= 4*60 { // four weeks of one hour count half from then on
		s = staff{s.Seen / 2, s.At / 2, s.Busy / 2}
	}
	g.staff[h] = staff{s.Seen + 1, s.At + at, s.Busy + busy}
}

func (g *agenda) seen() map[int]staff {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make(map[int]staff, len(g.staff))
	for h, s := range g.staff {
		out[h] = s
	}
	return out
}

// room is the share of an hour that is free: of its calls, and of its agents. Calls
// crowd an hour once it is half full: before that a later hour is no better. It is
// never 0: a full hour is the last choice, and no reason to give somebody up.
func (g *agenda) room(at time.Time) float64 {
	const least = 0.01
	g.mu.Lock()
	defer g.mu.Unlock()
	most, free := g.most, 1.0
	if s := g.staff[int(timing.HourOf(at, g.zone))]; g.queue && s.Seen > 0 {
		if s.At == 0 {
			return least
		}
		most = min(most, float64(s.At)/float64(s.Seen)*3600/100/g.answered)
		free = 1 - float64(s.Busy)/float64(s.At)
	}
	return max(least, free*min(1, 2-2*float64(g.taken[at.Unix()/3600])/max(1, most)))
}

// chosen counts the choices of attempts, which do not own the memory.
type chosen struct {
	mu sync.Mutex
	by timing.Coverage
}

func (c *chosen) add(some timing.Coverage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = timing.Coverage{}
	}
	for v, n := range some {
		c.by[v] += n
	}
}

// taken gives what was counted since it was asked last.
func (c *chosen) taken() (all timing.Coverage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all, c.by = c.by, nil
	return all
}
