package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

// SetConsent keeps one answer to a request for consent, over an older one for the
// same purpose; an answer that is older than the one on record changes nothing. who
// is an id or a number. Refused and Withdrawn cancel what is reserved for that
// purpose, and mark what rings: see ToStop.
func (e *Editor) SetConsent(ctx context.Context, who string, c customer.Consent) (p customer.Profile, err error) {
	err = e.changes.patiently(ctx, func(q queries) error {
		if err := q.alone(ctx, "customers"); err != nil {
			return err
		}
		id := who
		if owners, err := q.texts(ctx, "SELECT customer FROM numbers WHERE number = ?", customer.Parse(who, e.country).Text); err != nil {
			return err
		} else if len(owners) > 0 {
			id = owners[0]
		}
		old, err := profile(ctx, q, id)
		if err != nil {
			return err
		}
		p = old.Apply(customer.Profile{Consent: []customer.Consent{c}})
		return keep(ctx, q, old, p)
	})
	if err != nil {
		return p, fmt.Errorf("customers: %w", err)
	}
	return p, nil
}

// keep saves a profile and tells of each answer to a request for consent that
// changed. It needs the customers for itself, so nobody reserves meanwhile.
func keep(ctx context.Context, q queries, old, next customer.Profile) error {
	if err := save(ctx, q, next); err != nil {
		return err
	}
	number := ""
	if len(next.Numbers) > 0 {
		number = next.Numbers[0]
	}
	for _, c := range next.Consent {
		if slices.ContainsFunc(old.Consent, func(o customer.Consent) bool { return sameConsent(o, c) }) {
			continue
		}
		at := c.At
		if at.IsZero() {
			at = next.Updated
		}
		if at.IsZero() {
			at = time.Unix(0, 0) // a source that tells no time
		}
		detail := string(c.State)
		if c.Basis != "" {
			detail += ", " + c.Basis
		}
		if !c.Expires.IsZero() {
			detail += ", until " + c.Expires.UTC().Format(time.RFC3339)
		}
		if err := q.entered(ctx, PermitEvent{
			At: at, Kind: EventConsent, Ref: c.Purpose, Person: next.ID, Number: number, Purpose: c.Purpose,
			Source: cmp.Or(c.Source, next.Source), Detail: detail,
		}); err != nil {
			return err
		}
		if c.State == customer.Granted {
			continue
		}
		if err := q.tellWithdrawn(ctx, old.Consent, Withdrawal{next.ID, number, cmp.Or(c.Source, next.Source), at, c}); err != nil {
			return err
		}
		who, err := q.subject(ctx, next.ID, "")
		if err != nil {
			return err
		}
		if _, err := q.stop(ctx, at, who, Word{Channel: permit.Every, Purpose: c.Purpose}, "consent "+string(c.State)); err != nil {
			return err
		}
	}
	return nil
}

// sameConsent tells whether two answers are one, whatever zone their times are in.
func sameConsent(a, b customer.Consent) bool {
	if !a.At.Equal(b.At) || !a.Expires.Equal(b.Expires) {
		return false
	}
	a.At, a.Expires, b.At, b.Expires = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return a == b
}
