package server

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/store"
)

// How long messages are kept that nobody waits for any more. Those that arrived are
// kept as long as anything may be posted again: see herald.takeUp.
const (
	keepDelivered = 14 * 24 * time.Hour
	keepRefused   = 30 * 24 * time.Hour
)

// outbox reads the store's messages in the sender's words.
type outbox struct {
	store  *store.Store
	worker string
}

func newOutbox(s *store.Store) outbox {
	host, _ := os.Hostname() // a name for people who look into the table
	return outbox{s, fmt.Sprintf("%s/%d/%d", host, os.Getpid(), time.Now().UnixNano())}
}

func (o outbox) Next(ctx context.Context, hook string) (time.Time, error) {
	return o.store.NextMessage(ctx, hook)
}

func (o outbox) Claim(ctx context.Context, hook string, now time.Time, lease time.Duration, max int) ([]webhook.Message, error) {
	got, err := o.store.ClaimMessages(ctx, hook, store.Claim{Worker: o.worker, Now: now, Lease: lease, Max: max})
	out := make([]webhook.Message, len(got))
	for i, m := range got {
		out[i] = webhook.Message{ID: m.ID, Hook: m.Hook, Payload: m.Payload, Since: m.Since, Tries: m.Tries}
	}
	return out, err
}

func (o outbox) Settle(ctx context.Context, id string, v webhook.Verdict) error {
	if v.Held {
		return o.store.HoldMessage(ctx, id, o.worker, v.Why, v.Due)
	}
	return o.store.SettleMessage(ctx, id, o.worker, store.MessageState(v.State), v.Why, v.Due)
}

func (o outbox) Forget(ctx context.Context, now time.Time) error {
	_, err := o.store.ForgetMessages(ctx, now.Add(-keepDelivered), now.Add(-keepRefused))
	return err
}

func (o outbox) Posted() <-chan struct{} { return o.store.Posted() }
