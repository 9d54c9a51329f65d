package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Callback is a caller who waits on the line, or who is to be called back. It is
// one row from the moment the caller waits, and keeps the place in the queue.
type Callback struct {
	ID     string        `json:"id"`
	Call   string        `json:"call"` // the record of the call that waits or waited
	Number string        `json:"number"`
	Queue  string        `json:"queue"`
	Reason string        `json:"reason"` // asked for, long wait, the server ended
	Since  time.Time     `json:"since"`  // the place: when the caller began to wait
	Due    time.Time     `json:"due"`    // not to be tried before
	Tries  int           `json:"tries"`
	State  CallbackState `json:"state"`
	Worker string        `json:"worker,omitempty"`
	Why    string        `json:"why,omitempty"`  // of the state, in words
	Asks   string        `json:"asks,omitempty"` // of the queue, as JSON of whoever keeps it
}

// CallbackState is how far a callback has come.
type CallbackState string

// The states of a Callback. The first two are claimed; the others are the end.
const (
	OnLine      CallbackState = "on_line" // the caller waits on the telephone
	CallbackDue CallbackState = "due"
	Connected   CallbackState = "connected" // a person has talked to them
	Left        CallbackState = "left"      // the caller hung up, and wanted no callback
	GaveUp      CallbackState = "gave_up"   // tried as often as allowed
	NoNumber    CallbackState = "no_number" // nobody can be called back
)

const callbackColumns = "id, call, number, queue, reason, since, due, tries, state, worker, lease, why, asks"

// Wait writes down a caller who waits or wants to be called back, and returns when
// that is durable: before it is announced. The same ID again is replaced; what a
// worker has claimed meanwhile is then free.
func (s *Store) Wait(ctx context.Context, c Callback) error {
	return s.row(ctx, "callback/"+c.ID, insert("callbacks", callbackColumns, 1), c.ID, c.Call, c.Number, c.Queue, c.Reason,
		c.Since.UnixNano(), c.Due.UnixNano(), c.Tries, string(c.State), "", 0, c.Why, c.Asks)
}

// Claim takes callers in a state (OnLine or CallbackDue) for a worker, those who
// have waited longest first. No two workers get the same one.
func (e *Editor) Claim(ctx context.Context, c Claim, state CallbackState) (all []Callback, err error) {
	err = e.claim(ctx, "callbacks", callbackColumns, c, func(scan func(...any) error) error {
		b, err := callback(scan)
		all = append(all, b)
		return err
	}, "state = ?", string(state))
	slices.SortFunc(all, func(a, b Callback) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
	return all, err
}

// Settle ends a worker's claim on a callback: with CallbackDue it comes again at
// due, in its old place. ErrLost tells that it is no longer the worker's.
func (e *Editor) Settle(ctx context.Context, id, worker string, state CallbackState, why string, due time.Time) error {
	return e.settle(ctx, "callbacks", id, worker, string(state), why, due)
}

// Callbacks lists those in a state, the first in the queue first.
func (r *Reader) Callbacks(ctx context.Context, state CallbackState, limit int) (all []Callback, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		b, err := callback(scan)
		all = append(all, b)
		return err
	}, "SELECT "+callbackColumns+" FROM callbacks WHERE state = ? ORDER BY since, id LIMIT ?", string(state), limit)
	if err != nil {
		return nil, fmt.Errorf("callbacks: %w", err)
	}
	return all, nil
}

func callback(scan func(...any) error) (c Callback, err error) {
	var since, due, lease int64
	err = scan(&c.ID, &c.Call, &c.Number, &c.Queue, &c.Reason, &since, &due, &c.Tries, &c.State, &c.Worker, &lease, &c.Why, &c.Asks)
	c.Since, c.Due = time.Unix(0, since).UTC(), time.Unix(0, due).UTC()
	return c, err
}
