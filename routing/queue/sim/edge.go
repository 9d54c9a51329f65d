package sim

import (
	"time"

	"github.com/parley-voice/parley/routing/queue"
)

// act is what telephones and people do about an action. Nothing that was begun is
// taken back when an offer is withdrawn: late answers reach the machine.
func (h *hour) act(a queue.Action) {
	switch a := a.(type) {
	case queue.RingAgent:
		h.ring(a)
	case queue.PlayBrief:
		h.brief(a)
	case queue.DialCaller:
		if h.rnd.Float64() < 0.7 {
			h.later(h.between(4, 15), queue.Reached{Offer: a.Offer})
		} else {
			h.later(h.between(15, 50), queue.Unreached{Offer: a.Offer, Why: queue.NoAnswer})
		}
	case queue.Join:
		h.join(a)
	case queue.Announce:
		c := h.in[a.Caller]
		if c.guess == 0 && a.Wait > 0 {
			c.guess, c.guessedAt = a.Wait, h.now.Sub(c.came)
		}
	case queue.OfferCallback:
		if h.rnd.Float64() < 0.25 {
			c := h.in[a.Caller]
			h.when(h.between(3, 8), func() queue.Event {
				if c.joined || c.over {
					return nil
				}
				h.later(time.Second, queue.Left{Caller: c.Caller})
				return queue.TakeCallback{Caller: c.Caller}
			})
		}
	case queue.ToCallback:
		h.in[a.Caller].back = true
	case queue.ToSupervisor:
		h.in[a.Caller].escalated = h.now
	case queue.End:
		h.ended(a)
	}
}

func (h *hour) ring(a queue.RingAgent) {
	if h.busy[a.Agent] {
		h.later(h.between(0.2, 2), queue.Failed{Offer: a.Offer, Why: queue.Unreachable})
		return
	}
	switch p := h.rnd.Float64(); {
	case p < 0.03: // nobody at the desk
	case p < 0.05:
		h.later(h.between(2, 6), queue.Refused{Offer: a.Offer})
	case p < 0.06:
		h.later(h.between(0.1, 0.4), queue.Failed{Offer: a.Offer, Why: queue.Busy})
	case p < 0.07: // answers as the offer runs out
		h.later(a.Deadline.Sub(h.now)+h.between(-0.1, 0.1), queue.Answered{Offer: a.Offer})
	default:
		h.later(h.between(1.5, 7), queue.Answered{Offer: a.Offer})
	}
}

func (h *hour) brief(a queue.PlayBrief) {
	switch p := h.rnd.Float64(); {
	case p < 0.01: // presses nothing
	case p < 0.02:
		h.later(h.between(1, 6), queue.Refused{Offer: a.Offer})
	case p < 0.03:
		h.later(h.between(1, 6), queue.AgentGone{Offer: a.Offer})
	default:
		h.later(h.between(2, 5), queue.Accepted{Offer: a.Offer})
	}
}

func (h *hour) join(a queue.Join) {
	c := h.in[a.Caller]
	c.joined, c.wait = true, h.now.Sub(c.came)
	if h.rnd.IntN(2) == 0 {
		h.later(h.talk(), queue.AgentGone{Offer: a.Offer})
		return
	}
	h.later(h.talk(), queue.Left{Caller: a.Caller})
}

func (h *hour) ended(a queue.End) {
	c := h.in[a.Caller]
	c.over = true
	h.out.Ended++
	h.out.count(c, a, h.now)
}
