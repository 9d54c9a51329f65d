// Package routing decides where a call goes, by a table of rules that a
// supervisor can read and change. It is pure: the time and the facts of the call
// come in, a decision with its reasons comes out.
package routing

import (
	"fmt"
	"strconv"
	"time"

	"github.com/parley-voice/parley/dialog/expr"
)

// Table is a file of rules, read and checked. It is read-only: many calls use it
// at once, and a reload makes another.
type Table struct {
	ID      string
	Version int
	Manner
	Calendar Calendar
	Channels []Channel
	Words    []Words
	Queues   []string
	Skills   []string
	Overflow Threshold
	Rules    []Rule // tried in order; the last one always matches
	During   []Rule // tried while the call goes on

	places places
}

// Manner is how a table speaks.
type Manner struct {
	Language string // of greetings that name none
	Market   string // whose notices greetings give, "" for none
}

// Rule sends a call somewhere when its condition holds.
type Rule struct {
	ID   string
	When *expr.Expr // nil always holds
	Plan
	Overflow *Target // instead of To, while the caller's region overflows
	Greeting Greeting
	Later    bool // in mid-call: not at once, but when the script hands the caller over
}

// Plan is where a call goes and how.
type Plan struct {
	To       Target        `json:"to"`
	Priority int           `json:"priority"` // 0 to 100; the higher one is served first
	Skills   []Step        `json:"skills,omitempty"`
	Promise  *Promise      `json:"promise,omitempty"`
	Context  []string      `json:"context,omitempty"` // what the agent is given; Contexts lists them
	FollowUp time.Duration `json:"follow_up,omitempty"`
}

// Step is the skills that an agent needs once the caller has waited for After.
type Step struct {
	After time.Duration `json:"after"`
	Need  []string      `json:"need"`
}

// Needs are the skills asked for after a wait; nil asks for none.
func (p Plan) Needs(waited time.Duration) (need []string) {
	for _, s := range p.Skills {
		if waited >= s.After {
			need = s.Need
		}
	}
	return need
}

// Promise is the longest wait, and where the caller goes when it is over.
type Promise struct {
	Within time.Duration `json:"within"`
	Else   Target        `json:"else"`
}

// Target is where a call goes.
type Target struct {
	Kind TargetKind `json:"kind"`
	Name string     `json:"name,omitempty"` // of the script, queue or agent; the number; the mailbox
	Code int        `json:"code,omitempty"` // of Reject: the SIP response
}

// TargetKind is the kind of a Target.
type TargetKind string

// The kinds of Target.
const (
	Script    TargetKind = "script"
	Queue     TargetKind = "queue"
	Agent     TargetKind = "agent"
	Dial      TargetKind = "number"
	Voicemail TargetKind = "voicemail"
	Reject    TargetKind = "reject"
)

// String is how people and tests write it: queue sales, reject 486.
func (t Target) String() string {
	if t.Kind == Reject {
		return fmt.Sprintf("%s %d", t.Kind, t.Code)
	}
	return string(t.Kind) + " " + t.Name
}

// Person tells whether people are behind it.
func (t Target) Person() bool { return t.Kind == Queue || t.Kind == Agent || t.Kind == Dial }

// Channel is a called number and what it tells.
type Channel struct {
	Number string
	Name   string // as greetings say it
	Topic  string // what callers of it want, "" when that is open
}

// Words is a class of words to be heard in mid-call.
type Words struct {
	Class string
	Words []string
}

// Threshold says when a region overflows: under Below percent answered, until it
// is over Until again, and only with Sample calls or more to judge by.
type Threshold struct {
	Below, Until float64
	Sample       int
}

// Next is whether a region overflows, given that it did (was), its answer rate in
// percent and the calls that this is of. Too few calls tell nothing: then it does
// not, so that callers go where they belong and there is something to judge by.
func (h Threshold) Next(was bool, rate float64, calls int) bool {
	switch {
	case calls < h.Sample || h.Sample == 0:
		return false
	case was:
		return rate <= h.Until
	}
	return rate < h.Below
}

// Memory is which regions overflow. It goes from one decision to the next.
type Memory map[string]bool

// percent writes a rate as facts hold it.
func percent(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Names lists the rules, those of mid-call last.
func (t *Table) Names() (all []string) {
	for _, list := range [][]Rule{t.Rules, t.During} {
		for _, r := range list {
			all = append(all, r.ID)
		}
	}
	return all
}
