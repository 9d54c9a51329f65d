package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// receipts keeps what networks tell of messages, and tells webhooks what follows.
type receipts struct {
	store  *store.Store
	herald *herald
}

// Receipt keeps one.
func (r receipts) Receipt(ctx context.Context, message string, told customer.Receipt) (customer.Receipt, bool, error) {
	kept, fresh, err := r.store.KeepReceipt(ctx, time.Now(), message, told, func(f store.FollowUp) []store.Message {
		if f.Settled.IsZero() {
			return r.herald.messages(ofReopened(f))
		}
		return r.herald.messages(ofSettled(f))
	})
	if errors.Is(err, store.ErrNoAttempt) {
		err = fmt.Errorf("no message has the id %q; it is message.id of message.send: %w", message, api.ErrNotFound)
	}
	return kept, fresh, err
}

// ofReopened is the event of a follow-up whose message did not arrive after all.
func ofReopened(f store.FollowUp) webhook.Event {
	return webhook.Event{Type: webhook.FollowUpOpen, Key: keyOf(f), At: f.Sending.Reopened, Data: webhook.Data{FollowUp: ofFollowUp(f)}}
}

// keyOf names what is told of a follow-up: what was opened again is settled, and becomes
// overdue, once more.
func keyOf(f store.FollowUp) string {
	if f.Sending.Reopened.IsZero() {
		return f.ID
	}
	return f.ID + "/" + f.Sending.Reopened.UTC().Format(time.RFC3339Nano)
}
