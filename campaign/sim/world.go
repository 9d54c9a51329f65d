package sim

import (
	"cmp"
	"container/heap"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/pacing"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/campaign/timing"
)

// grace is how long a person who answered may wait for an agent.
const grace = 2 * time.Second

// glance is how many candidates Plan is shown for each call that it may place.
const glance = 4

// world is the campaign and everybody in it, at w.now.
type world struct {
	cfg    Config
	dice   *rand.Rand
	people map[string]*person
	out    Report
	today  Day
	check  *checker

	now   time.Time
	queue clock
	ready []*person // due, in the order of campaign.Order
	line  *line
	book  *book
	gate  gate
}

// book is what decides.
type book struct {
	model    timing.Predictor
	pacer    *pacing.Pacer
	health   campaign.Health
	judged   time.Time
	reached  experiment.Arm
	breaker  campaign.Breaker
	callers  map[string]*campaign.CallerTally
	approved func(experiment.Variant) bool
	taken    map[int64]int // candidates who are to be called in an hour, by its number since 1970
}

// newWorld is one at the campaign's start, with people who were made up by the same dice.
func newWorld(cfg Config, dice *rand.Rand, all []*person) *world {
	c := cfg.Campaign
	w := &world{cfg: cfg, dice: dice, people: map[string]*person{}, check: newChecker(c, cfg.Policy), now: c.When.Start, line: newLine(cfg.Agents)}
	w.out = Report{Refused: map[permit.Code]int{}, Statuses: map[pickup.Status]int{}, Outcomes: map[string]int{}, Follows: map[campaign.Deed]int{},
		Ends: Ends{map[campaign.State]int{}, map[string]int{}}, Held: map[campaign.Code]int{}, Coverage: timing.Coverage{}}
	known := make([]timing.Person, len(all))
	for i, p := range all {
		known[i] = p.timing
	}
	w.book = &book{model: timing.FitLadder(known), pacer: pacing.New(c.Pacing), callers: map[string]*campaign.CallerTally{}, taken: map[int64]int{},
		approved: func(experiment.Variant) bool { return true }}
	for _, n := range c.Line.Callers {
		w.book.callers[n] = &campaign.CallerTally{Number: n}
	}
	for _, p := range all {
		w.people[p.k.Person] = p
		w.check.enter(p)
		if c.Who.Window != campaign.NoWindow {
			w.enrol(p)
			continue
		}
		w.schedule(p)
	}
	w.at(w.now, event{kind: tick})
	return w
}

// play goes on until a time.
func (w *world) play(until time.Time) {
	for len(w.queue.all) > 0 && w.queue.all[0].at.Before(until) {
		e := heap.Pop(&w.queue).(event)
		w.now = e.at
		w.step(e)
	}
	w.now = until
	for _, t := range w.book.callers {
		t.Today = 0
	}
}

func (w *world) step(e event) {
	switch e.kind {
	case tick:
		w.dial()
		w.at(w.next(), event{kind: tick})
	case due:
		w.due(e.person)
	case opens:
		w.opened(e.person, e.stay)
	case shuts:
		w.shut(e.person, e.stay)
	case refill:
		w.refill()
	case answer:
		w.answered(e.call)
	case giveUp:
		w.abandon(e.call)
	case end:
		w.over(e.call)
	case free:
		w.freed(e.agent)
	}
}

// due takes in a candidate who may be called now.
func (w *world) due(p *person) {
	if !p.k.Due.Equal(w.now) || p.k.State != campaign.Pending && p.k.State != campaign.Waiting {
		return // they were scheduled again since
	}
	if i, there := slices.BinarySearchFunc(w.ready, p, order); !there {
		w.ready = slices.Insert(w.ready, i, p)
	}
	if p.waits() {
		p.why(NoLine)
	}
}

func order(a, b *person) int { return campaign.Order(a.k, b.k) }

// next is when to look again: in a second, or when somebody is due, or when health is
// judged again, of a campaign to which nobody comes any more.
func (w *world) next() time.Time {
	if len(w.ready) > 0 || len(w.line.live) > 0 {
		return w.now.Add(time.Second)
	}
	if len(w.queue.all) == 0 {
		return w.now.Add(time.Minute)
	}
	at := w.queue.all[0].at
	if at.Before(w.now.Add(time.Second)) {
		return w.now.Add(time.Second)
	}
	return at
}

// schedule takes the time to call a candidate, and lets them wait for it.
func (w *world) schedule(p *person) {
	if p.k.State.Over() {
		return
	}
	c := w.cfg.Campaign
	where, rules, zones := permit.Where(w.now, permit.Request{Number: p.k.Number, Purpose: c.Purpose}, p.facts.Profile, w.cfg.Policy)
	if rules != nil || zones != nil {
		where.Rules, where.Zones = nil, []*time.Location{p.timing.Where} // permit tells why not
	}
	var choice timing.Choice
	p.k, choice = campaign.Schedule(w.now, c, p.k, campaign.Times{Person: p.timing, Where: where, Model: w.book.model, Room: w.room})
	w.out.Coverage[choice.Verdict]++
	if p.k.State.Over() && c.Who.Window != campaign.NoWindow {
		p.k.Last.Why = "no hour is left in the window" // each has a deadline of their own
		if p.waits() {
			p.why(NoHour)
		}
	}
	if !p.k.State.Over() {
		w.book.taken[p.k.Due.Unix()/3600]++
		w.at(p.k.Due, event{kind: due, person: p})
	}
}

