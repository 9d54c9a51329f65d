package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/customer"
)

// Moments reads what windows of customers are counted from, of what was until now:
// events that the customers began, calls that they made, complaints.
func (r *Reader) Moments(ctx context.Context, now time.Time, ids ...string) (map[string]campaign.Moments, error) {
	out := make(map[string]campaign.Moments, len(ids))
	take := func(scan func(...any) error) error {
		var id string
		var first, bought, last sql.NullInt64
		if err := scan(&id, &first, &bought, &last); err != nil {
			return err
		}
		m := out[id]
		if at := when(first); !at.IsZero() && (m.Joined.IsZero() || at.Before(m.Joined)) {
			m.Joined = at
		}
		if at := when(bought); at.After(m.Bought) {
			m.Bought = at
		}
		if at := when(last); at.After(m.Seen) {
			m.Seen = at
		}
		out[id] = m
		return nil
	}
	until, q := now.UnixNano(), r.db.q()
	ours := fmt.Sprintf("('%s', '%s', '%s')", customer.Contact, customer.Refusal, customer.Refund) // customer.EventKind.Ours
	for _, ask := range []struct{ before, after string }{
		{fmt.Sprintf(`SELECT customer, MIN(CASE WHEN kind NOT IN %s THEN at END), MAX(CASE WHEN kind = '%s' THEN at END), MAX(CASE WHEN kind NOT IN %s THEN at END)
			FROM events WHERE at <= %d AND customer IN`, ours, customer.Order, ours, until), " GROUP BY customer"},
		{fmt.Sprintf(`SELECT n.customer, MIN(p.began), CAST(NULL AS BIGINT), MAX(p.began) FROM numbers AS n JOIN past AS p ON p.number = n.number
			WHERE p.inbound = 1 AND p.point <> '%s' AND p.began <= %d AND n.customer IN`, customer.AtRing, until), " GROUP BY n.customer"},
		{fmt.Sprintf(`SELECT n.customer, MIN(c.opened), CAST(NULL AS BIGINT), MAX(c.opened) FROM numbers AS n JOIN complaints AS c ON c.number = n.number
			WHERE c.opened <= %d AND n.customer IN`, until), " GROUP BY n.customer"},
	} {
		if err := q.among(ctx, ids, ask.before, ask.after, take); err != nil {
			return nil, fmt.Errorf("moments of customers: %w", err)
		}
	}
	return out, nil
}
