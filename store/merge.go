package store

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Merge makes two customers one: from's numbers, tags and what else into lacks go
// to into, and from's id leads there from now on.
func (e *Editor) Merge(ctx context.Context, into, from string, now time.Time) (out customer.Profile, err error) {
	err = e.changes.change(ctx, func(q queries) (err error) {
		if err := q.alone(ctx, "customers"); err != nil {
			return err
		}
		out, err = merge(ctx, q, into, from, now)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("customers: %w", err)
	}
	return out, nil
}

func merge(ctx context.Context, q queries, into, from string, now time.Time) (out customer.Profile, err error) {
	a, err := profile(ctx, q, into)
	if err != nil {
		return out, err
	}
	b, err := profile(ctx, q, from)
	if err != nil {
		return out, err
	}
	if a.ID == b.ID {
		return a, nil
	}
	if out = a.Merge(b); now.After(out.Updated) {
		out.Updated = now.UTC()
	}
	if err := keep(ctx, q, a, out); err != nil {
		return out, err
	}
	if _, err := q.exec(ctx, "UPDATE customers SET merged = ? WHERE id = ? OR merged = ?", a.ID, b.ID, b.ID); err != nil {
		return out, err
	}
	for _, text := range []string{"DELETE FROM customer_tags WHERE customer = ?", "DELETE FROM portraits WHERE customer = ?", "DELETE FROM portraits_due WHERE customer = ?"} {
		if _, err := q.exec(ctx, text, b.ID); err != nil {
			return out, err
		}
	}
	for _, text := range []string{"UPDATE events SET customer = ? WHERE customer = ?", "UPDATE externals SET customer = ? WHERE customer = ?"} {
		if _, err := q.exec(ctx, text, a.ID, b.ID); err != nil {
			return out, err
		}
	}
	return out, dirty(ctx, q, a.ID, now)
}
