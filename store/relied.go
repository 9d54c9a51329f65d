package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Relied lists the events that a call relied on and left: what names the call, and
// the answers to requests for consent that its person gave for one of the purposes
// until then, the oldest first. Numbers that no longer belong to anybody are looked
// for as they are.
func (r *Reader) Relied(ctx context.Context, call, number string, purposes []string, until time.Time) (all []PermitEvent, err error) {
	q := r.db.q()
	where, args := "ref = ?", []any{call}
	if number != "" && len(purposes) > 0 {
		who, err := q.subject(ctx, "", number)
		if errors.Is(err, ErrNoCustomer) {
			who, err = subject{number: number, numbers: []any{number}}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("permit events: %w", err)
		}
		theirs, more := who.theirs()
		where += " OR kind = ? AND at <= ? AND purpose IN (" + marks(len(purposes)) + ") AND " + theirs
		args = append(args, string(EventConsent), until.UnixNano())
		for _, p := range purposes {
			args = append(args, p)
		}
		args = slices.Concat(args, more)
	}
	err = q.each(ctx, func(scan func(...any) error) error {
		e, _, err := scanEvent(scan)
		all = append(all, e)
		return err
	}, "SELECT "+leafColumns+" FROM permit_events WHERE "+where+" ORDER BY seq", args...)
	if err != nil {
		return nil, fmt.Errorf("permit events: %w", err)
	}
	return all, nil
}
