package queue

import "time"

// MaxPriority is the highest priority of a caller; 0 is the lowest.
const MaxPriority = 100

// MaxLevel is the highest level of a skill; 0 is none.
const MaxLevel = 9

// Config is every queue and agent. Check tells whether it can be used.
type Config struct {
	Queues []Queue
	Agents []Agent
	Pauses []string // reasons for a Pause; none: any reason
	Reach  Reach
}

// Queue says how callers wait and who takes them.
type Queue struct {
	Name       string
	Needs      []Need
	Promise    Promise       // for callers who enter without one of their own
	HeadStart  time.Duration // waiting that MaxPriority is worth; 0: order of arrival
	Ranking    Ranking
	Timing     Timing
	Hear       Hear
	Limit      Limit
	Callback   Callback
	Overflow   Overflow
	Supervisor string // queue that callers are escalated to; "" is none
	Service    Service
}

// Need is a skill that an agent must have at Level; waiting relaxes it.
type Need struct {
	Skill string  `json:"skill"`
	Level int     `json:"level"`
	Relax []Relax `json:"relax,omitempty"` // by rising After
}

// Relax sets the level of a need from After on; level 0 drops the need.
type Relax struct {
	After time.Duration `json:"after"`
	Level int           `json:"level"`
}

// Promise is a due time: a caller who is not joined Within goes where Then says.
type Promise struct {
	Within time.Duration `json:"within"` // 0 is no promise
	Then   Fallback      `json:"then"`   // "": Supervisor
	Queue  string        `json:"queue"`  // whose agents are the supervisors; "": as the queue says
}

// Prefer holds a caller for one agent For a while, as long as that agent is at work.
type Prefer struct {
	Agent string        `json:"agent"`
	For   time.Duration `json:"for"`
}

// Fallback is what is done with a caller whom nobody took.
type Fallback string

// The fallbacks.
const (
	Leave      Fallback = "leave"      // back to the script
	Voicemail  Fallback = "voicemail"  // a message after the tone
	CallBack   Fallback = "callback"   // the caller keeps the place and is called back
	Supervisor Fallback = "supervisor" // the supervisor queue's agents are asked too, first
)

// Ranking says which of several free agents a caller gets.
type Ranking string

// The rankings. Each ends with the longest idle.
const (
	LongestIdle Ranking = "longest_idle"
	BestSkill   Ranking = "best_skill" // highest levels of the skills that the caller needs
	SpareSkill  Ranking = "spare"      // lowest levels of the skills that the caller does not need: specialists stay free
)

// Timing is how long each step with an agent may take.
type Timing struct {
	Ring   time.Duration
	Brief  time.Duration // from the agent's answer to the accepting key; 0: joined on answer, no brief
	WrapUp time.Duration
}

// Hear is what callers hear. First 0 is no announcement.
type Hear struct {
	Music        string // clip
	First, Every time.Duration
	Floor        time.Duration // least wait that is announced
}

// Limit says when a caller has waited enough.
type Limit struct {
	Wait   time.Duration // 0 is for ever
	Rounds int           // times that every agent may fail to take the call; 0 is for ever
	Empty  bool          // Then at once when no agent is at work
	Then   Fallback
}

// Callback says when callers are offered a call back. After 0 is never.
type Callback struct {
	After  time.Duration
	Tries  int           // times the caller is dialled
	Again  time.Duration // between two tries
	Within time.Duration // a callback not begun by then is given up
}

// Overflow lets the agents of another queue take callers too: those who waited
// After, and all while more than Above wait, until Below or fewer do.
type Overflow struct {
	To           string
	After        time.Duration
	Above, Below int
}

// Service is the goal: Percent of the callers are joined Within.
type Service struct {
	Within   time.Duration
	Percent  int
	Handling time.Duration // talk and wrap-up expected before any is measured
}

// Agent is a person with a phone.
type Agent struct {
	ID, Name string
	Address  string // SIP URI or registered name
	Queues   []string
	Skills   map[string]int // to level, 1 to MaxLevel
	Roles    []string
	Capacity int // calls at once; 0 is 1
}

// Reach says when an agent who is not reached is left alone: after Failures in a
// row for Rest, twice as long each further time, up to MaxRest.
type Reach struct {
	Failures      int
	Rest, MaxRest time.Duration
}

// level is the least level of n that serves a caller who has waited so long.
func (n Need) level(waited time.Duration) int {
	level := n.Level
	for _, r := range n.Relax {
		if waited >= r.After {
			level = r.Level
		}
	}
	return level
}

func (a Agent) capacity() int { return max(a.Capacity, 1) }
