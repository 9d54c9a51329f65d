package sim

import (
	"container/heap"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/pacing"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/campaign/timing"
)

// wrapUp is how long an agent needs after a call.
const wrapUp = 15 * time.Second

type eventKind uint8

const (
	tick   eventKind = iota
	due              // a person may be called
	opens            // the campaign's window, to a person
	shuts            // likewise
	refill           // who is in it is taken up
	answer
	giveUp // who answered waited too long for an agent
	end    // of a call
	free   // an agent is
)

type event struct {
	at     time.Time
	seq    int // of two at once the earlier goes first
	kind   eventKind
	person *person
	call   *phone
	stay   *Stay
	agent  int
}

// clock is the events to come.
type clock struct {
	all []event
	seq int
}

func (c *clock) Len() int { return len(c.all) }
func (c *clock) Less(i, j int) bool {
	if !c.all[i].at.Equal(c.all[j].at) {
		return c.all[i].at.Before(c.all[j].at)
	}
	return c.all[i].seq < c.all[j].seq
}
func (c *clock) Swap(i, j int) { c.all[i], c.all[j] = c.all[j], c.all[i] }
func (c *clock) Push(x any)    { c.all = append(c.all, x.(event)) }
func (c *clock) Pop() any {
	e := c.all[len(c.all)-1]
	c.all = c.all[:len(c.all)-1]
	return e
}

func (w *world) at(t time.Time, e event) {
	w.queue.seq++
	e.at, e.seq = t, w.queue.seq
	heap.Push(&w.queue, e)
}

// none is the agent of a call that has none.
const none = -1

// phone is one call.
type phone struct {
	person   *person
	stay     *Stay // in the window; nil without one
	began    time.Time
	caller   string
	drawn    drawn
	answered time.Time
	agent    int
	waits    bool
	lost     bool // abandoned
}

// line is the agents and the calls.
type line struct {
	agents  []time.Time // since when each is at work; zero: ready
	live    []*phone
	waiting []*phone
}

func newLine(agents int) *line { return &line{agents: make([]time.Time, agents)} }

// state is what pacing is told.
func (l *line) state(now time.Time, asked int) pacing.State {
	s := pacing.State{Calls: len(l.live), Asked: asked}
	for _, since := range l.agents {
		if since.IsZero() {
			s.Ready++
		} else {
			s.Working = append(s.Working, now.Sub(since))
		}
	}
	for _, c := range l.live {
		if c.answered.IsZero() {
			s.Ringing = append(s.Ringing, now.Sub(c.began))
		}
	}
	return s
}

func (l *line) ready() int { return slices.IndexFunc(l.agents, time.Time.IsZero) }

// agents tells that agents take the calls, and no script.
func (w *world) agents() bool {
	m := w.cfg.Campaign.Pacing.Mode
	return m != "" && m != pacing.Agentless
}

func (w *world) answered(c *phone) {
	c.answered = w.now
	w.book.callers[c.caller].Answered++
	if c.drawn.result.Status == pickup.Machine {
		w.today.Machines++
		w.at(w.now.Add(c.drawn.talks), event{kind: end, call: c})
		return
	}
	w.today.People++
	w.book.pacer.Habits.Answered(w.now.Sub(c.began))
	w.book.pacer.Ledger.Add(w.now, pacing.Count{Answered: 1})
	if !w.agents() {
		w.at(w.now.Add(c.drawn.talks), event{kind: end, call: c})
		return
	}
	if i := w.line.ready(); i >= 0 {
		w.join(c, i)
		return
	}
	c.waits = true
	w.line.waiting = append(w.line.waiting, c)
	w.at(w.now.Add(grace), event{kind: giveUp, call: c})
}

func (w *world) join(c *phone, agent int) {
	c.agent, c.waits = agent, false
	w.line.agents[agent] = w.now
	w.at(w.now.Add(c.drawn.talks), event{kind: end, call: c})
}

// abandon ends a call that no agent took in time; the script takes the share that
// the campaign allows.
func (w *world) abandon(c *phone) {
	if !c.waits {
		return
	}
	c.waits = false
	w.line.waiting = slices.DeleteFunc(w.line.waiting, func(o *phone) bool { return o == c })
	w.book.pacer.Ledger.Add(w.now, pacing.Count{Abandoned: 1})
	w.today.Abandoned++
	if w.cfg.Campaign.Pacing.Overflow > 0 {
		w.today.Overflow++
		w.at(w.now.Add(c.drawn.talks), event{kind: end, call: c})
		return
	}
	c.lost, c.drawn.talks = true, 0
	c.drawn.result.Outcome, c.drawn.result.Wish = "", campaign.NoWish
	w.over(c)
}

func (w *world) freed(agent int) {
	w.book.pacer.Habits.Served(w.now.Sub(w.line.agents[agent]))
	w.line.agents[agent] = time.Time{}
	if len(w.line.waiting) > 0 {
		c := w.line.waiting[0]
		w.line.waiting = w.line.waiting[1:]
		w.join(c, agent)
	}
}

// over ends a call and asks what follows.
func (w *world) over(c *phone) {
	cfg, p, r := w.cfg.Campaign, c.person, c.drawn.result
	w.line.live = slices.DeleteFunc(w.line.live, func(o *phone) bool { return o == c })
	if c.agent != none {
		w.at(w.now.Add(wrapUp), event{kind: free, agent: c.agent})
	}
	person := r.Status.Answerer() && r.Status != pickup.Machine
	if !person {
		w.book.pacer.Habits.Failed(w.now.Sub(c.began))
	}
	w.today.Talked += c.drawn.talks
	w.out.Statuses[r.Status]++
	w.book.breaker = w.book.breaker.Ended(campaign.Ending{Began: c.began, At: w.now, Failed: r.Failed()}, cfg.Guard.Breaker)
	if r.Status == pickup.Blocked {
		w.book.callers[c.caller].Blocked++
	}
	p.timing.Attempts = append(p.timing.Attempts, timing.Attempt{At: c.began, Answered: person})
	refused := w.wish(p, r)
	if person && !c.lost {
		if c.stay != nil {
			c.stay.Reached = true
		}
		w.out.Outcomes[r.Outcome]++
		w.book.reached.Trials++
		if r.Wish != campaign.NoWish {
			w.book.reached.Hits++
			w.today.Opted++
		}
	}
	w.check.ended(w.now, p, r, refused)
	var follow []campaign.Follow
	p.k, follow = campaign.Next(w.now, cfg, p.k, r)
	w.follow(follow)
	w.schedule(p)
}

// wish keeps what the person asked for, as the store does.
func (w *world) wish(p *person, r campaign.Result) (refused bool) {
	i := slices.IndexFunc(w.cfg.Campaign.FollowUps, func(f campaign.FollowUp) bool { return f.Outcome == r.Outcome })
	refused = i >= 0 && w.cfg.Campaign.FollowUps[i].Meaning == campaign.Refusal
	switch {
	case r.Wish == campaign.Never:
		p.facts.OptOuts = append(p.facts.OptOuts, permit.OptOut{Kind: permit.Never, Channel: permit.Every, At: w.now})
	case r.Wish == campaign.Complains:
		p.facts.Complaints = append(p.facts.Complaints, w.now)
	case refused:
		p.facts.OptOuts = append(p.facts.OptOuts, permit.OptOut{Kind: permit.Refusal, Channel: permit.Phone, At: w.now})
	}
	return refused
}
