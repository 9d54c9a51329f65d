package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/customer/need"
)

// Portrait is a customer's labels as they are kept.
type Portrait struct {
	Customer string
	Labels   string // lines name=value, with a line feed before the first and after each
	Version  int    // of the registry that they are of
	AsOf     time.Time
	Cluster  int    // -1: none
	Division string // the version of clusters that it is of
}

// portraitPage is how many customers are computed at a time: it bounds the memory.
const portraitPage = 500

// soon is how much later than labels something may have happened that is computed
// again for it; what claims to be later still waits for the night.
const soon = time.Minute

// Explain computes a customer's labels as of o.Now, each with its why.
func (r *Reader) Explain(ctx context.Context, id string, o label.Options) (customer.Profile, []label.Value, error) {
	p, err := r.Customer(ctx, id)
	if err != nil {
		return p, nil, err
	}
	if o.Needs, err = r.needs(ctx); err != nil {
		return p, nil, err
	}
	t := label.NewTally(o)
	if err := eventsOf(ctx, r.db.q(), p.ID, p.ID, t.Add); err != nil {
		return p, nil, fmt.Errorf("labels: %w", err)
	}
	return p, t.Values(p), nil
}

// needs predicts from what was learnt last.
func (r *Reader) needs(ctx context.Context) (func([]string) (string, string), error) {
	var found []need.Finding
	if _, err := r.Learnt(ctx, "needs", &found); err != nil {
		return nil, err
	}
	return need.Predictor(found), nil
}

// Learnt reads what all customers together tell into doc, and as of when; the zero
// time when nothing was learnt yet.
func (r *Reader) Learnt(ctx context.Context, kind string, doc any) (time.Time, error) {
	var at int64
	var text string
	err := r.db.q().row(ctx, "SELECT at, doc FROM learnt WHERE kind = ?", kind).Scan(&at, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), doc)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("learnt %s: %w", kind, err)
	}
	return time.Unix(0, at).UTC(), nil
}

// Learn keeps what all customers together tell, in place of what was there.
func (e *Editor) Learn(ctx context.Context, kind string, at time.Time, doc any) error {
	_, err := e.changes.q().exec(ctx, insert("learnt", "kind, at, doc", 1), kind, at.UnixNano(), encode(doc))
	if err != nil {
		return fmt.Errorf("learn %s: %w", kind, err)
	}
	return nil
}

// Portraits gives take the labels of all customers, in order of id.
func (r *Reader) Portraits(ctx context.Context, take func(Portrait) error) error {
	err := r.db.q().each(ctx, func(scan func(...any) error) error {
		p, err := portrait(scan)
		if err != nil {
			return err
		}
		return take(p)
	}, "SELECT "+portraitColumns+" FROM portraits ORDER BY customer")
	if err != nil {
		return fmt.Errorf("portraits: %w", err)
	}
	return nil
}

// Portrait gives one customer's labels; of whom none are kept, none and no cluster.
func (r *Reader) Portrait(ctx context.Context, id string) (Portrait, error) {
	p, err := portrait(r.db.q().row(ctx, "SELECT "+portraitColumns+" FROM portraits WHERE customer = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Portrait{Customer: id, Cluster: -1}, nil
	}
	if err != nil {
		return p, fmt.Errorf("portraits: %w", err)
	}
	return p, nil
}

const portraitColumns = "customer, labels, version, as_of, cluster, cluster_version"

func portrait(scan func(...any) error) (p Portrait, err error) {
	var asOf int64
	var cluster sql.NullInt64
	err = scan(&p.Customer, &p.Labels, &p.Version, &asOf, &cluster, &p.Division)
	if p.AsOf, p.Cluster = time.Unix(0, asOf), -1; cluster.Valid {
		p.Cluster = int(cluster.Int64)
	}
	return p, err
}

// PortraitDue computes the labels of customers of whom something new is known, at
// most a page of them, the longest waiting first, and tells how many. What changed is
// told by tell.
func (e *Editor) PortraitDue(ctx context.Context, o label.Options, tell Teller) (int, error) {
	type waiting struct {
		id    string
		since int64
	}
	var all []waiting
	err := e.db.q().each(ctx, func(scan func(...any) error) error {
		var w waiting
		err := scan(&w.id, &w.since)
		all = append(all, w)
		return err
	}, "SELECT customer, since FROM portraits_due ORDER BY since, customer LIMIT ?", portraitPage)
	if err == nil && len(all) > 0 {
		o.Needs, err = e.needs(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("portraits: %w", err)
	}
	page := &portraits{tally: label.NewTally(o), telling: telling{tell: tell}}
	if tell != nil {
		ids := make([]string, len(all))
		for i, w := range all {
			ids[i] = w.id
		}
		if page.before, err = e.db.q().labelsOf(ctx, ids); err != nil {
			return 0, fmt.Errorf("portraits: %w", err)
		}
	}
	for _, w := range all {
		p, err := profile(ctx, e.db.q(), w.id)
		if errors.Is(err, ErrNoCustomer) {
			continue // erased since
		}
		if err == nil {
			err = page.one(ctx, e.db.q(), p)
		}
		if err != nil {
			return 0, fmt.Errorf("portraits: %w", err)
		}
	}
	err = e.changes.change(ctx, func(q queries) error {
		if err := page.write(ctx, q); err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b waiting) int { return cmp.Compare(a.id, b.id) }) // as who adds events does
		for _, w := range all {                                                         // what came in meanwhile stays due
			if since := time.Unix(0, w.since); since.After(o.Now) && since.Before(o.Now.Add(soon)) {
				continue // it may have happened after the instant that the labels are of
			}
			if _, err := q.exec(ctx, "DELETE FROM portraits_due WHERE customer = ? AND since = ?", w.id, w.since); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("portraits: %w", err)
	}
	return len(all), nil
}

// portraits are computed labels that are to be written.
type portraits struct {
	tally *label.Tally
	args  []any
	n     int
	telling
}

// one computes one customer's.
func (w *portraits) one(ctx context.Context, q queries, p customer.Profile) error {
	w.tally.Reset()
	if err := eventsOf(ctx, q, p.ID, p.ID, w.tally.Add); err != nil {
		return err
	}
	w.add(p)
	return nil
}

// add takes what the tally tells of a customer.
func (w *portraits) add(p customer.Profile) {
	lines := string(w.tally.AppendLines(nil, p))
	w.args = append(w.args, p.ID, lines, label.Version, w.tally.Now().UnixNano())
	w.n++
	w.telling.add(p.ID, lines, func() []label.Value { return w.tally.Values(p) })
}

// write keeps them, unless what is kept is as of later; a customer's cluster stays.
func (w *portraits) write(ctx context.Context, q queries) error {
	if err := w.post(ctx, q, w.tally.Now()); err != nil {
		return err
	}
	for rest := w.args; len(rest) > 0; {
		n := min(50, len(rest)/4)
		if _, err := q.exec(ctx, "INSERT INTO portraits (customer, labels, version, as_of) VALUES "+tuples(n, 4)+
			" ON CONFLICT (customer) DO UPDATE SET labels = excluded.labels, version = excluded.version, as_of = excluded.as_of WHERE portraits.as_of <= excluded.as_of", rest[:4*n]...); err != nil {
			return err
		}
		rest = rest[4*n:]
	}
	return nil
}