// room is the share of an hour's calls that is not promised to anybody: so many as
// the lines take, and the agents, who are reached by a part of the calls.
func (w *world) room(at time.Time) float64 {
	p := w.cfg.Campaign.Pacing
	calls := 3600 * min(cmp.Or(p.PerSecond, 10), float64(cmp.Or(p.Concurrent, 100))/60)
	if w.agents() {
		calls = min(calls, float64(len(w.line.agents))*3600/100/w.cfg.Habits.Answer)
	}
	return max(0.01, 1-float64(w.book.taken[at.Unix()/3600])/calls)
}

// dial places the calls of this second.
func (w *world) dial() {
	c := w.cfg.Campaign
	w.judge()
	if w.held() || len(w.ready) == 0 {
		return
	}
	w.reopen()
	n, _ := w.book.pacer.Dial(w.now, w.line.state(w.now, len(w.ready)))
	n = min(n, len(w.ready))
	seen := min(len(w.ready), n*glance)
	few := make([]campaign.Candidate, seen)
	for i, p := range w.ready[:seen] {
		few[i] = p.k
	}
	room := campaign.Room{Calls: n, Health: w.book.health, Agents: campaign.Agents{Staffed: len(w.line.agents), Waiting: len(w.line.waiting)}}
	for _, a := range campaign.Plan(w.now, c, room, few) {
		w.attempt(a)
	}
}

// held tells that the campaign's health holds it back.
func (w *world) held() bool {
	return w.book.health.Act == campaign.Pause || w.book.health.Act == campaign.Stop
}

// reopen takes out who is due outside the hours, which may have ended meanwhile.
func (w *world) reopen() {
	w.ready = slices.DeleteFunc(w.ready, func(p *person) bool {
		if w.cfg.Campaign.Open(w.now, p.k.Zones) {
			return false
		}
		w.schedule(p)
		return true
	})
}

// judge looks at the campaign's health once a minute.
func (w *world) judge() {
	if b := w.book; b.judged.IsZero() || w.now.Sub(b.judged) >= time.Minute || b.health.Act == campaign.Trial || !b.breaker.Until.IsZero() {
		v := campaign.Vitals{Running: true, Approved: b.approved, Reached: b.reached, Breaker: b.breaker}
		for _, n := range w.cfg.Campaign.Line.Callers {
			v.Callers = append(v.Callers, *b.callers[n])
		}
		minute := b.judged.IsZero() || w.now.Sub(b.judged) >= time.Minute
		b.health = campaign.Judge(w.now, w.cfg.Campaign, v)
		for _, r := range b.health.Resting {
			if r.New {
				*b.callers[r.Number] = campaign.CallerTally{Number: r.Number, Rested: w.now}
			}
		}
		if minute {
			b.judged = w.now
			if b.health.Act != campaign.Run {
				for _, why := range b.health.Why {
					w.out.Held[why.Code]++
				}
			}
		}
	}
}

// attempt asks for a call and places it.
func (w *world) attempt(a campaign.Attempt) {
	c, p := w.cfg.Campaign, w.people[a.Candidate.Person]
	w.unready(p)
	w.out.Attempted++
	if w.close(p) {
		w.out.Refused[campaign.OutOfWindow]++
		return
	}
	d := permit.Decide(w.now, a.Request("simulation"), p.facts, w.cfg.Policy)
	if !d.Allowed {
		for _, r := range d.Reasons {
			w.out.Refused[r.Code]++
		}
		p.why(Cause(d.Reasons[0].Code))
		var follow []campaign.Follow
		p.k, follow = campaign.Denied(w.now, c, p.k, d)
		w.follow(follow)
		w.schedule(p)
		return
	}
	if c.Who.Window != campaign.NoWindow {
		w.check.window(w.now, a, p.last(w.now))
	}
	w.check.dialled(w.now, a, p.facts.Profile)
	p.k = a.Candidate.Reserve().Dial(w.now)
	p.facts.Attempts = append(p.facts.Attempts, permit.Past{At: w.now, SameNumber: true})
	w.book.breaker = w.book.breaker.Dialled(w.now, c.Guard.Breaker)
	t := w.book.callers[a.Caller]
	t.Today++
	t.Calls++
	w.today.Dialled++
	if p.stay != nil {
		p.why("")
		p.stay.Calls++
	}
	call := &phone{person: p, stay: p.stay, began: w.now, caller: a.Caller, drawn: w.draw(w.now, p, a.Ring), agent: none}
	w.line.live = append(w.line.live, call)
	kind := end
	if call.drawn.result.Status.Answerer() {
		kind = answer
	}
	w.at(w.now.Add(call.drawn.rings), event{kind: kind, call: call})
}

func (w *world) follow(all []campaign.Follow) {
	for _, f := range all {
		w.out.Follows[f.Do]++
	}
}
