package store

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/customer"
)

// Enquired keeps that a person asked about something at now, which lets one
// follow-up more through until now + lasts (permit.Policy.FollowUp), once. id
// names the enquiry, such as its call: the same again changes nothing.
func (e *Editor) Enquired(ctx context.Context, now time.Time, id string, n customer.Number, source string, lasts time.Duration) error {
	err := e.locked(ctx, "", n.Text, func(q queries, who subject) error {
		ends := now.Add(lasts)
		fresh, err := q.exec(ctx, insertOnce("follow_ups", "id, person, number, at, ends, source, used", 1),
			id, who.profile.ID, n.Text, now.UnixNano(), ends.UnixNano(), source, "")
		if err != nil || fresh == 0 {
			return err
		}
		return q.entered(ctx, PermitEvent{
			At: now, Kind: EventFollowUp, Ref: id, Person: who.profile.ID, Number: n.Text, Source: source, Detail: "until " + ends.UTC().Format(time.RFC3339),
		})
	})
	if err != nil {
		return fmt.Errorf("follow-ups: %w", err)
	}
	return nil
}
