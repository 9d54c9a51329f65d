package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrLost tells that a row is no longer the worker's: the lease ran out, or it
// was settled.
var ErrLost = errors.New("the row is no longer this worker's")

// Claim is what a worker asks for: up to Max rows that are due at Now, for so long.
type Claim struct {
	Worker string
	Now    time.Time
	Lease  time.Duration
	Max    int
}

// claim gives each free row of which to one worker, the first in the queue first. A row
// whose lease has run out is free: its worker is gone.
func (e *Editor) claim(ctx context.Context, table, columns string, c Claim, take func(scan func(...any) error) error, which string, args ...any) error {
	now := c.Now.UnixNano()
	err := e.changes.change(ctx, func(q queries) error {
		return q.each(ctx, take, `WITH free AS MATERIALIZED (SELECT id FROM `+table+`
				WHERE `+which+` AND due <= ? AND lease <= ? ORDER BY since, id LIMIT ?`+e.changes.d.skip+`)
			UPDATE `+table+` SET worker = ?, lease = ?, tries = tries + 1 WHERE id IN (SELECT id FROM free) RETURNING `+columns,
			append(args, now, now, c.Max, c.Worker, c.Now.Add(c.Lease).UnixNano())...)
	})
	if err != nil {
		return fmt.Errorf("%s: claim: %w", table, err)
	}
	return nil
}

// settle ends a worker's claim: the row has another state, or is due again.
func (e *Editor) settle(ctx context.Context, table, id, worker, state, why string, due time.Time) error {
	set, args := "state = ?, why = ?, worker = '', lease = 0", []any{state, why}
	if !due.IsZero() {
		set, args = set+", due = ?", append(args, due.UnixNano())
	}
	n, err := e.changes.q().exec(ctx, "UPDATE "+table+" SET "+set+" WHERE id = ? AND worker = ?", append(args, id, worker)...)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", table, err)
	case n == 0:
		return fmt.Errorf("%w: %s of %s", ErrLost, id, table)
	}
	return nil
}
