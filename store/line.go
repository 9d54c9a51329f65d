package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign"
)

// ErrNoCandidate tells that a person is not, or no longer, in a campaign.
var ErrNoCandidate = errors.New("no such candidate")

// Unqueued lists candidates who are to be called and were not put into the work
// queue yet, in the order of campaign.Order.
func (r *Reader) Unqueued(ctx context.Context, id string, limit int) (all []campaign.Candidate, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		k, err := candidate(scan)
		all = append(all, k)
		return err
	}, `SELECT doc FROM candidates WHERE campaign = ? AND queued = 0 AND state IN ('pending', 'waiting')
		ORDER BY priority DESC, score DESC, deadline, due, person LIMIT ?`, id, limit)
	return all, inCandidates(err)
}

// Queued tells that these candidates of a campaign are in the work queue.
func (e *Editor) Queued(ctx context.Context, id string, all []campaign.Candidate) error {
	err := e.changes.patiently(ctx, func(q queries) error {
		args := []any{id}
		for _, k := range all {
			args = append(args, k.Person)
		}
		_, err := q.exec(ctx, "UPDATE candidates SET queued = 1 WHERE campaign = ? AND person IN ("+marks(len(all))+")", args...)
		return err
	})
	return inCandidates(err)
}

// ClaimCandidate takes one candidate who is due. Without got, free tells when to ask
// again: when the person is due, or another's lease has run out; the zero time when
// nothing more comes of them.
func (e *Editor) ClaimCandidate(ctx context.Context, id, person string, c Claim) (k campaign.Candidate, got bool, free time.Time, err error) {
	now := c.Now.UnixNano()
	err = e.changes.patiently(ctx, func(q queries) error {
		got, free = false, time.Time{}
		err := q.each(ctx, func(scan func(...any) error) (err error) {
			got = true
			k, err = candidate(scan)
			return err
		}, `UPDATE candidates SET worker = ?, lease = ? WHERE campaign = ? AND person = ? AND state IN ('pending', 'waiting')
			AND due <= ? AND lease <= ? RETURNING doc`, c.Worker, c.Now.Add(c.Lease).UnixNano(), id, person, now, now)
		if err != nil || got {
			return err
		}
		var doc string
		var lease int64
		err = q.row(ctx, "SELECT doc, lease FROM candidates WHERE campaign = ? AND person = ?", id, person).Scan(&doc, &lease)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: %s of the campaign %s", ErrNoCandidate, person, id)
		}
		if err == nil {
			err = json.Unmarshal([]byte(doc), &k)
		}
		if err == nil && !k.State.Over() {
			if free = k.Due; lease > free.UnixNano() {
				free = time.Unix(0, lease).UTC()
			}
		}
		return err
	})
	return k, got, free, inCandidates(err)
}
