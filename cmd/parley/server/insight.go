package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/cmd/parley/clusters"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/feed"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
)

// insight tells the API of what customers did, and of their labels.
type insight struct {
	store *store.Store
	cfg   *config.Config
}

func (i insight) Take(ctx context.Context, source string, json []byte) (feed.Kept, error) {
	m, b, now := i.cfg.Mapping(source), feed.Batch{Source: source}, time.Now()
	m.JSON(&b, now.UTC().Format(time.RFC3339Nano), json, now)
	if err := api.Objects(b); err != nil {
		return feed.Kept{}, err
	}
	return i.store.Take(ctx, now, b)
}

func (i insight) Labels(ctx context.Context, who string) (api.Labels, error) {
	o := label.Options{Now: time.Now(), Currency: i.cfg.Callers.Currency}
	p, err := i.store.Customer(ctx, who)
	if errors.Is(err, store.ErrNoCustomer) {
		p, err = i.store.ByNumber(ctx, customer.Parse(who, i.cfg.Callers.Country).Text)
	}
	if errors.Is(err, store.ErrNoCustomer) {
		err = fmt.Errorf("no customer has this id or number: %w", api.ErrNotFound)
	}
	if err != nil {
		return api.Labels{}, err
	}
	p, values, err := clusters.Explain(ctx, i.store.Reader, p.ID, o)
	return api.Labels{Customer: p.ID, AsOf: o.Now, Labels: values, Withheld: label.Withheld(p, o.Now)}, err
}

func (i insight) Screen(ctx context.Context, expression, by string, limit int) (out api.Screened, err error) {
	book, err := OpenSegments(i.cfg.Segments)
	if err != nil {
		return out, err
	}
	seg, err := book.Parse(expression, "where:1")
	if err != nil {
		return out, fmt.Errorf("%w: %w", api.ErrInvalid, err)
	}
	if l, ok := label.Find(by); !ok || l.Type != label.Number {
		return out, fmt.Errorf("%w: by %q is no label with a number", api.ErrInvalid, by)
	}
	now := time.Now()
	screening, found := book.Screen(seg, by, now), map[string]segment.Strategy{}
	err = i.store.Portraits(ctx, func(p store.Portrait) error {
		r, before := segment.Row{Customer: p.Customer, Labels: p.Labels, AsOf: p.AsOf.In(now.Location()), Cluster: p.Cluster}, len(screening.Hits)
		if screening.Take(r); len(screening.Hits) > before {
			if s, ok := book.Strategy(r, now); ok {
				found[r.Customer] = s
			}
		}
		return nil
	})
	out.Found, out.Of = len(screening.Hits), screening.Seen
	for _, h := range screening.Best(limit) {
		m := api.Match{Customer: h.Customer, Score: h.Score}
		if s, ok := found[h.Customer]; ok {
			m.Strategy, m.Do, m.Within = s.Name, s.Do, s.Within.String()
		}
		out.Customers = append(out.Customers, m)
	}
	return out, err
}

// OpenSegments reads a file of groups and strategies; "" is what ships.
func OpenSegments(path string) (*segment.Book, error) {
	if path == "" {
		return segment.Default()
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return segment.Load(f, path)
}
