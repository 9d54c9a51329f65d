package store

import (
	"context"
	"fmt"
	"time"
)

// Heard gives take what each person said in calls that began at or after from and
// before until, one person at a time: in calls with a script, and to people they
// were joined with. Calls that the figures leave out are left out. A call of nobody
// known is a person of its own.
func (r *Reader) Heard(ctx context.Context, from, until time.Time, take func(texts []string)) error {
	var person string
	var texts []string
	err := r.db.q().each(ctx, func(scan func(...any) error) error {
		var who, text string
		if err := scan(&who, &text); err != nil {
			return err
		}
		if who != person && texts != nil {
			take(texts)
			texts = nil
		}
		person, texts = who, append(texts, text)
		return nil
	}, `SELECT COALESCE(c.person, c.call) AS who, e.text FROM kpi_calls AS c CROSS JOIN entries AS e
		WHERE e.call = c.call AND c.began >= ? AND c.began < ? AND c.left_out = '' AND (e.kind = 'heard' OR e.kind = 'talk' AND e.origin = 'caller')
		ORDER BY 1, c.began, e.call, e.seq`, from.UnixNano(), until.UnixNano())
	if err != nil {
		return fmt.Errorf("records: what was heard: %w", err)
	}
	if texts != nil {
		take(texts)
	}
	return nil
}
