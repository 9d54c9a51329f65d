package queue

import (
	"slices"
	"time"
)

// offer rings an agent for a caller.
func (m *Machine) offer(c *Call, s *Seat) {
	m.last++
	o := &Offer{ID: m.last, Caller: c.ID, Agent: s.Agent, Stage: Ringing, Since: m.now, Deadline: m.now.Add(c.rule.Timing.Ring)}
	m.offers = append(m.offers, o)
	c.Offer, s.Offer = o.ID, o.ID
	s.Tally.Offered++
	address := s.Address
	if address == "" {
		address = s.who.Address
	}
	m.do(RingAgent{Offer: o.ID, Caller: c.ID, Agent: s.Agent, Address: address, Deadline: o.Deadline, CallsBack: c.Callback})
}

// handleOffer takes what became of an offer. Answers to an offer that is over are
// stale: the agent's line, if it is up, is let go once more.
func (m *Machine) handleOffer(e Event) {
	switch e := e.(type) {
	case Answered:
		m.at(e.Offer, m.answered, Ringing)
	case Accepted:
		m.at(e.Offer, m.acceptedAt, Briefing, Passing)
	case Passed:
		m.at(e.Offer, func(o *Offer) { m.passed(o, e.Agent) }, Joined)
	case Refused:
		m.at(e.Offer, m.refused, Ringing, Briefing)
	case Failed:
		m.at(e.Offer, func(o *Offer) { m.failed(o, e.Why, theAgent) }, Ringing, Briefing, Dialling)
	case AgentGone:
		m.at(e.Offer, m.agentGone, Briefing, Dialling, Joined, Passing)
	case Reached:
		m.at(e.Offer, m.join, Dialling)
	case Unreached:
		m.at(e.Offer, func(o *Offer) { m.unreached(o, e.Why, theCaller) }, Dialling)
	}
}

// find is the offer of that number, nil when it is over.
func (m *Machine) find(id int) *Offer {
	i, ok := slices.BinarySearchFunc(m.offers, id, func(o *Offer, id int) int { return o.ID - id })
	if !ok {
		return nil
	}
	return m.offers[i]
}

func (m *Machine) forget(o *Offer) {
	if i := slices.Index(m.offers, o); i >= 0 {
		m.offers = slices.Delete(m.offers, i, i+1)
	}
}

func (m *Machine) at(id int, do func(*Offer), stages ...Stage) {
	o := m.find(id)
	switch {
	case o == nil:
		m.do(ReleaseAgent{Offer: id, Why: "the offer is over"})
		m.ignore("the offer is over")
	case !slices.Contains(stages, o.Stage):
		m.ignore("the offer is " + string(o.Stage))
	default:
		do(o)
	}
}

func (m *Machine) answered(o *Offer) {
	s, c := m.seat(o.Agent), m.calls[o.Caller]
	s.Failures = 0
	if brief := c.rule.Timing.Brief; brief > 0 {
		m.advance(o, Briefing, brief)
		m.do(PlayBrief{Offer: o.ID, Caller: c.ID, Agent: s.Agent, Deadline: o.Deadline})
		return
	}
	m.accepted(o)
}

func (m *Machine) advance(o *Offer, to Stage, within time.Duration) {
	o.Stage, o.Since, o.Deadline = to, m.now, m.after(within)
}

// dialling is how long the caller's phone may ring in a call back.
const dialling = 40 * time.Second

// accepted joins, or calls the caller back first.
func (m *Machine) accepted(o *Offer) {
	c := m.calls[o.Caller]
	if !c.Callback {
		m.join(o)
		return
	}
	c.Tries++
	m.advance(o, Dialling, dialling)
	m.do(DialCaller{Offer: o.ID, Caller: c.ID, Agent: o.Agent})
}

// acceptedAt takes an Accepted by the stage of its offer.
func (m *Machine) acceptedAt(o *Offer) {
	if o.Stage == Passing {
		m.taken(o)
		return
	}
	m.accepted(o)
}

func (m *Machine) join(o *Offer) {
	s, c := m.seat(o.Agent), m.calls[o.Caller]
	m.advance(o, Joined, 0)
	m.step(c)
	c.Joined = true
	s.Offer = 0
	s.Talks = append(s.Talks, o.ID)
	s.Tally.Answered++
	m.book(c.Queue).joined(m.now, c, c.rule.Service.Within)
	m.do(Join{Offer: o.ID, Caller: c.ID, Agent: s.Agent})
}

