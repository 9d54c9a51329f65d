package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Message is a webhook's request that is to arrive at least once.
type Message struct {
	ID      string       `json:"id"`   // the receiver's key against doubles
	Hook    string       `json:"hook"` // which webhook of the configuration
	URL     string       `json:"url"`
	Payload []byte       `json:"payload"`
	Since   time.Time    `json:"since"`
	Due     time.Time    `json:"due"` // not to be tried before
	Tries   int          `json:"tries"`
	State   MessageState `json:"state"`
	Why     string       `json:"why,omitempty"` // what the last try came to
}

// MessageState is how far a message has come.
type MessageState string

// The states of a Message.
const (
	MessageDue MessageState = "due"
	Delivered  MessageState = "delivered"
	Refused    MessageState = "refused" // for good, or too often
)

const messageColumns = "id, hook, url, payload, since, due, tries, state, worker, lease, why"

// Post puts a message into the outbox. It does not wait; ErrBacklog tells that a
// broken database has too much waiting already.
func (s *Store) Post(m Message) error {
	return s.w.add(&job{kind: jobRow, id: "outbox/" + m.ID, text: insertOnce("outbox", messageColumns, 1), args: []any{
		m.ID, m.Hook, m.URL, append([]byte{}, m.Payload...), m.Since.UnixNano(), m.Due.UnixNano(), 0, string(MessageDue), "", 0, "",
	}})
}

// ClaimMessages takes messages that are due, the oldest first. No two workers get
// the same one.
func (e *Editor) ClaimMessages(ctx context.Context, c Claim) (all []Message, err error) {
	err = e.claim(ctx, "outbox", messageColumns, c, string(MessageDue), func(scan func(...any) error) error {
		m, err := message(scan)
		all = append(all, m)
		return err
	})
	slices.SortFunc(all, func(a, b Message) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
	return all, err
}

// SettleMessage ends a worker's claim on a message: with MessageDue it is tried
// again at due. ErrLost tells that it is no longer the worker's.
func (e *Editor) SettleMessage(ctx context.Context, id, worker string, state MessageState, why string, due time.Time) error {
	return e.settle(ctx, "outbox", id, worker, string(state), why, due)
}

// Messages lists those in a state, the oldest first.
func (r *Reader) Messages(ctx context.Context, state MessageState, limit int) (all []Message, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		m, err := message(scan)
		all = append(all, m)
		return err
	}, "SELECT "+messageColumns+" FROM outbox WHERE state = ? ORDER BY since, id LIMIT ?", string(state), limit)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return all, nil
}

func message(scan func(...any) error) (m Message, err error) {
	var since, due, lease int64
	var worker string
	err = scan(&m.ID, &m.Hook, &m.URL, &m.Payload, &since, &due, &m.Tries, &m.State, &worker, &lease, &m.Why)
	m.Since, m.Due = time.Unix(0, since).UTC(), time.Unix(0, due).UTC()
	return m, err
}
