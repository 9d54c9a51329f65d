package store

import (
	"context"
	"slices"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Withdrawal is a consent that an answer on record took back: by the API, an import, a
// feed, or as two customers became one. What a person says against being reached is a
// Word, and told as such.
type Withdrawal struct {
	Customer string
	Number   string    // the first of the customer's, or ""
	Source   string    // who told
	At       time.Time // of the answer, as the ledger has it
	Answer   customer.Consent
}

// OnWithdrawn has messages posted with each consent that is taken back, in the
// transaction that keeps it: once for each. Call it before anybody else uses e.
func (e *Editor) OnWithdrawn(tell func(Withdrawal) []Message) {
	if e.changes.withdrawn = nil; tell != nil {
		e.changes.withdrawn = &withdrawn{tell: tell, wake: e.nudge}
	}
}

// withdrawn tells of the consents that one transaction takes back.
type withdrawn struct {
	tell   func(Withdrawal) []Message
	wake   func([]Message)
	posted []Message
}

func (w *withdrawn) fresh() *withdrawn {
	if w == nil {
		return nil
	}
	return &withdrawn{tell: w.tell, wake: w.wake}
}

// kept has the sender look, after the commit.
func (w *withdrawn) kept() {
	if w != nil {
		w.wake(w.posted)
	}
}

// tellWithdrawn posts what tells of an answer that is laid over old ones, if it takes
// consent back.
func (q queries) tellWithdrawn(ctx context.Context, olds []customer.Consent, w Withdrawal) error {
	if q.withdrawn == nil || !takesBack(olds, w.Answer) {
		return nil
	}
	tell := q.withdrawn.tell(w)
	q.withdrawn.posted = append(q.withdrawn.posted, tell...)
	return q.post(ctx, tell...)
}

// takesBack tells whether an answer ends a consent: one that was granted, or, as it
// says of itself, one that was granted elsewhere. The same told again ends nothing, and
// neither does a refusal of what was never granted.
func takesBack(olds []customer.Consent, c customer.Consent) bool {
	i := slices.IndexFunc(olds, func(o customer.Consent) bool { return o.Purpose == c.Purpose })
	if i >= 0 && olds[i].State == customer.Granted {
		return c.State != customer.Granted
	}
	return c.State == customer.Withdrawn && (i < 0 || olds[i].State != customer.Withdrawn)
}
