package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/routing/queue"
)

// watch holds the machine to what it promises, from the outside: by its actions
// alone.
type watch struct {
	h       *hour
	head    time.Duration
	pending map[string]int // agent to offer
	talking map[string]int
	offered map[string]bool // callers who are being offered
	over    map[string]bool
	plain   map[string]bool // callers who wait on the same terms: any agent of the service queue will do
	failed  map[[2]string]bool
	found   []error
}

func newWatch(cfg queue.Config, h *hour) *watch {
	w := &watch{h: h, pending: map[string]int{}, talking: map[string]int{}, offered: map[string]bool{},
		over: map[string]bool{}, plain: map[string]bool{}, failed: map[[2]string]bool{}}
	for _, q := range cfg.Queues {
		w.head = max(w.head, q.HeadStart)
	}
	return w
}

// maxBreaches keeps a broken machine's list readable.
const maxBreaches = 10

func (w *watch) breach(format string, args ...any) {
	if len(w.found) < maxBreaches {
		w.found = append(w.found, fmt.Errorf("seed %d, %v: %s", w.h.cfg.Seed, w.h.now.Sub(Start), fmt.Sprintf(format, args...)))
	}
}

func (w *watch) err() error { return errors.Join(w.found...) }

func (w *watch) before(e queue.Event) {
	if e, ok := e.(queue.Enter); ok && e.Queue == "service" && e.Needs == nil && e.Prefer.Agent == "" {
		w.plain[e.Caller] = true
	}
}

func (w *watch) action(a queue.Action) {
	if id := queue.CallerOf(a); id != "" && w.over[id] {
		w.breach("%T for caller %s, who has ended", a, id)
	}
	switch a := a.(type) {
	case queue.RingAgent:
		w.ring(a)
	case queue.Join:
		if w.pending[a.Agent] != a.Offer {
			w.breach("agent %s is joined in offer %d while offer %d is pending", a.Agent, a.Offer, w.pending[a.Agent])
		}
		delete(w.pending, a.Agent)
		w.talking[a.Agent] = a.Offer
		delete(w.plain, a.Caller)
		w.kept(w.h.in[a.Caller])
	case queue.Requeue:
		delete(w.pending, a.Agent)
		delete(w.offered, a.Caller)
		w.failed[[2]string{a.Caller, a.Agent}] = true
	case queue.CancelRing:
		w.gone(a.Agent, a.Offer)
	case queue.ReleaseAgent:
		w.gone(a.Agent, a.Offer)
	case queue.ToCallback:
		delete(w.plain, a.Caller) // rests between two tries
	case queue.ToSupervisor:
		w.escalated(w.h.in[a.Caller])
	case queue.AgentState:
		if a.State == queue.WrappingUp || a.State == queue.Out || a.State == queue.Free || a.State == queue.Paused {
			delete(w.talking, a.Agent)
		}
	case queue.End:
		w.over[a.Caller] = true
		delete(w.plain, a.Caller)
		w.kept(w.h.in[a.Caller])
	}
}

func (w *watch) gone(agent string, offer int) {
	if w.pending[agent] == offer {
		delete(w.pending, agent)
	}
}

// ring checks that the agent has no other call, and that nobody who waits on the
// same terms is overtaken by one who came more than head later.
func (w *watch) ring(a queue.RingAgent) {
	if w.pending[a.Agent] != 0 || w.talking[a.Agent] != 0 {
		w.breach("agent %s gets offer %d and has offer %d, talk %d", a.Agent, a.Offer, w.pending[a.Agent], w.talking[a.Agent])
	}
	w.pending[a.Agent] = a.Offer
	w.offered[a.Caller] = true
	if a.Agent[0] == 's' || a.CallsBack {
		return
	}
	came := w.h.in[a.Caller].came
	for id := range w.plain {
		c := w.h.in[id]
		if !w.offered[id] && !w.failed[[2]string{id, a.Agent}] && c.came.Add(w.head).Before(came) {
			w.breach("caller %s, waiting since %v, is overtaken by %s, who came at %v", id, c.came.Sub(Start), a.Caller, came.Sub(Start))
		}
	}
}

// slack is how late a due time may be: virtual time has no delays.
const slack = 500 * time.Millisecond

func (w *watch) escalated(c *caller) {
	if within := promised(c); within > 0 {
		if late := w.h.now.Sub(c.came) - within; late > slack || late < -slack {
			w.breach("%s caller %s goes to a supervisor %v after the due time", c.Class, c.Caller, late)
		}
	}
}

// kept checks a promise once the caller is joined or has ended.
func (w *watch) kept(c *caller) {
	within := promised(c)
	if within > 0 && c.escalated.IsZero() && !c.back && !c.joined && w.h.now.Sub(c.came) > within+slack {
		w.breach("%s caller %s waited %v and went to no supervisor", c.Class, c.Caller, w.h.now.Sub(c.came))
	}
}

func promised(c *caller) time.Duration {
	switch c.Class {
	case HighValue:
		return ValueWithin
	case HighRisk:
		return RiskWithin
	}
	return 0
}
