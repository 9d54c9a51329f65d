package timing

import (
	"fmt"
	"slices"
	"time"
)

// Reaction is how soon after a signal its job is due at the latest.
const Reaction = 60 * time.Second

// Kind is what a person did.
type Kind string

// The kinds of signals.
const (
	Browsed Kind = "browse"
	Carted  Kind = "cart"
	Bought  Kind = "buy"
)

// Signal is one thing that a person did, on a page or in a shop.
type Signal struct {
	ID   string    `json:"id"` // the same signal may come twice
	Kind Kind      `json:"kind"`
	Item string    `json:"item,omitempty"`
	At   time.Time `json:"at"`
}

// Trigger makes a job of signals.
type Trigger struct {
	On     Kind          `json:"on" yaml:"on"`
	Settle time.Duration `json:"settle,omitempty" yaml:"settle,omitempty"` // wait for a purchase: at most Reaction
	Stale  time.Duration `json:"stale,omitempty" yaml:"stale,omitempty"`   // a signal heard of so late is let go: 15 min when 0
	Rest   time.Duration `json:"rest,omitempty" yaml:"rest,omitempty"`     // no second job of a person within it
}

// Job is a call that is due. Whether it may be placed then, caps and hours say.
type Job struct {
	Due    time.Time `json:"due"`
	Signal Signal    `json:"signal"` // what set it off
	Why    string    `json:"why"`
}

// Window is how old a signal may be.
func (t Trigger) Window() time.Duration {
	if t.Stale == 0 {
		return 15 * time.Minute
	}
	return t.Stale
}

// Due gives the job that one person's signals ask for, if any: the first signal
// after the last job's Rest is due Settle later, and never later than 60 s after
// it, or at once when it was heard of later than that. A purchase since then
// (of the same item, when both name one) calls it off. Signals come in any order
// and any number of times; what lies in the future is not looked at. last is when
// the person's last job was due, or zero.
func (t Trigger) Due(now time.Time, signals []Signal, last time.Time) (Job, bool) {
	stale := t.Window()
	known := slices.DeleteFunc(slices.Clone(signals), func(s Signal) bool { return s.At.After(now) })
	slices.SortStableFunc(known, func(a, b Signal) int { return a.At.Compare(b.At) })
	for _, s := range known {
		switch {
		case s.Kind != t.On:
		case !last.IsZero() && s.At.Before(last.Add(t.Rest)):
		case now.Sub(s.At) > stale:
		case bought(known, s):
		default:
			due := s.At.Add(min(max(t.Settle, 0), Reaction))
			if due.Before(now) {
				due = now
			}
			return Job{due, s, fmt.Sprintf("%s of %q at %s", s.Kind, s.Item, s.At.UTC().Format(time.RFC3339))}, true
		}
	}
	return Job{}, false
}

// bought tells whether a purchase made a signal idle.
func bought(signals []Signal, s Signal) bool {
	return slices.ContainsFunc(signals, func(b Signal) bool {
		return b.Kind == Bought && !b.At.Before(s.At) && (b.Item == "" || s.Item == "" || b.Item == s.Item)
	})
}
