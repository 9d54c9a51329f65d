package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
)

// Standing is all that permit.Decide looks at for a request, and the latest events of
// the person, at most so many, the oldest first. The request's Person may be "", then
// its Number says who it is about.
func (r *Reader) Standing(ctx context.Context, now time.Time, req permit.Request, events int) (f permit.Facts, latest []PermitEvent, err error) {
	q := r.db.q()
	who, err := q.subject(ctx, req.Person, req.Number.Text)
	if err != nil {
		return f, nil, fmt.Errorf("permits: %w", err)
	}
	if f, err = q.permitFacts(ctx, who, req, now); err != nil {
		return f, nil, fmt.Errorf("permits: %w", err)
	}
	where, args := who.theirs()
	err = q.each(ctx, func(scan func(...any) error) error {
		e, _, err := scanEvent(scan)
		latest = append(latest, e)
		return err
	}, "SELECT "+leafColumns+" FROM permit_events WHERE "+where+" ORDER BY seq DESC LIMIT ?", append(slices.Clone(args), events)...)
	if err != nil {
		return f, nil, fmt.Errorf("permits: %w", err)
	}
	slices.Reverse(latest)
	return f, latest, nil
}
