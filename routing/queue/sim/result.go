package sim

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/parley-voice/parley/routing/queue"
)

// Result is what became of an hour.
type Result struct {
	Ended    int
	Classes  map[string]*Class
	Events   []Stamped // all that the machine was told, to play again
	Actions  []Done
	Snapshot queue.Snapshot // when the hour is over; some callers are still there
	Lasted   time.Duration
	Errors   []float64 // wait announced first against the wait that followed, s; of those answered on the line
}

// Class is what became of one class of callers.
type Class struct {
	Ends      map[queue.How]int
	Waits     []float64 // until joined on the line, s
	Escalated int
	Callbacks int           // asked for
	Longest   time.Duration // on the line, however it ended
}

// Digest tells two hours apart: every action with its time is in it.
func (r *Result) Digest() uint64 {
	h := fnv.New64a()
	for _, d := range r.Actions {
		fmt.Fprintf(h, "%d %T%+v\n", d.At.UnixNano(), d.Action, d.Action)
	}
	return h.Sum64()
}

func (r *Result) class(name string) *Class {
	if r.Classes == nil {
		r.Classes = map[string]*Class{}
	}
	if r.Classes[name] == nil {
		r.Classes[name] = &Class{Ends: map[queue.How]int{}}
	}
	return r.Classes[name]
}

func (r *Result) count(c *caller, end queue.End, now time.Time) {
	k := r.class(c.Class)
	k.Ends[end.How]++
	if !c.escalated.IsZero() {
		k.Escalated++
	}
	switch {
	case c.back:
		k.Callbacks++
	case c.joined:
		k.Waits = append(k.Waits, c.wait.Seconds())
		k.Longest = max(k.Longest, c.wait)
		if c.guess > 0 {
			r.Errors = append(r.Errors, (c.guess - (c.wait - c.guessedAt)).Seconds())
		}
	default:
		k.Longest = max(k.Longest, now.Sub(c.came))
	}
}
