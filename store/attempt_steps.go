package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// DialAttempt tells that the INVITE is about to leave. After an error it must not: with
// ErrStopped the person opted out meanwhile, the attempt was dialled before, or it
// was reserved longer than ReservationLife ago (and is released now).
func (e *Editor) DialAttempt(ctx context.Context, now time.Time, id string) error {
	stale := false
	err := e.onAttempt(ctx, id, func(q queries, a Attempt) error {
		if a.State != AttemptReserved {
			return fmt.Errorf("%w: it is %s", ErrStopped, a.State)
		}
		if stale = now.Sub(a.At) > ReservationLife; stale {
			return q.release(ctx, now, a, "reserved too long ago")
		}
		if _, err := q.exec(ctx, "UPDATE attempts SET state = 'dialled', dialled = ? WHERE id = ?", now.UnixNano(), id); err != nil {
			return err
		}
		return q.entered(ctx, a.event(EventDialled, now, ""))
	})
	if err == nil && stale {
		err = fmt.Errorf("attempts: %w: it was reserved more than %v ago", ErrStopped, ReservationLife)
	}
	return err
}

// AnswerAttempt tells that the person, or a machine, took the call. ErrStopped tells
// that it is to be hung up.
func (e *Editor) AnswerAttempt(ctx context.Context, now time.Time, id string) error {
	return e.onAttempt(ctx, id, func(q queries, a Attempt) error {
		if a.State != AttemptDialled || !a.Went.Stop.IsZero() {
			return fmt.Errorf("%w: it is %s", ErrStopped, a.State)
		}
		if _, err := q.exec(ctx, "UPDATE attempts SET state = 'answered', answered = ? WHERE id = ?", now.UnixNano(), id); err != nil {
			return err
		}
		return q.entered(ctx, a.event(EventAnswered, now, ""))
	})
}

// SettleAttempt ends an attempt. One that has ended keeps its fate, but for an unknown
// one. FateRefused keeps the refusal too, and cancels what is reserved.
func (e *Editor) SettleAttempt(ctx context.Context, now time.Time, id string, fate Fate) (Stopped, error) {
	var out Stopped
	err := e.onAttempt(ctx, id, func(q queries, a Attempt) error {
		switch {
		case a.State == AttemptEnded && a.Fate != FateUnknown:
			return nil
		case a.State == AttemptCancelled || a.State == AttemptReleased:
			return fmt.Errorf("%w: it is %s, and was never dialled", ErrStopped, a.State)
		}
		if err := q.settle(ctx, now, a, fate); err != nil || fate != FateRefused {
			return err
		}
		who, err := q.subject(ctx, "", a.Number)
		if err != nil {
			return err
		}
		out, err = q.optOut(ctx, now, who, Word{ID: "attempt " + id, Kind: RefusedOffer, Channel: a.Channel, Source: "attempt " + id})
		return err
	})
	return out, err
}

func (q queries) settle(ctx context.Context, now time.Time, a Attempt, fate Fate) error {
	if _, err := q.exec(ctx, "UPDATE attempts SET state = 'ended', fate = ?, ended = ? WHERE id = ?", string(fate), now.UnixNano(), a.ID); err != nil {
		return err
	}
	return q.entered(ctx, a.event(EventSettled, now, string(fate)))
}

// ReleaseAttempt gives back the place of an attempt that was certainly never dialled;
// ErrStopped tells that it may have been.
func (e *Editor) ReleaseAttempt(ctx context.Context, now time.Time, id, why string) error {
	return e.onAttempt(ctx, id, func(q queries, a Attempt) error {
		switch a.State {
		case AttemptReserved:
			return q.release(ctx, now, a, why)
		case AttemptReleased, AttemptCancelled:
			return nil
		}
		return fmt.Errorf("%w: it is %s: settle it", ErrStopped, a.State)
	})
}

// release and cancel give the follow-up back that let an attempt through.
func (q queries) release(ctx context.Context, now time.Time, a Attempt, why string) error {
	return q.undo(ctx, now, a, AttemptReleased, EventReleased, why)
}

func (q queries) cancel(ctx context.Context, now time.Time, a Attempt, why string) error {
	return q.undo(ctx, now, a, AttemptCancelled, EventCancelled, why)
}

func (q queries) undo(ctx context.Context, now time.Time, a Attempt, to AttemptState, kind EventKind, why string) error {
	if _, err := q.exec(ctx, "UPDATE attempts SET state = ?, ended = ? WHERE id = ?", string(to), now.UnixNano(), a.ID); err != nil {
		return err
	}
	if _, err := q.exec(ctx, "UPDATE follow_ups SET used = '' WHERE used = ?", a.ID); err != nil {
		return err
	}
	return q.entered(ctx, a.event(kind, now, why))
}

// Orphaned settles what a holder left open when it died: whether it was dialled is
// not known, so it counts as used, and nobody dials it again. It returns them as
// they were. Call it for a holder that is certainly dead: your own name, at start.
func (e *Editor) Orphaned(ctx context.Context, now time.Time, holder string) (all []Attempt, err error) {
	open, err := e.db.q().attempts(ctx, "holder = ? AND state IN ('reserved', 'dialled', 'answered')", holder)
	if err != nil {
		return nil, fmt.Errorf("attempts: %w", err)
	}
	for _, a := range open {
		err := e.onAttempt(ctx, a.ID, func(q queries, a Attempt) error {
			if !slices.Contains([]AttemptState{AttemptReserved, AttemptDialled, AttemptAnswered}, a.State) {
				return nil
			}
			all = append(all, a)
			return q.settle(ctx, now, a, FateUnknown)
		})
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// onAttempt runs do with an attempt and its person locked, so that an opt-out comes
// wholly before it or wholly after.
func (e *Editor) onAttempt(ctx context.Context, id string, do func(queries, Attempt) error) error {
	a, err := e.db.q().attempt(ctx, id)
	if err != nil {
		return fmt.Errorf("attempts: %w", err)
	}
	err = e.locked(ctx, "", a.Number, func(q queries, _ subject) error {
		a, err := q.attempt(ctx, id)
		if err != nil {
			return err
		}
		return do(q, a)
	})
	if err != nil {
		return fmt.Errorf("attempts: %w", err)
	}
	return nil
}
