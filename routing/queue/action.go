// Package queue decides which waiting caller goes to which agent, and when. Its
// machine is pure: no clock, no I/O, no goroutine. It takes events and returns
// actions.
//
// The order of callers is that of their virtual arrival: priority sets it up to
// Queue.HeadStart before the real one, a promise and an escalation up to the
// longest HeadStart of any queue. So nobody is overtaken for an agent by a caller
// who came later by more than that: nobody starves.
package queue

import "time"

// Action is one thing the machine asks its driver to do. Sealed: the driver
// knows every kind. Actions are carried out in order.
type Action interface{ isAction() }

// RingAgent offers a caller to an agent; the answer is Answered, Refused or
// Failed. The machine withdraws the offer at Deadline with CancelRing.
type RingAgent struct {
	Offer         int
	Caller, Agent string
	Address       string
	Deadline      time.Time
	CallsBack     bool // nobody is on the line: the caller is dialled when the agent has accepted
}

// CancelRing withdraws an offer that has not been answered; if the answer
// crosses it, hang up.
type CancelRing struct {
	Offer int
	Agent string
	Why   string
}

// PlayBrief tells the agent who is calling; the answer is Accepted, Refused or
// AgentGone. The machine withdraws the offer at Deadline with ReleaseAgent.
type PlayBrief struct {
	Offer         int
	Caller, Agent string
	Deadline      time.Time
}

// DialCaller calls back; the answer is Reached or Unreached.
type DialCaller struct {
	Offer         int
	Caller, Agent string
}

// CancelDial stops a DialCaller.
type CancelDial struct {
	Offer  int
	Caller string
}

// Join connects caller and agent.
type Join struct {
	Offer         int
	Caller, Agent string
}

// ReleaseAgent hangs up an agent who has answered. Agent is "" for an answer that
// came after its offer was over.
type ReleaseAgent struct {
	Offer int
	Agent string
	Why   string
}

// Music plays a clip to the caller, again and again, until the Join or End.
// Announcements speak over it.
type Music struct{ Caller, Clip string }

// Announce tells the caller place and wait. Position 0: the place has become
// worse, say no number. Wait 0: no agent is at work, say no time.
type Announce struct {
	Caller   string
	Position int
	Wait     time.Duration
}

// OfferCallback asks the caller; the answer is TakeCallback, or none.
type OfferCallback struct{ Caller string }

// ToCallback tells that the caller is to be called back: write it down, then say
// so and hang up.
type ToCallback struct{ Caller, Why string }

// ToSupervisor tells that the agents of Queue are asked from now on, first.
type ToSupervisor struct{ Caller, Queue, Why string }

// ToOverflow tells that the agents of Queue are asked from now on too.
type ToOverflow struct{ Caller, Queue, Why string }

// Requeue tells that an offer came to nothing; the caller keeps the place.
type Requeue struct{ Caller, Agent, Why string }

// End is the one end of a caller: nothing follows.
type End struct {
	Caller string
	How    How
	Why    string
	Agent  string // who served
}

// How a caller ended.
type How string

// The ends.
const (
	Served      How = "served"      // joined, and parted
	Abandoned   How = "abandoned"   // hung up while waiting
	WentAway    How = "left"        // goes back to the script
	ToVoicemail How = "voicemail"   // leaves a message
	NotReached  How = "not reached" // called back, in vain
	Cancelled   How = "cancelled"   // taken out
	Interrupted How = "interrupted" // was talking when the program died
)

// AgentState tells that an agent's state has changed.
type AgentState struct {
	Agent string
	State Status
	Why   string    // pause reason
	Until time.Time // zero: open end
}

// Ignored tells that an event had nothing to act on: it came too late, or names
// nobody.
type Ignored struct{ Why string }

func (RingAgent) isAction()     {}
func (CancelRing) isAction()    {}
func (PlayBrief) isAction()     {}
func (DialCaller) isAction()    {}
func (CancelDial) isAction()    {}
func (Join) isAction()          {}
func (ReleaseAgent) isAction()  {}
func (Music) isAction()         {}
func (Announce) isAction()      {}
func (OfferCallback) isAction() {}
func (ToCallback) isAction()    {}
func (ToSupervisor) isAction()  {}
func (ToOverflow) isAction()    {}
func (Requeue) isAction()       {}
func (End) isAction()           {}
func (AgentState) isAction()    {}
func (Ignored) isAction()       {}

// CallerOf is the caller that an action is about; "" for actions about agents and
// offers.
func CallerOf(a Action) string {
	switch a := a.(type) {
	case RingAgent:
		return a.Caller
	case PlayBrief:
		return a.Caller
	case DialCaller:
		return a.Caller
	case CancelDial:
		return a.Caller
	case Join:
		return a.Caller
	case Music:
		return a.Caller
	case Announce:
		return a.Caller
	case OfferCallback:
		return a.Caller
	case ToCallback:
		return a.Caller
	case ToSupervisor:
		return a.Caller
	case ToOverflow:
		return a.Caller
	case Requeue:
		return a.Caller
	case End:
		return a.Caller
	}
	return ""
}
