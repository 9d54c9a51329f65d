package queue

import "slices"

const handedOn = "the agent handed the caller on"

// Passed tells that the agent of a talk has handed the caller to another person
// and is free of the call. Agent is who: the phone rings or has just been taken,
// and Accepted or AgentGone follows. An Agent who is not at work here, or none,
// ends the caller here: served.
type Passed struct {
	Offer int
	Agent string
}

func (Passed) isEvent() {}

// passed moves a talk, under its number, to another agent. Nobody offers that
// agent anything else meanwhile; one who was being offered a caller is let go.
func (m *Machine) passed(o *Offer, to string) {
	c, s, next := m.calls[o.Caller], m.seat(o.Agent), m.seat(to)
	if next == nil || !next.In || next.Leaving || m.beingPassed(next) {
		m.withdraw(o, handedOn, theAgent)
		m.end(c, Served, handedOn)
		return
	}
	m.takeBack(next, "a caller was handed over")
	m.withdraw(o, handedOn, theAgent)
	o.Agent, o.Stage, o.Since = to, Passing, m.now
	m.offers = append(m.offers, o)
	slices.SortFunc(m.offers, func(a, b *Offer) int { return a.ID - b.ID })
	c.Offer, next.Offer = o.ID, o.ID
	if next == s && !s.WrapUp.IsZero() { // their own phone again: no rest between
		m.wrapped(s)
	}
}

// taken is a caller handed over whom the next agent has taken.
func (m *Machine) taken(o *Offer) {
	s := m.seat(o.Agent)
	m.advance(o, Joined, 0)
	s.Offer = 0
	if !s.WrapUp.IsZero() { // the call before is done with
		m.wrapped(s)
	}
	s.Talks = append(s.Talks, o.ID)
	s.Tally.Answered++
}

// beingPassed tells whether an agent's phone rings for a caller who is handed over.
func (m *Machine) beingPassed(s *Seat) bool {
	o := m.find(s.Offer)
	return o != nil && o.Stage == Passing
}
