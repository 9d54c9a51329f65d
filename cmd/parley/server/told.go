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

// remarked keeps what the API is told of customers, and tells webhooks.
type remarked struct {
	people
	herald *herald
}

// Remark keeps one about a customer or a number.
func (r remarked) Remark(ctx context.Context, who string, m customer.Remark) (customer.Remark, bool, error) {
	id, numbers, err := r.numbers(ctx, who)
	if err != nil {
		return m, false, err
	}
	m.Number = numbers[0]
	if err := m.Check(); err != nil {
		return m, false, fmt.Errorf("%w: %w", api.ErrInvalid, err)
	}
	kept, again, err := r.store.Remark(ctx, m, r.herald.messages(ofRemark(m, id))...)
	if errors.Is(err, store.ErrOther) {
		return kept, false, fmt.Errorf("%w: something else was told with this Idempotency-Key; use a new one", api.ErrInvalid)
	}
	return kept, again, err
}

// Remarks lists those about a customer.
func (r remarked) Remarks(ctx context.Context, who string) ([]customer.Remark, error) {
	_, numbers, err := r.numbers(ctx, who)
	if err != nil {
		return nil, err
	}
	return r.store.Remarks(ctx, numbers, 200)
}

// numbers are a customer's, or the number itself when it is nobody's.
func (r remarked) numbers(ctx context.Context, who string) (id string, all []string, err error) {
	n := customer.Parse(who, r.cfg.Country)
	p, err := r.store.Customer(ctx, who)
	if errors.Is(err, store.ErrNoCustomer) && n.Personal() {
		p, err = r.store.ByNumber(ctx, n.Text)
	}
	switch {
	case errors.Is(err, store.ErrNoCustomer) && n.Personal():
		return "", []string{n.Text}, nil
	case errors.Is(err, store.ErrNoCustomer):
		return "", nil, fmt.Errorf("no customer has this id, and it is no number of one person: %w", api.ErrNotFound)
	case err != nil:
		return "", nil, err
	case len(p.Numbers) == 0:
		return "", nil, fmt.Errorf("%w: the customer has no number; tell of the number", api.ErrInvalid)
	}
	return p.ID, p.Numbers, nil
}

// messages shows the API the outbox.
type messages struct {
	store  *store.Store
	sender *webhook.Sender
}

// Messages lists them.
func (m messages) Messages(ctx context.Context, q api.MessageQuery) ([]api.Message, error) {
	all, err := m.store.Messages(ctx, store.MessageFilter{Hook: q.Hook, State: store.MessageState(q.State), After: q.After, Limit: q.Limit})
	out := make([]api.Message, len(all))
	var ids []string
	for i, x := range all {
		if out[i] = shown(x); out[i].Message != "" {
			ids = append(ids, out[i].Message)
		}
	}
	if err != nil || len(ids) == 0 {
		return out, err
	}
	came, err := m.store.Receipts(ctx, ids)
	for i, x := range out {
		out[i].Receipt = api.OfReceipt(came[x.Message])
	}
	return out, err
}

// Retry has one sent now.
func (m messages) Retry(ctx context.Context, id string) (api.Message, error) {
	x, err := m.store.RetryMessage(ctx, id, time.Now())
	switch {
	case errors.Is(err, store.ErrNoMessage):
		err = fmt.Errorf("%w: %w", err, api.ErrNotFound)
	case errors.Is(err, store.ErrArrived), errors.Is(err, store.ErrTrying):
		err = fmt.Errorf("%w: %w", err, api.ErrConflict)
	case err == nil:
		m.sender.Wake()
	}
	return shown(x), err
}

func shown(m store.Message) api.Message {
	out := api.Message{ID: m.ID, Hook: m.Hook, State: string(m.State), Since: m.Since, Tries: m.Tries, Why: m.Why}
	if m.State == store.MessageDue {
		out.Due = m.Due
	}
	if sent, ok := asked(webhook.Message{Payload: m.Payload}); ok {
		out.Message = sent.ID
	}
	return out
}
