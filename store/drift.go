package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer/drift"
)

// ErrNoSnapshot tells that labels were not counted at the beginning of a month.
var ErrNoSnapshot = errors.New("labels were not counted when this month began")

// Groups tells which named groups a customer is in.
type Groups func(Portrait) []string

// muster is all customers at one time.
type muster struct {
	drift.Counter
	groups map[string]*drift.Group
	now    map[string]string // groups by customer, of those for whom they changed
	kept   drift.Counts      // as they were written; nil: they are in Counter
}

// muster counts the labels of all, and who came into groups and went.
func (r *Reader) muster(ctx context.Context, in Groups) (*muster, error) {
	then := map[string]string{}
	if err := r.db.q().each(ctx, func(scan func(...any) error) error {
		var id, groups string
		err := scan(&id, &groups)
		then[id] = groups
		return err
	}, "SELECT customer, groups_then FROM portraits WHERE groups_then <> ''"); err != nil {
		return nil, err
	}
	m := &muster{groups: map[string]*drift.Group{}, now: map[string]string{}}
	return m, r.Portraits(ctx, func(p Portrait) error {
		m.Add(p.Labels)
		was, is := strings.FieldsFunc(then[p.Customer], func(c rune) bool { return c == ',' }), in(p)
		slices.Sort(is)
		for _, name := range is {
			g := m.group(name)
			if g.Now++; !slices.Contains(was, name) {
				g.Came++
			}
		}
		for _, name := range was {
			g := m.group(name)
			if g.Then++; !slices.Contains(is, name) {
				g.Went++
			}
		}
		if text := strings.Join(is, ","); text != then[p.Customer] {
			m.now[p.Customer] = text
		}
		return nil
	})
}

func (m *muster) group(name string) *drift.Group {
	g := m.groups[name]
	if g == nil {
		g = &drift.Group{Name: name}
		m.groups[name] = g
	}
	return g
}

// CountLabels counts the labels of all customers at the beginning of a month, once, and
// gives the drift since they were counted before; post makes messages of that, which are
// posted with it. done is false when they were counted already; the report is of no
// month when there was none before.
func (e *Editor) CountLabels(ctx context.Context, now time.Time, month string, in Groups, post func(drift.Report) []Message) (r drift.Report, done bool, err error) {
	if _, _, err := e.db.q().snapshot(ctx, month); !errors.Is(err, ErrNoSnapshot) {
		return r, false, err
	}
	m, err := e.muster(ctx, in)
	if err != nil {
		return r, false, fmt.Errorf("drift: %w", err)
	}
	err = e.changes.change(ctx, func(q queries) error {
		r, done = drift.Report{}, false
		if err := q.alone(ctx, "drift"); err != nil {
			return err
		}
		if _, _, err := q.snapshot(ctx, month); !errors.Is(err, ErrNoSnapshot) {
			return err
		}
		before, err := q.texts(ctx, "SELECT month FROM label_snapshots WHERE month < ? ORDER BY month DESC LIMIT 1", month)
		if err != nil {
			return err
		}
		if len(before) > 0 {
			if r, err = q.driftOf(ctx, before[0], now, m); err != nil {
				return err
			}
			if err := q.post(ctx, post(r)...); err != nil {
				return err
			}
		}
		done = true
		return q.keepMuster(ctx, now, month, m)
	})
	if err != nil {
		return r, false, fmt.Errorf("drift: %w", err)
	}
	return r, done, nil
}

