package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// shownEvents is how many rows of the ledger the API shows of a person.
const shownEvents = 100

// consents tells the API what people allow and forbid.
type consents struct {
	store   *store.Store
	country string
	policy  permit.Policy
}

// about is who is meant: a customer by the id, with all numbers, or one number.
func (c consents) about(ctx context.Context, who string) (id string, numbers []customer.Number, err error) {
	p, err := c.store.Customer(ctx, who)
	n := customer.Parse(who, c.country)
	switch {
	case err == nil:
		for _, text := range p.Numbers {
			numbers = append(numbers, customer.Parse(text, c.country))
		}
		return p.ID, numbers, nil
	case !errors.Is(err, store.ErrNoCustomer):
		return "", nil, err
	case !n.Personal():
		return "", nil, fmt.Errorf("no customer has this id, and it is no number of one person: %w", api.ErrNotFound)
	}
	return "", []customer.Number{n}, nil
}

// request is what a decision would be asked about a person's number.
func request(id string, n customer.Number, q api.MayQuery) permit.Request {
	return permit.Request{ID: "-", Person: id, Number: n, Purpose: q.Purpose, Channel: q.Channel}
}

func (c consents) Standing(ctx context.Context, who string) (out api.Standing, err error) {
	id, numbers, err := c.about(ctx, who)
	if err != nil {
		return out, err
	}
	var n customer.Number
	if id == "" {
		n = numbers[0]
	}
	f, events, err := c.store.Standing(ctx, time.Now(), request(id, n, api.MayQuery{}), shownEvents)
	if err != nil {
		return out, err
	}
	out = api.Standing{Customer: f.Profile.ID, Consent: f.Profile.Consent, Complaints: f.Complaints}
	for _, o := range f.OptOuts {
		out.OptOuts = append(out.OptOuts, api.OptOut{Kind: string(o.Kind), Channel: string(o.Channel), Purpose: o.Purpose, At: o.At})
	}
	for _, e := range events {
		out.Events = append(out.Events, api.ConsentEvent{ID: e.Seq, At: e.At, Kind: string(e.Kind), Number: e.Number, Purpose: e.Purpose, Channel: e.Channel,
			Source: e.Source, Detail: e.Detail, Proven: e.Leaf >= 0})
	}
	return out, nil
}

func (c consents) SetConsent(ctx context.Context, who string, answer customer.Consent) (api.Standing, error) {
	id, numbers, err := c.about(ctx, who)
	if err != nil {
		return api.Standing{}, err
	}
	if id == "" {
		id = numbers[0].Text
	}
	switch _, err = c.store.SetConsent(ctx, id, answer); {
	case errors.Is(err, store.ErrNoCustomer):
		return api.Standing{}, fmt.Errorf("the number is nobody's: import the customer first, or tell a remark do_not_call of the number: %w", api.ErrNotFound)
	case err != nil:
		return api.Standing{}, err
	}
	return c.Standing(ctx, who)
}

func (c consents) May(ctx context.Context, who string, q api.MayQuery) (all []api.Permit, err error) {
	id, numbers, err := c.about(ctx, who)
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		numbers = []customer.Number{{}}
	}
	for _, n := range numbers {
		d, err := c.store.May(ctx, time.Now(), request(id, n, q), c.policy)
		if err != nil {
			return nil, err
		}
		all = append(all, api.Permit{Number: n.Text, Decision: d})
	}
	return all, nil
}

// ledgerBook shows the API the ledger of consent.
type ledgerBook struct {
	store *store.Store
	key   string // public
}

func (l ledgerBook) Heads(ctx context.Context, after int64, limit int) (all []api.LedgerHead, err error) {
	found, err := l.store.Heads(ctx, after, limit)
	for _, h := range found {
		all = append(all, api.LedgerHead(h))
	}
	return all, err
}

func (l ledgerBook) Head(ctx context.Context) (api.LedgerHead, string, error) {
	h, err := l.store.LatestHead(ctx)
	return api.LedgerHead(h), l.key, provable(err)
}

func (l ledgerBook) Growth(ctx context.Context, from int64) (ledger.Growth, error) {
	found, err := l.store.Heads(ctx, from-1, 1)
	if err != nil {
		return ledger.Growth{}, err
	}
	if len(found) == 0 || found[0].Size != from {
		return ledger.Growth{}, fmt.Errorf("no head of %d leaves was signed; GET /api/v1/ledger/heads lists them: %w", from, api.ErrNotFound)
	}
	g, err := l.store.ProveGrowth(ctx, ledger.Head{Size: from}, found[0].Note)
	return g, provable(err)
}

func (l ledgerBook) Proof(ctx context.Context, event int64) (ledger.Proof, error) {
	p, err := l.store.Prove(ctx, event)
	return p, provable(err)
}

// provable are the store's errors in the API's.
func provable(err error) error {
	for _, e := range []error{store.ErrEmpty, store.ErrNoEvent, store.ErrNoLeaf, store.ErrNoHead} {
		if errors.Is(err, e) {
			return fmt.Errorf("%w: %w", err, api.ErrNotFound)
		}
	}
	return err
}
