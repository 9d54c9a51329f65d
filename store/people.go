package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Person is a customer, and when a source last told anything of them: as of when
// the profile is true, or the time of the newest event, whichever is later.
type Person struct {
	customer.Profile
	Told time.Time
}

// People reads customers by their ids, in the ids' order, with few queries for all
// of them. Whom nobody knows any more is left out.
func (r *Reader) People(ctx context.Context, ids []string) ([]Person, error) {
	by := make(map[string]*Person, len(ids))
	err := r.db.q().among(ctx, ids, "SELECT doc FROM customers WHERE merged = '' AND id IN", "", func(scan func(...any) error) error {
		var doc string
		p := &Person{}
		err := scan(&doc)
		if err == nil {
			err = json.Unmarshal([]byte(doc), &p.Profile)
		}
		p.Told = p.Updated
		by[p.ID] = p
		return err
	})
	if err == nil {
		err = r.db.q().among(ctx, ids, "SELECT customer, number FROM numbers WHERE customer IN", " ORDER BY customer, number", func(scan func(...any) error) error {
			var id, number string
			err := scan(&id, &number)
			if p := by[id]; p != nil {
				p.Numbers = append(p.Numbers, number)
			}
			return err
		})
	}
	if err == nil {
		err = r.db.q().among(ctx, ids, "SELECT customer, MAX(at) FROM events WHERE customer IN", " GROUP BY customer", func(scan func(...any) error) error {
			var id string
			var at int64
			err := scan(&id, &at)
			if p := by[id]; p != nil && time.Unix(0, at).After(p.Told) {
				p.Told = time.Unix(0, at).UTC()
			}
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("customers: %w", err)
	}
	out := make([]Person, 0, len(ids))
	for _, id := range ids {
		if p := by[id]; p != nil {
			out = append(out, *p)
		}
	}
	return out, nil
}

// among asks about many keys, some hundred a query.
func (q queries) among(ctx context.Context, keys []string, before, after string, take func(scan func(...any) error) error) error {
	for len(keys) > 0 {
		n := min(500, len(keys))
		args := make([]any, n)
		for i, k := range keys[:n] {
			args[i] = k
		}
		if err := q.each(ctx, take, before+" ("+marks(n)+")"+after, args...); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}
