package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

// Sending is the message by which a promotion that is owed is sent.
type Sending struct {
	Message  string           `json:"message,omitempty"` // id of its attempt; "": none was posted
	Reopened time.Time        `json:"reopened,omitzero"` // the follow-up was settled, and the message did not arrive
	Receipt  customer.Receipt `json:"receipt,omitzero"`  // the last word of the network
}

// Itself is who settles what Parley does by itself.
const Itself = "parley"

// ErrUndelivered tells that a message did not arrive after all.
var ErrUndelivered = errors.New("the message was not delivered")

// PostOwed puts the messages of a promotion that is owed into the outbox, and keeps by
// which id receipts will tell of it.
func (e *Editor) PostOwed(ctx context.Context, followUp, message string, all ...Message) error {
	err := e.changes.patiently(ctx, func(q queries) error {
		if _, err := q.exec(ctx, "UPDATE owed SET message = ? WHERE id = ?", message, followUp); err != nil {
			return err
		}
		return q.post(ctx, all...)
	})
	if err != nil {
		return fmt.Errorf("follow-ups: %w", err)
	}
	e.nudge(all)
	return nil
}

// KeepReceipt keeps what the network tells of a message, if that says more than what is
// kept, and gives what is kept now. A promotion that Parley settled as sent is opened
// again when the message did not arrive, and is due a day from now, for a person to see
// to; it is settled once more when the message is delivered after all. tell makes the
// messages about either, posted in the same transaction. ErrNoAttempt: there is no such
// message.
func (e *Editor) KeepReceipt(ctx context.Context, now time.Time, id string, r customer.Receipt, tell func(FollowUp) []Message) (kept customer.Receipt, fresh bool, err error) {
	var messages []Message
	err = e.onAttempt(ctx, id, func(q queries, a Attempt) error {
		kept, fresh, messages = a.Went.Receipt, false, nil
		if a.Channel == permit.Phone {
			return fmt.Errorf("%w: %s is a call", ErrNoAttempt, id)
		}
		if !r.Over(kept) {
			return nil
		}
		if _, err := q.exec(ctx, "UPDATE attempts SET receipt = ?, receipt_code = ?, receipt_at = ? WHERE id = ?", string(r.State), r.Code, r.At.UnixNano(), id); err != nil {
			return err
		}
		detail := string(r.State)
		if r.Code != "" {
			detail += ", " + r.Code
		}
		if err := q.entered(ctx, a.event(EventReceipt, r.At, detail)); err != nil {
			return err
		}
		f, err := q.received(ctx, now, a, r)
		if kept, fresh = r, true; err != nil || f.ID == "" || tell == nil {
			return err
		}
		messages = tell(f)
		return q.post(ctx, messages...)
	})
	if err == nil {
		e.nudge(messages)
	}
	return kept, fresh, err
}

// received has the follow-up of a message go by its receipt; it gives the follow-up if
// that changed it. What a person settled stays.
func (q queries) received(ctx context.Context, now time.Time, a Attempt, r customer.Receipt) (f FollowUp, err error) {
	n := 0
	switch {
	case r.Failed():
		n, err = q.exec(ctx, `UPDATE owed SET settled = NULL, who = '', note = '', outcome = '', told = NULL, due = ?, reopened = ?
			WHERE message = ? AND settled IS NOT NULL AND who = ? AND outcome = ?`,
			now.Add(doWithin).UnixNano(), now.UnixNano(), a.ID, Itself, string(customer.Done))
	case r.State == customer.ReceiptDelivered:
		n, err = q.exec(ctx, "UPDATE owed SET settled = ?, who = ?, note = ?, outcome = ? WHERE message = ? AND settled IS NULL AND reopened IS NOT NULL",
			now.UnixNano(), Itself, "delivered by "+string(a.Channel), string(customer.Done), a.ID)
	}
	if err != nil || n == 0 {
		return f, err
	}
	if f, err = followUp(q.row(ctx, "SELECT "+followUpColumns+" FROM owed WHERE message = ?", a.ID).Scan); err == nil {
		f.Sending.Receipt = r
	}
	return f, err
}

// SettleSent settles a promotion whose message the gateway took. ErrUndelivered: a
// receipt was faster, and told that it did not arrive.
func (e *Editor) SettleSent(ctx context.Context, id, message string, s customer.Settlement, at time.Time, tell func(FollowUp) []Message) error {
	var messages []Message
	err := e.onAttempt(ctx, message, func(q queries, a Attempt) (err error) {
		if a.Went.Receipt.Failed() {
			return ErrUndelivered
		}
		_, messages, err = q.settleFollowUp(ctx, id, s, at, tell)
		return err
	})
	if err == nil {
		e.nudge(messages)
	}
	return err
}

// Receipts gives those that came of some messages.
func (r *Reader) Receipts(ctx context.Context, messages []string) (map[string]customer.Receipt, error) {
	return r.db.q().receipts(ctx, messages)
}

func (q queries) receipts(ctx context.Context, messages []string) (map[string]customer.Receipt, error) {
	all := map[string]customer.Receipt{}
	err := q.among(ctx, messages, "SELECT id, receipt, receipt_code, receipt_at FROM attempts WHERE id IN", " AND receipt <> ''", func(scan func(...any) error) error {
		var id string
		var r customer.Receipt
		var at sql.NullInt64
		err := scan(&id, &r.State, &r.Code, &at)
		r.At = when(at)
		all[id] = r
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("receipts: %w", err)
	}
	return all, nil
}

// withReceipts adds what the network told of the messages of follow-ups.
func (q queries) withReceipts(ctx context.Context, all []FollowUp) error {
	var ids []string
	for _, f := range all {
		if f.Sending.Message != "" {
			ids = append(ids, f.Sending.Message)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := q.receipts(ctx, ids)
	for i := range all {
		all[i].Sending.Receipt = found[all[i].Sending.Message]
	}
	return err
}
