package call

import (
	"context"
	"maps"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// Herald tells other systems of calls, at least once.
type Herald interface {
	// Offer is told before a person's phone rings. It returns when the message is
	// written down, not when it has arrived; ctx bounds it, and the phone rings all
	// the same after an error.
	Offer(ctx context.Context, o Offer) error
	// Noted is told of each fact that is written down in a call, whose record comes
	// without its journal. It does not wait.
	Noted(r Record, e Entry)
}

// Offer is a call that is about to be offered to a person.
type Offer struct {
	Record Record // as it stands; its journal is the transcript so far
	Hand   int    // the transfer's number within the call
	Number int    // the switchboard's number of the offer, 0 without one
	At     time.Time
	Agent  string // whose phone it is, "" outside of the queues
	Queue  string
	To     string // address, where it is known before
	Brief  string
	Vars   map[string]string // what routing knew, or the attempt brought
}

// offer is what a Herald is told of a person who is about to be rung; nil without
// one. The call's loop makes it, whoever rings carries it.
func (s *Session) offer(now time.Time, hand, number int, a dialog.Transfer) *Offer {
	if s.desk.deps.People.Herald == nil {
		return nil
	}
	o := &Offer{Record: s.j.snapshot(), Hand: hand, Number: number, At: now, Agent: a.Agent, Queue: a.Queue, To: a.SIP, Brief: a.Brief, Vars: maps.Clone(s.mind.vars)}
	if h := s.wires.hand; h != nil && h.place != nil {
		o.Queue = h.place.queue
	}
	return o
}

// announce writes an offer down before the phone rings, as far as the budget goes.
func (s *Session) announce(ctx context.Context, o *Offer) {
	if o == nil {
		return
	}
	_ = s.durable(ctx, "the message of who is calling", s.desk.deps.Config.WriteBudget, func(ctx context.Context) error { // counted
		return s.desk.deps.People.Herald.Offer(ctx, *o)
	})
}

// tellNoted tells the Herald of a line of the journal that is a fact.
func (s *Session) tellNoted(e Entry) {
	if h := s.desk.deps.People.Herald; h != nil && e.Kind == EntryNote {
		r := s.j.rec
		r.Entries = nil
		h.Noted(r, e)
	}
}