// keepMuster writes counts, and who is in which group.
func (q queries) keepMuster(ctx context.Context, now time.Time, month string, m *muster) error {
	if _, err := q.exec(ctx, insert("label_snapshots", "month, at, customers", 1), month, now.UnixNano(), m.Customers); err != nil {
		return err
	}
	for name, values := range m.Counts() {
		for value, n := range values {
			if _, err := q.exec(ctx, insert("label_counts", "month, label, value, customers", 3), month, name, value, n); err != nil {
				return err
			}
		}
	}
	for _, g := range m.groups {
		if _, err := q.exec(ctx, insert("group_counts", "month, name, customers, came, went", 2), month, g.Name, g.Now, g.Came, g.Went); err != nil {
			return err
		}
	}
	by := map[string][]any{}
	for id, groups := range m.now {
		by[groups] = append(by[groups], id)
	}
	for groups, ids := range by {
		for some := range slices.Chunk(ids, 500) {
			if _, err := q.exec(ctx, "UPDATE portraits SET groups_then = ? WHERE customer IN ("+marks(len(some))+")", append([]any{groups}, some...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// Drift is how labels moved in a month: from when they were counted at its beginning to
// when they were counted next, or to now. ErrNoSnapshot when they were not.
func (r *Reader) Drift(ctx context.Context, now time.Time, month string, in Groups) (out drift.Report, err error) {
	q := r.db.q()
	var next []string
	if _, _, err = q.snapshot(ctx, month); err == nil {
		next, err = q.texts(ctx, "SELECT month FROM label_snapshots WHERE month > ? ORDER BY month LIMIT 1", month)
	}
	var m *muster
	switch {
	case err != nil:
	case len(next) > 0:
		if now, m, err = q.mustered(ctx, next[0]); err == nil {
			out, err = q.driftOf(ctx, month, now, m)
			for i, g := range out.Groups { // those of then are who is in it now, less who came, and who went
				out.Groups[i].Then = g.Now - g.Came + g.Went
			}
		}
	default:
		if m, err = r.muster(ctx, in); err == nil {
			out, err = q.driftOf(ctx, month, now, m)
		}
	}
	if err != nil {
		return out, fmt.Errorf("drift: %w", err)
	}
	return out, nil
}

// driftOf compares a month's beginning with a time after it.
func (q queries) driftOf(ctx context.Context, month string, until time.Time, m *muster) (r drift.Report, err error) {
	at, customers, err := q.snapshot(ctx, month)
	if err != nil {
		return r, err
	}
	then, err := q.counts(ctx, month)
	if err != nil {
		return r, err
	}
	now := m.kept
	if now == nil {
		now = m.Counts()
	}
	r = drift.Report{Month: month, From: at, Until: until.UTC(), Then: customers, Now: m.Customers, Labels: drift.Compare(then, now)}
	for _, name := range slices.Sorted(maps.Keys(m.groups)) {
		r.Groups = append(r.Groups, *m.groups[name])
	}
	return r, nil
}

// mustered reads what was counted when a month began.
func (q queries) mustered(ctx context.Context, month string) (at time.Time, m *muster, err error) {
	m = &muster{groups: map[string]*drift.Group{}}
	if at, m.Customers, err = q.snapshot(ctx, month); err == nil {
		m.kept, err = q.counts(ctx, month)
	}
	if err != nil {
		return at, m, err
	}
	return at, m, q.each(ctx, func(scan func(...any) error) error {
		g := &drift.Group{}
		err := scan(&g.Name, &g.Now, &g.Came, &g.Went)
		m.groups[g.Name] = g
		return err
	}, "SELECT name, customers, came, went FROM group_counts WHERE month = ?", month)
}

func (q queries) snapshot(ctx context.Context, month string) (at time.Time, customers int, err error) {
	var nanos int64
	err = q.row(ctx, "SELECT at, customers FROM label_snapshots WHERE month = ?", month).Scan(&nanos, &customers)
	if errors.Is(err, sql.ErrNoRows) {
		return at, 0, fmt.Errorf("%w: %s", ErrNoSnapshot, month)
	}
	return time.Unix(0, nanos).UTC(), customers, err
}

func (q queries) counts(ctx context.Context, month string) (drift.Counts, error) {
	out := drift.Counts{}
	err := q.each(ctx, func(scan func(...any) error) error {
		var name, value string
		var n int
		if err := scan(&name, &value, &n); err != nil {
			return err
		}
		if out[name] == nil {
			out[name] = map[string]int{}
		}
		out[name][value] = n
		return nil
	}, "SELECT label, value, customers FROM label_counts WHERE month = ?", month)
	return out, err
}
