package store

import (
	"context"
	"fmt"
	"time"
)

// Attend tells that a node is there, and answers who was within life, itself
// included, in order of name; at is the time by the clock that all of them share:
// the database's in PostgreSQL.
func (e *Editor) Attend(ctx context.Context, now time.Time, name string, life time.Duration) (there []string, at time.Time, err error) {
	err = e.changes.patiently(ctx, func(q queries) (err error) {
		if at, err = q.clock(ctx, now); err != nil {
			return err
		}
		if _, err = q.exec(ctx, insert("nodes", "name, seen", 1), name, at.UnixNano()); err != nil {
			return err
		}
		there, err = q.texts(ctx, "SELECT name FROM nodes WHERE seen > ? ORDER BY name", at.Add(-life).UnixNano())
		return err
	})
	return there, at, inNodes(err)
}

// Missing lists the nodes that were not seen for so long.
func (r *Reader) Missing(ctx context.Context, now time.Time, life time.Duration) ([]string, error) {
	at, err := r.db.q().clock(ctx, now)
	if err != nil {
		return nil, inNodes(err)
	}
	names, err := r.db.q().texts(ctx, "SELECT name FROM nodes WHERE seen <= ? ORDER BY name", at.Add(-life).UnixNano())
	return names, inNodes(err)
}

// ForgetNode strikes a node that was missing off the list, unless it is back.
func (e *Editor) ForgetNode(ctx context.Context, now time.Time, name string, life time.Duration) error {
	at, err := e.changes.q().clock(ctx, now)
	if err == nil {
		_, err = e.changes.q().exec(ctx, "DELETE FROM nodes WHERE name = ? AND seen <= ?", name, at.Add(-life).UnixNano())
	}
	return inNodes(err)
}

// LeaveNodes strikes a node off the list that ends.
func (e *Editor) LeaveNodes(ctx context.Context, name string) error {
	_, err := e.changes.q().exec(ctx, "DELETE FROM nodes WHERE name = ?", name)
	return inNodes(err)
}

// OpenAttempts counts a campaign's calls that other holders have reserved or under way.
func (r *Reader) OpenAttempts(ctx context.Context, campaign, holder string) (n int, err error) {
	err = r.db.q().row(ctx, "SELECT COUNT(*) FROM attempts WHERE campaign = ? AND holder <> ? AND state IN ('reserved', 'dialled', 'answered')",
		campaign, holder).Scan(&n)
	return n, inNodes(err)
}

// clock is the time that all nodes of a database share: one node has its own.
func (q queries) clock(ctx context.Context, now time.Time) (time.Time, error) {
	if !q.d.dollars {
		return now, nil
	}
	var at int64
	err := q.row(ctx, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) * 1000").Scan(&at)
	return time.Unix(0, at).UTC(), err
}

func inNodes(err error) error {
	if err != nil {
		return fmt.Errorf("nodes: %w", err)
	}
	return nil
}