// side is who has gone already and needs no word.
type side uint8

const (
	nobody side = iota
	theAgent
	theCaller
)

// failed puts the caller back; the next agent is tried.
func (m *Machine) failed(o *Offer, why string, gone side) {
	c, s := m.calls[o.Caller], m.seat(o.Agent)
	m.withdraw(o, why, gone)
	s.Idle = m.now // behind the others
	switch why {
	case Declined, NoKey, HungUp:
		s.Tally.Refused++
	default:
		s.Tally.Missed++
		m.missed(s)
	}
	if !slices.Contains(c.Tried, s.Agent) {
		c.Tried = append(c.Tried, s.Agent)
	}
	m.do(Requeue{Caller: c.ID, Agent: s.Agent, Why: why})
}

// missed leaves an agent alone who was not reached too often, each time longer.
func (m *Machine) missed(s *Seat) {
	s.Failures++
	r := m.cfg.Reach
	over := s.Failures - r.Failures
	if r.Failures == 0 || over < 0 {
		return
	}
	rest := r.Rest
	for ; over > 0 && rest < r.MaxRest; over-- {
		rest *= 2
	}
	s.Rest = m.after(min(rest, r.MaxRest))
}

// withdraw parts an offer's agent and caller, at whatever stage. A talk is
// followed by wrap-up.
func (m *Machine) withdraw(o *Offer, why string, gone side) {
	s, c := m.seat(o.Agent), m.calls[o.Caller]
	m.forget(o)
	c.Offer = 0
	if s.Offer == o.ID {
		s.Offer = 0
	}
	if i := slices.Index(s.Talks, o.ID); i >= 0 {
		s.Talks = slices.Delete(s.Talks, i, i+1)
		m.wrapUp(s, c.Queue, o.Since)
	}
	if s.Leaving && s.Offer == 0 && len(s.Talks) == 0 {
		m.leave(s)
	}
	if o.Stage == Dialling && gone != theCaller {
		m.do(CancelDial{Offer: o.ID, Caller: c.ID})
	}
	switch {
	case gone == theAgent:
	case o.Stage == Ringing:
		m.do(CancelRing{Offer: o.ID, Agent: o.Agent, Why: why})
	default:
		m.do(ReleaseAgent{Offer: o.ID, Agent: o.Agent, Why: why})
	}
}

const agentHungUp = "agent hung up"

func (m *Machine) agentGone(o *Offer) {
	switch o.Stage {
	case Joined, Passing:
		m.end(m.calls[o.Caller], Served, agentHungUp)
	case Dialling: // the caller's phone has rung: that was one of the tries
		m.unreached(o, HungUp, theAgent)
	default:
		m.failed(o, HungUp, theAgent)
	}
}

// refused is a rejected ring, or the key against it after the brief.
func (m *Machine) refused(o *Offer) {
	gone := theAgent
	if o.Stage == Briefing {
		gone = nobody
	}
	m.failed(o, Declined, gone)
}

// unreached lets the agent go; the caller is tried again later, or given up.
func (m *Machine) unreached(o *Offer, why string, gone side) {
	c := m.calls[o.Caller]
	m.withdraw(o, why, gone)
	if q := c.rule; c.Tries >= q.Callback.Tries {
		m.end(c, NotReached, why)
	} else {
		c.Rest = m.after(q.Callback.Again)
	}
}

// expire ends what has run out: rings, briefs, callbacks that nobody answers,
// wrap-ups and rests.
func (m *Machine) expire() {
	for _, o := range slices.Clone(m.offers) {
		if o.Deadline.IsZero() || o.Deadline.After(m.now) {
			continue
		}
		switch o.Stage {
		case Ringing:
			m.failed(o, NoAnswer, nobody)
		case Briefing:
			m.failed(o, NoKey, nobody)
		case Dialling:
			m.unreached(o, NoAnswer, nobody)
		}
	}
	for _, s := range m.seats {
		if !s.WrapUp.IsZero() && !s.WrapUp.After(m.now) {
			m.wrapped(s)
		}
		if !s.Rest.After(m.now) {
			s.Rest = time.Time{}
		}
	}
}
