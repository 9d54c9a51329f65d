package queue

import (
	"slices"
	"time"
)

// Status is what an agent is doing.
type Status string

// The states of an agent.
const (
	Out          Status = "out"
	Free         Status = "free"
	Offered      Status = "offered" // ringing, hearing the brief, or waiting for a callback's caller
	Talking      Status = "talking"
	WrappingUp   Status = "wrap-up"
	Paused       Status = "paused"
	NotReachable Status = "unreachable"
)

func (m *Machine) seat(agent string) *Seat {
	i := slices.IndexFunc(m.seats, func(s *Seat) bool { return s.Agent == agent })
	if i < 0 {
		return nil
	}
	return m.seats[i]
}

// present tells whether an agent is at work: now or after the call in progress.
func (m *Machine) present(s *Seat) bool { return s.In && !s.Leaving && s.Paused == "" }

// free tells whether an agent can be offered a caller now.
func (m *Machine) free(s *Seat) bool {
	return m.present(s) && s.Offer == 0 && s.WrapUp.IsZero() && !s.Rest.After(m.now) &&
		len(s.Talks) < s.who.capacity()
}

func (m *Machine) status(s *Seat) Status {
	switch {
	case !s.In:
		return Out
	case len(s.Talks) > 0:
		return Talking
	case s.Offer != 0:
		return Offered
	case s.Paused != "":
		return Paused
	case !s.WrapUp.IsZero():
		return WrappingUp
	case s.Rest.After(m.now):
		return NotReachable
	}
	return Free
}

// handleAgent takes what agents tell of themselves.
func (m *Machine) handleAgent(e Event) {
	var name string
	switch e := e.(type) {
	case LogIn:
		name = e.Agent
	case LogOut:
		name = e.Agent
	case Pause:
		name = e.Agent
	case Resume:
		name = e.Agent
	}
	s := m.seat(name)
	if s == nil {
		m.ignore("no agent is named " + name)
		return
	}
	switch e := e.(type) {
	case LogIn:
		m.logIn(s, e.Address)
	case LogOut:
		m.logOut(s)
	case Pause:
		m.pause(s, e.Reason)
	case Resume:
		m.resume(s)
	}
}

func (m *Machine) logIn(s *Seat, address string) {
	s.Address = address
	if !s.In {
		s.In, s.Idle = true, m.now
	}
	s.Leaving, s.Failures, s.Rest = false, 0, time.Time{}
}

func (m *Machine) logOut(s *Seat) {
	if !s.In {
		m.ignore("agent " + s.Agent + " is not logged in")
		return
	}
	s.Leaving = true
	m.takeBack(s, "the agent logged out")
	if s.In && s.Offer == 0 && len(s.Talks) == 0 {
		m.leave(s)
	}
}

// takeBack withdraws what an agent is being offered; it is no failure. A caller
// whom another agent hands over is not ours to withdraw.
func (m *Machine) takeBack(s *Seat, why string) {
	o := m.find(s.Offer)
	if o == nil || o.Stage == Passing {
		return
	}
	c := m.calls[o.Caller]
	m.withdraw(o, why, nobody)
	m.do(Requeue{Caller: c.ID, Agent: s.Agent, Why: why})
}

// leave logs an agent out for good.
func (m *Machine) leave(s *Seat) {
	if !s.WrapUp.IsZero() {
		m.wrapped(s)
	}
	s.In, s.Leaving, s.Paused, s.Address = false, false, "", ""
	s.Failures, s.Rest = 0, time.Time{}
}

func (m *Machine) pause(s *Seat, reason string) {
	switch {
	case !s.In:
		m.ignore("agent " + s.Agent + " is not logged in")
	case reason == "" || len(m.cfg.Pauses) > 0 && !slices.Contains(m.cfg.Pauses, reason):
		m.ignore("no pause has the reason " + reason)
	default:
		s.Paused = reason
		m.takeBack(s, "the agent paused")
	}
}

func (m *Machine) resume(s *Seat) {
	if !s.In {
		m.ignore("agent " + s.Agent + " is not logged in")
		return
	}
	if s.Paused != "" {
		s.Idle = m.now
	}
	s.Paused, s.Failures, s.Rest = "", 0, time.Time{}
	if !s.WrapUp.IsZero() {
		m.wrapped(s)
	}
}

// wrapUp follows the last talk of an agent.
func (m *Machine) wrapUp(s *Seat, queue string, from time.Time) {
	after := m.rules[queue].Timing.WrapUp
	s.Handled = handled{Queue: queue, From: from}
	s.Idle = m.now
	if len(s.Talks) > 0 || after == 0 {
		m.measured(s)
		return
	}
	s.WrapUp = m.now.Add(after)
}

// wrapped ends a wrap-up.
func (m *Machine) wrapped(s *Seat) {
	s.WrapUp = time.Time{}
	s.Idle = m.now
	m.measured(s)
}

// measured counts a talk with its wrap-up.
func (m *Machine) measured(s *Seat) {
	m.book(s.Handled.Queue).handle(m.now.Sub(s.Handled.From))
	s.Handled = handled{}
}

// tell reports every agent whose state has changed, and counts the time.
func (m *Machine) tell() {
	for _, s := range m.seats {
		state, why := m.status(s), ""
		if state == Paused {
			why = s.Paused
		}
		if state == s.State && why == s.Why {
			continue
		}
		s.Tally.spend(s.State, m.now.Sub(s.Since))
		s.State, s.Why, s.Since = state, why, m.now
		m.do(AgentState{Agent: s.Agent, State: state, Why: why, Until: m.until(s)})
	}
}

func (m *Machine) until(s *Seat) time.Time {
	switch s.State {
	case WrappingUp:
		return s.WrapUp
	case NotReachable:
		return s.Rest
	}
	return time.Time{}
}
