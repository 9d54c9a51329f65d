package outbound

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/pacing"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/store"
)

// run is one campaign that runs. One goroutine, loop, owns it; attempts report to
// its inbox (ends).
type run struct {
	cfg    *Config
	c      *campaign.Campaign
	policy permit.Policy
	log    *slog.Logger

	pace   pace
	mem    memory
	supply supply
	live   map[string]*attempt // by call id
	halt   halt

	agenda *agenda

	ends  ends
	shown atomic.Pointer[Live]
}

// pace is what the loop places calls by.
type pace struct {
	*pacing.Pacer
	judging
	why    string    // what holds back more calls
	idle   time.Time // when it was last asked whether anybody is to be called at all
	kept   time.Time // when the memory was written last
	leased time.Time
	// when the agents were looked at for the agenda
	sampled time.Time
	heeding
	crowd  func() crowd
	others []memory // of other nodes, as they were a few seconds ago
}

// judging is whether the campaign may go on, and what that is judged by.
type judging struct {
	health campaign.Health
	judged time.Time
	found  time.Time // the people, by this process
	trial
}

// heeding is when signals were looked at, and whose are passed over until when; and
// when people who came since were asked for.
type heeding struct {
	filled time.Time
	heeded time.Time
	skip   map[string]time.Time
}

// ends is what comes in, and how a run comes to its end.
type ends struct {
	inbox  chan any      // step, over, turn or served
	orders chan halt     // from the floor, the latest counts
	gone   chan struct{} // closed when the loop is over
	wg     sync.WaitGroup
}

// halt tells whether calls are placed.
type halt struct {
	on      bool
	ringing store.Ringing
	since   time.Time // store.Campaign.Since: an older one says nothing any more
}

// attempt is one that is under way.
type attempt struct {
	turn
	caller            string
	dialled, answered time.Time
}

// step is an attempt that came further.
type step struct {
	id       string
	at       time.Time
	answered bool
}

// Live is how a campaign stands that runs.
type Live struct {
	Reserving int              `json:"reserving"`
	Ringing   int              `json:"ringing"`
	Talking   int              `json:"talking"`
	Holds     string           `json:"holds,omitempty"` // what holds back more calls
	Causes    []campaign.Cause `json:"causes,omitempty"`
	Fates     map[string]int   `json:"fates,omitempty"`
}

func newRun(cfg *Config, row store.Campaign, c *campaign.Campaign, nodes func() crowd) *run {
	r := &run{
		cfg: cfg, c: c, policy: c.Guard.Limits.Apply(cfg.Policy), log: cfg.Log.With("campaign", c.ID),
		pace: pace{Pacer: pacing.New(c.Pacing), crowd: nodes}, mem: recall("", row), live: map[string]*attempt{},
		ends: ends{inbox: make(chan any, 64), orders: make(chan halt, 8), gone: make(chan struct{})},
	}
	r.shown.Store(&Live{})
	return r
}

// tell reports to the loop, which is there as long as any attempt is.
func (r *run) tell(what any) { r.ends.inbox <- what }

// order halts the run or lets it go on.
func (r *run) order(h halt) {
	select {
	case r.ends.orders <- h:
	case <-r.ends.gone:
	}
}

// loop runs the campaign until it is over, halted and without calls, or ctx ends. It
// returns when every attempt has been settled.
func (r *run) loop(ctx context.Context) {
	defer close(r.ends.gone)
	defer r.ends.wg.Wait()
	t := time.NewTicker(tick)
	defer t.Stop()
	done := ctx.Done()
	if r.cfg.Ahead != nil {
		r.ends.wg.Go(func() { r.cfg.Ahead(ctx, r.c) })
	}
	r.serve(ctx)
	for {
		select {
		case <-done:
			done = nil
			r.stand(halt{on: true, since: r.halt.since})
		case h := <-r.ends.orders:
			if h != r.halt && done != nil && !h.since.Before(r.halt.since) {
				r.stand(h)
			}
		case what := <-r.ends.inbox:
			r.heard(ctx, time.Now(), what)
		case <-t.C:
			r.work(ctx, time.Now())
		}
		r.show()
		if r.halt.on && len(r.live) == 0 && !r.supply.served {
			r.remember(time.Now())
			return
		}
	}
}

// stand begins or ends a halt.
func (r *run) stand(h halt) {
	r.halt = h
	if !h.on {
		return // the line is served again at the next look
	}
	r.letGo()
	if h.ringing != store.CancelRing {
		return
	}
	for id, a := range r.live {
		if a.answered.IsZero() {
			r.cfg.Phone.Hangup(id, "the campaign was halted")
		}
	}
}

// heard takes what an attempt tells.
func (r *run) heard(ctx context.Context, now time.Time, what any) {
	switch e := what.(type) {
	case turn:
		if r.supply.ready = append(r.supply.ready, e); r.halt.on {
			r.letGo()
		}
	case served:
		r.supply.stop()
		r.supply.served, r.supply.looked = false, now
		if e.err != nil && ctx.Err() == nil {
			r.log.Warn("nobody comes from the work queue", "error", e.err)
		}
	case step:
		a := r.live[e.id]
		if a == nil {
			return
		}
		if e.answered {
			a.answered = e.at
			r.pace.Habits.Answered(e.at.Sub(a.dialled))
			return
		}
		a.dialled = e.at
		r.mem.Breaker = r.mem.Breaker.Dialled(e.at, r.c.Guard.Breaker)
		if r.pace.health.Act == campaign.Trial {
			r.pace.judged = time.Time{} // it was the one
		}
		if r.halt.on && r.halt.ringing == store.CancelRing {
			r.cfg.Phone.Hangup(e.id, "the campaign was halted")
		}
	case over:
		r.ended(now, e)
	}
}

// ended counts an attempt that is over.
func (r *run) ended(now time.Time, e over) {
	a := r.live[e.id]
	if a == nil {
		return
	}
	delete(r.live, e.id)
	a.back <- e.k
	if !e.dialled {
		r.mem.Fates[cmp.Or(e.refused, "not_reserved")]++
		return
	}
	k := e.k
	k.Variant = cmp.Or(k.Variant, a.k.Variant)
	r.mem.called(e.ending.result.At, r.c, k, a.caller)
	r.mem.ended(now, r.c, k, a.caller, e.ending)
	r.mem.spoke(r.c, e.spoke.Script, e.spoke.Version, k, e.ending)
	if !e.ending.result.Status.Answerer() {
		r.pace.Habits.Failed(e.ending.rang)
	}
	if e.ending.person() && r.c.Line.Queue != "" {
		met := pacing.Count{Answered: 1}
		if abandoned(e.rec) {
			met.Abandoned = 1
		}
		r.mem.met(now, met)
		r.pace.Ledger.Add(now, met)
	}
	r.pace.judged = time.Time{} // look again
}

// person is what timing knows of a candidate.
func person(k campaign.Candidate) timing.Person {
	p := timing.Person{ID: k.Person, Where: time.UTC}
	if len(k.Zones) > 0 {
		if zone, err := time.LoadLocation(k.Zones[0]); err == nil {
			p.Where = zone
		}
	}
	return p
}

func (r *run) show() {
	l := &Live{Holds: r.pace.why, Causes: r.pace.health.Why, Fates: map[string]int{}}
	for _, a := range r.live {
		switch {
		case !a.answered.IsZero():
			l.Talking++
		case !a.dialled.IsZero():
			l.Ringing++
		default:
			l.Reserving++
		}
	}
	for f, n := range r.mem.Fates {
		l.Fates[f] = n
	}
	r.shown.Store(l)
}
