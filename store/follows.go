package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign"
)

// Follow is one thing to do for a person after a call, and whether it was done.
type Follow struct {
	campaign.Follow
	Told time.Time `json:"told,omitzero"` // when it was told that the promise is broken
	Done time.Time `json:"done,omitzero"`
	Who  string    `json:"who,omitempty"` // did it
	Said string    `json:"said,omitempty"`
}

// ErrNoFollow tells that there is no such thing to do, or that it was done.
var ErrNoFollow = errors.New("nothing of this id is to be done")

const followColumns = "id, campaign, person, deed, at, promised, doc, told, done, who, note"

// follow writes what is to be done, once.
func (q queries) follow(ctx context.Context, f campaign.Follow) error {
	_, err := q.exec(ctx, insertOnce("follows", followColumns, 1), f.ID, f.Campaign, f.Person, string(f.Do), stampOr0(f.At), stampOr0(f.Promised), encode(f), 0, 0, "", "")
	return err
}

// FollowFilter chooses what is to be done; zero fields choose all.
type FollowFilter struct {
	Campaign string
	Open     bool      // not done
	Due      time.Time // to be done by then
	After    string    // the id of the last one of the page before
	Limit    int       // 0: 100
}

// Follows lists what is to be done in order of id.
func (r *Reader) Follows(ctx context.Context, f FollowFilter) ([]Follow, error) {
	where, args := "id > ?", []any{f.After}
	if f.Campaign != "" {
		where, args = where+" AND campaign = ?", append(args, f.Campaign)
	}
	if f.Open {
		where += " AND done = 0"
	}
	if !f.Due.IsZero() {
		where, args = where+" AND at <= ?", append(args, f.Due.UnixNano())
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	return r.db.q().follows(ctx, "SELECT doc, told, done, who, note FROM follows WHERE "+where+" ORDER BY id LIMIT ?", append(args, f.Limit)...)
}

// BrokenPromises gives the promises that are broken at now and of which nobody was
// told, and marks them as told: each is given once.
func (e *Editor) BrokenPromises(ctx context.Context, now time.Time) ([]Follow, error) {
	at := now.UnixNano()
	return e.changes.q().follows(ctx, `UPDATE follows SET told = ? WHERE done = 0 AND told = 0 AND promised > 0 AND promised < ?
		RETURNING doc, told, done, who, note`, at, at)
}

// DidFollow tells that somebody did it. ErrNoFollow: there is none, or it was done
// before.
func (e *Editor) DidFollow(ctx context.Context, now time.Time, id, who, said string) error {
	n, err := e.changes.q().exec(ctx, "UPDATE follows SET done = ?, who = ?, note = ? WHERE id = ? AND done = 0", now.UnixNano(), who, said, id)
	if err == nil && n == 0 {
		err = fmt.Errorf("%w: %s", ErrNoFollow, id)
	}
	return inFollows(err)
}

func (q queries) follows(ctx context.Context, query string, args ...any) (all []Follow, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var f Follow
		var doc string
		var told, done int64
		if err := scan(&doc, &told, &done, &f.Who, &f.Said); err != nil {
			return err
		}
		if told != 0 {
			f.Told = time.Unix(0, told).UTC()
		}
		if done != 0 {
			f.Done = time.Unix(0, done).UTC()
		}
		err := json.Unmarshal([]byte(doc), &f.Follow)
		all = append(all, f)
		return err
	}, query, args...)
	return all, inFollows(err)
}

func inFollows(err error) error {
	if err != nil {
		return fmt.Errorf("follows: %w", err)
	}
	return nil
}
