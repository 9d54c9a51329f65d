package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/intake"
	"github.com/parley-voice/parley/store"
)

// people tells the API of customers.
type people struct {
	store *store.Store
	cfg   config.Callers
}

func (p people) Customer(ctx context.Context, who string) (customer.Profile, customer.History, error) {
	profile, err := p.store.Customer(ctx, who)
	n := customer.Parse(who, p.cfg.Country)
	switch {
	case err == nil && len(profile.Numbers) == 0:
		return profile, customer.History{}, nil
	case err == nil:
		n = customer.Parse(profile.Numbers[0], p.cfg.Country)
	case !errors.Is(err, store.ErrNoCustomer):
		return profile, customer.History{}, err
	}
	f, err := p.store.Facts(ctx, n, time.Now())
	if err == nil && !f.Known {
		err = fmt.Errorf("no customer has this id or number: %w", api.ErrNotFound)
	}
	return f.Profile, f.History, err
}

func (p people) Search(ctx context.Context, q api.CustomerQuery) ([]customer.Profile, error) {
	if n := customer.Parse(q.Text, p.cfg.Country); n.Personal() {
		found, err := p.store.ByNumber(ctx, n.Text)
		if errors.Is(err, store.ErrNoCustomer) || err == nil && q.Tag != "" && !found.Tagged(q.Tag) || q.After != "" {
			return nil, nil
		}
		return []customer.Profile{found}, err
	}
	return p.store.Customers(ctx, store.Search{Name: q.Text, Tag: q.Tag, After: q.After, Limit: q.Limit})
}

func (p people) SetTags(ctx context.Context, id string, were, tags []string) (customer.Profile, error) {
	out, err := p.store.SetTags(ctx, id, were, tags, time.Now())
	if errors.Is(err, store.ErrChanged) {
		err = fmt.Errorf("%w; read the customer again and decide anew", api.ErrChanged)
	}
	return out, err
}

func (p people) Import(ctx context.Context, csv io.Reader, source string) (intake.Report, error) {
	report, err := intake.Import(ctx, csv, intake.Options{
		Source: source, AsOf: time.Now(), Country: p.cfg.Country, Currency: p.cfg.Currency,
	}, p.store.Upsert)
	if errors.Is(err, intake.ErrFile) {
		err = fmt.Errorf("%w: %w", api.ErrInvalid, err)
	}
	return report, err
}

func (p people) Export(ctx context.Context, take func(customer.Profile) error) error {
	for after := ""; ; {
		page, err := p.store.Customers(ctx, store.Search{After: after, Limit: 500})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, c := range page {
			if err := take(c); err != nil {
				return err
			}
			after = c.ID
		}
	}
}
