package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Dialled is a call that was placed to a person, and came to its end.
type Dialled struct {
	Person string // customer's id
	At     time.Time
	Fate   Fate
}

// Dialled lists the calls that were placed to people from one time to before another:
// the latest so many, the latest first.
func (r *Reader) Dialled(ctx context.Context, from, until time.Time, limit int) ([]Dialled, error) {
	return r.dialled(ctx, "a.dialled >= ? AND a.dialled < ? ORDER BY a.dialled DESC, a.id LIMIT ?", from.UnixNano(), until.UnixNano(), limit)
}

// DialledTo lists those that were placed to these people since then, the latest first.
func (r *Reader) DialledTo(ctx context.Context, since time.Time, people ...string) (all []Dialled, err error) {
	for some := range slices.Chunk(people, 500) {
		args := make([]any, 0, len(some)+1)
		for _, id := range some {
			args = append(args, id)
		}
		found, err := r.dialled(ctx, "a.person IN ("+marks(len(some))+") AND a.dialled >= ? ORDER BY a.dialled DESC, a.id", append(args, since.UnixNano())...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func (r *Reader) dialled(ctx context.Context, where string, args ...any) (all []Dialled, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var d Dialled
		var at int64
		err := scan(&d.Person, &at, &d.Fate)
		d.At = time.Unix(0, at).UTC()
		all = append(all, d)
		return err
	}, `SELECT CASE WHEN c.merged <> '' THEN c.merged ELSE c.id END, a.dialled, a.fate FROM attempts AS a JOIN customers AS c ON c.id = a.person
		WHERE a.channel = 'phone' AND a.state = 'ended' AND `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("attempts: %w", err)
	}
	return all, nil
}

// Known reads the profiles and the labels of people by their ids; who is not known is
// missing.
func (r *Reader) Known(ctx context.Context, ids ...string) (map[string]Sketch, error) {
	out := map[string]Sketch{}
	for some := range slices.Chunk(ids, 500) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		if err := r.sketches(ctx, args, out); err != nil {
			return nil, fmt.Errorf("customers: %w", err)
		}
	}
	return out, nil
}

// Sketch is a profile with the labels that were computed last; Portrait is zero
// before.
type Sketch struct {
	customer.Profile
	Portrait Portrait
}

func (r *Reader) sketches(ctx context.Context, ids []any, out map[string]Sketch) error {
	q, in := r.db.q(), " IN ("+marks(len(ids))+")"
	err := q.each(ctx, func(scan func(...any) error) error {
		var doc string
		var labels *string
		var version, asOf, cluster *int64
		if err := scan(&doc, &labels, &version, &asOf, &cluster); err != nil {
			return err
		}
		var s Sketch
		if err := json.Unmarshal([]byte(doc), &s.Profile); err != nil {
			return err
		}
		if labels != nil {
			s.Portrait = Portrait{Customer: s.ID, Labels: *labels, Version: int(*version), AsOf: time.Unix(0, *asOf), Cluster: -1}
			if cluster != nil {
				s.Portrait.Cluster = int(*cluster)
			}
		}
		out[s.ID] = s
		return nil
	}, `SELECT c.doc, p.labels, p.version, p.as_of, p.cluster FROM customers AS c LEFT JOIN portraits AS p ON p.customer = c.id
		WHERE c.merged = '' AND c.id`+in, ids...)
	if err != nil {
		return err
	}
	return q.each(ctx, func(scan func(...any) error) error {
		var id, number string
		err := scan(&id, &number)
		if s, there := out[id]; there {
			s.Numbers = append(s.Numbers, number)
			out[id] = s
		}
		return err
	}, "SELECT customer, number FROM numbers WHERE customer"+in+" ORDER BY customer, number", ids...)
}
