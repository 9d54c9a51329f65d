package store

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

// Enquired keeps that a person asked about something at now, which lets one
// follow-up more through until now + permit.FollowUp, once. id names the enquiry,
// such as its call: the same again changes nothing.
func (e *Editor) Enquired(ctx context.Context, now time.Time, id string, n customer.Number, source string) error {
	err := e.locked(ctx, "", n.Text, func(q queries, who subject) error {
		return q.enquired(ctx, now, id, who, source, permit.FollowUp)
	})
	if err != nil {
		return fmt.Errorf("follow-ups: %w", err)
	}
	return nil
}
