package queue

import "time"

// Event is one thing that happened to a caller, an offer or an agent. Sealed:
// the machine knows every kind.
type Event interface{ isEvent() }

// Tick tells that time has passed: Next has come.
type Tick struct{}

// Enter is a caller who begins to wait. Caller is the call's identity.
type Enter struct {
	Caller   string
	Queue    string
	Class    string // for the figures: "high value", "high risk", ...
	Priority int    // 0 to MaxPriority
	Promise  Promise
	Needs    []Need // added to those of the queue
	Prefer   Prefer
	Since    time.Time // waiting since; zero is now
	Callback bool      // not on the line: to be called back when the turn comes
}

// Left tells that the caller hung up. A caller who took a callback may do so.
type Left struct{ Caller string }

// TakeCallback is a caller who wants to be called back.
type TakeCallback struct{ Caller string }

// TakeVoicemail is a caller who wants to leave a message.
type TakeVoicemail struct{ Caller string }

// Cancel takes a caller out, on the line or to be called back.
type Cancel struct{ Caller string }

// Answered tells that the agent picked up.
type Answered struct{ Offer int }

// Accepted is the agent's key after the brief.
type Accepted struct{ Offer int }

// Refused is an agent who declines, ringing or after the brief.
type Refused struct{ Offer int }

// Failed tells that an agent was not reached: Busy, NoAnswer, Unreachable.
type Failed struct {
	Offer int
	Why   string
}

// The words for an offer that came to nothing.
const (
	Busy        = "busy"
	NoAnswer    = "no answer"
	Unreachable = "unreachable"
	Declined    = "declined"
	NoKey       = "no key after the brief"
	HungUp      = "hung up in the brief"
)

// AgentGone tells that the agent hung up after answering.
type AgentGone struct{ Offer int }

// Reached tells that the caller of a DialCaller answered.
type Reached struct{ Offer int }

// Unreached tells that the caller of a DialCaller did not.
type Unreached struct {
	Offer int
	Why   string
}

// LogIn is an agent who begins work, at Address if that is not the configured one.
type LogIn struct{ Agent, Address string }

// LogOut is an agent who stops work; a call in progress is not cut.
type LogOut struct{ Agent string }

// Pause stops offers to an agent after the call in progress.
type Pause struct{ Agent, Reason string }

// Resume ends a pause, and a wrap-up, and tells that the agent can be reached again.
type Resume struct{ Agent string }

// Configure changes queues and agents; calls go on. A configuration that Check
// finds fault with is ignored.
type Configure struct{ Config Config }

// Restarted tells that every line is gone (the program was killed): those who
// waited are to be called back, conversations are over, agents are idle.
type Restarted struct{}

func (Tick) isEvent()          {}
func (Enter) isEvent()         {}
func (Left) isEvent()          {}
func (TakeCallback) isEvent()  {}
func (TakeVoicemail) isEvent() {}
func (Cancel) isEvent()        {}
func (Answered) isEvent()      {}
func (Accepted) isEvent()      {}
func (Refused) isEvent()       {}
func (Failed) isEvent()        {}
func (AgentGone) isEvent()     {}
func (Reached) isEvent()       {}
func (Unreached) isEvent()     {}
func (LogIn) isEvent()         {}
func (LogOut) isEvent()        {}
func (Pause) isEvent()         {}
func (Resume) isEvent()        {}
func (Configure) isEvent()     {}
func (Restarted) isEvent()     {}
