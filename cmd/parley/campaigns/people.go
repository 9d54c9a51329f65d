package campaigns

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/scripts"
	"github.com/parley-voice/parley/store"
)

// People finds the people of a site's campaigns as its server does.
func People(ctx context.Context, cfg *config.Config) (p outbound.People, err error) {
	src := library.Source{Shipped: scripts.FS, Folder: cfg.Scripts, Drafts: cfg.Drafts}
	r, err := store.ReadReviews(ctx, cfg.ReviewsAt())
	if err != nil {
		return p, err
	}
	if r != nil {
		defer func() { err = errors.Join(err, r.Close()) }()
		src.Versions = r
	}
	if p.Needs, err = src.Needs(ctx); err != nil {
		return p, err
	}
	p.Country = cfg.Callers.Country
	p.Book, err = groups(cfg.Segments)
	return p, err
}

// measurer measures a site's data; nil when there are none yet.
func measurer(ctx context.Context, cfg *config.Config, now time.Time) (measure func(*campaign.Campaign) (campaign.Data, error), done func() error, err error) {
	r, err := store.Read(ctx, cfg.RecordsAt())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, func() error { return nil }, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the customers cannot be read: %w", err)
	}
	p, err := People(ctx, cfg)
	if err != nil {
		return nil, nil, errors.Join(err, r.Close())
	}
	return func(c *campaign.Campaign) (campaign.Data, error) { return p.Measure(ctx, r, now, c) }, r.Close, nil
}
