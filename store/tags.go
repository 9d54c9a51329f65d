package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/customer"
)

// ErrChanged tells that somebody else was faster.
var ErrChanged = errors.New("it was changed meanwhile")

// SetTags replaces a customer's tags if they are still what they were, and gives
// the customer: ErrNoCustomer or ErrChanged if not. Tags are sorted.
func (e *Editor) SetTags(ctx context.Context, id string, were, tags []string, now time.Time) (p customer.Profile, err error) {
	err = e.changes.change(ctx, func(q queries) error {
		if err := q.alone(ctx, "customers"); err != nil {
			return err
		}
		if p, err = profile(ctx, q, id); err != nil {
			return err
		}
		if !slices.Equal(p.Tags, were) {
			return ErrChanged
		}
		p.Tags = tags
		if now.After(p.Updated) { // an import of what was true before does not bring the old ones back
			p.Updated = now
		}
		return save(ctx, q, p)
	})
	if err != nil {
		return customer.Profile{}, fmt.Errorf("customers: tags: %w", err)
	}
	return p, nil
}
