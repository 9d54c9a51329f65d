package store

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/call"
)

// longest is how long before its end a call may have begun to be found by it.
const longest = 4 * time.Hour

// Sought gives the latest calls that ended since then, at most so many, the first
// to end first. Of each there is the id, the end, and the lines about where it was
// sent and who was sought for it.
func (r *Reader) Sought(ctx context.Context, since time.Time, limit int, take func(call.Record)) error {
	var rec call.Record
	err := r.db.q().each(ctx, func(scan func(...any) error) error {
		var id string
		var ended, at int64
		var e call.Entry
		if err := scan(&id, &ended, &at, &e.Kind, &e.Text, &e.Why); err != nil {
			return err
		}
		if id != rec.ID {
			if rec.ID != "" {
				take(rec)
			}
			rec = call.Record{ID: id, Ended: time.Unix(0, ended).UTC()}
		}
		e.At = time.Unix(0, at).UTC()
		rec.Entries = append(rec.Entries, e)
		return nil
	}, `SELECT c.id, c.ended, e.at, e.kind, e.text, e.why
		FROM (SELECT id, ended FROM calls WHERE began >= ? AND ended >= ? ORDER BY began DESC LIMIT ?) AS c
		JOIN entries AS e ON e.call = c.id WHERE e.kind IN (?, ?) ORDER BY c.ended, c.id, e.seq`,
		since.Add(-longest).UnixNano(), since.UnixNano(), limit, string(call.EntryRouted), string(call.EntryTransfer))
	if err != nil {
		return fmt.Errorf("records: who was sought: %w", err)
	}
	if rec.ID != "" {
		take(rec)
	}
	return nil
}
