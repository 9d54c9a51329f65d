package store

import (
	"context"
	"fmt"
	"time"
)

// Assign keeps which variant of an experiment a person gets, and gives the one that
// holds: the first that was kept for the person stays.
func (e *Editor) Assign(ctx context.Context, experiment, person, variant string, at time.Time) (held string, err error) {
	q := e.changes.q()
	if _, err = q.exec(ctx, insertOnce("assignments", "experiment, person, variant, at", 2), experiment, person, variant, at.UnixNano()); err == nil {
		err = q.row(ctx, "SELECT variant FROM assignments WHERE experiment = ? AND person = ?", experiment, person).Scan(&held)
	}
	if err != nil {
		return "", fmt.Errorf("experiment %s: %w", experiment, err)
	}
	return held, nil
}

// Reassign gives a person another variant, since the one that holds is no longer one of
// the experiment's.
func (e *Editor) Reassign(ctx context.Context, experiment, person, variant string, at time.Time) error {
	_, err := e.changes.q().exec(ctx, insert("assignments", "experiment, person, variant, at", 2), experiment, person, variant, at.UnixNano())
	if err != nil {
		return fmt.Errorf("experiment %s: %w", experiment, err)
	}
	return nil
}
