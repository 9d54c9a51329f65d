package store

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Recover marks what a killed process of this name left behind: each record that never ended
// becomes Interrupted, ended at its last journal line, and goes into its
// customer's history; each caller who waited on the line is due to be called back,
// or it is written down that nobody can be. Call it before any call is taken. It
// tells how many records there were.
func (s *Store) Recover(ctx context.Context, now time.Time) (n int, err error) {
	err = s.w.db.change(ctx, func(q queries) error {
		ids, err := q.texts(ctx, "SELECT id FROM calls WHERE state IN ('ringing', 'talking') AND node = ?", s.node)
		if err != nil {
			return err
		}
		n, err = q.exec(ctx, `
			UPDATE calls SET state = 'interrupted', ended_by = 'crash',
				why = 'the process ended in mid-call; found at ' || ?,
				ended = COALESCE((SELECT MAX(at) FROM entries WHERE call = calls.id AND at >= calls.began), answered, began)
			WHERE state IN ('ringing', 'talking') AND node = ?`, now.UTC().Format(time.RFC3339), s.node)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := remember(ctx, q, id, s.country); err != nil {
				return err
			}
		}
		if s.node != "" { // callers wait with the server only
			return nil
		}
		return s.callThemBack(ctx, q, now)
	})
	if err != nil {
		return 0, fmt.Errorf("records: recover: %w", err)
	}
	return n, nil
}

// remember puts an interrupted call into the history.
func remember(ctx context.Context, q queries, id, country string) error {
	r, err := record(q.row(ctx, "SELECT "+columns+" FROM calls WHERE id = ?", id).Scan)
	if err != nil {
		return err
	}
	if r.Entries, err = entries(ctx, q, id); err != nil {
		return err
	}
	if err := owe(ctx, q, r, country); err != nil {
		return err
	}
	p, complaint := pastOf(r, country)
	if _, err := q.exec(ctx, insertPast, pastRow(p)...); err != nil {
		return err
	}
	if complaint != nil {
		if _, err := q.exec(ctx, finishComplaint, complaintRow(*complaint)...); err != nil {
			return err
		}
	}
	_, err = q.exec(ctx, dueByNumber, r.Ended.UnixNano(), p.Number)
	return err
}

func (s *Store) callThemBack(ctx context.Context, q queries, now time.Time) error {
	var waited []Callback
	if err := q.each(ctx, func(scan func(...any) error) error {
		c, err := callback(scan)
		waited = append(waited, c)
		return err
	}, "SELECT "+callbackColumns+" FROM callbacks WHERE state = ?", string(OnLine)); err != nil {
		return err
	}
	for _, c := range waited {
		state, why := CallbackDue, "the process ended while they waited"
		if !customer.Parse(c.Number, s.country).Personal() {
			state, why = NoNumber, why+", and there is no number to call"
		}
		if _, err := q.exec(ctx, "UPDATE callbacks SET state = ?, why = ?, due = ?, worker = '', lease = 0 WHERE id = ?",
			string(state), why, now.UnixNano(), c.ID); err != nil {
			return err
		}
	}
	return nil
}
