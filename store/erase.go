package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/campaign/permit"
)

// ErrTalking tells that a person cannot be erased while a call with them goes on.
var ErrTalking = errors.New("a call with this person goes on; erase them when it has ended")

// Erased is what was erased.
type Erased struct {
	Numbers int `json:"numbers"`
	Calls   int `json:"calls"`
	Files   int `json:"files"`  // recordings and voicemails
	Leaves  int `json:"leaves"` // of the ledger, which nobody can read any more
	Rows    int `json:"rows"`
	Due     int `json:"due"` // messages to webhooks that still tell of them: erase again when these are delivered
}

// Erase forgets a person, found by id or number, in one transaction: profile, events,
// labels, calls with what was said, and the salts of their leaves. drop deletes a
// file before the rows that name it go; after its error nothing is erased. What stays:
// figures that are nobody's any more, and, under pseudonyms of the numbers, attempts,
// complaints and opt-outs, with a new one: never again, on every channel.
func (e *Editor) Erase(ctx context.Context, now time.Time, who string, drop func(path string) error) (out Erased, err error) {
	err = e.changes.patiently(ctx, func(q queries) (err error) {
		out, err = q.erase(ctx, now, who, e.country, drop)
		return err
	})
	if err != nil {
		return Erased{}, fmt.Errorf("customers: erase: %w", err)
	}
	return out, e.scrub(ctx)
}

func (q queries) erase(ctx context.Context, now time.Time, who, country string, drop func(string) error) (out Erased, err error) {
	if err := q.alone(ctx, "customers"); err != nil {
		return out, err
	}
	if err := q.secret(ctx); err != nil {
		return out, err
	}
	s, err := q.anybody(ctx, who, country) // now with pseudonyms
	if err != nil {
		return out, err
	}
	calls, err := q.theirCalls(ctx, s, country)
	if err != nil {
		return out, err
	}
	out.Numbers, out.Calls = len(s.numbers), len(calls)
	if out.Files, err = q.dropFiles(ctx, s, calls, drop); err != nil {
		return out, err
	}
	if _, err := q.stop(ctx, now, s, Word{Channel: permit.Every}, "erased"); err != nil {
		return out, err
	}
	if err := q.seal(ctx); err != nil { // the cancelled ones are leaves that are to be forgotten too
		return out, err
	}
	if err := q.forgetReach(ctx, now, s, &out); err != nil {
		return out, err
	}
	for _, t := range personal {
		where, args := s.theirRows(t.person, t.number, t.call, calls)
		if where == "" || slices.Contains(byHand, t.table) {
			continue
		}
		text := "DELETE FROM " + t.table
		if t.forget != "" {
			text = "UPDATE " + t.table + " SET " + t.forget
		}
		n, err := q.exec(ctx, text+" WHERE "+where, args...)
		if err != nil {
			return out, fmt.Errorf("%s: %w", t.table, err)
		}
		out.Rows += n
	}
	return out, q.forgetMessages(ctx, s, &out)
}

// dropFiles deletes recordings and voicemails.
func (q queries) dropFiles(ctx context.Context, s subject, calls []any, drop func(string) error) (n int, err error) {
	var paths []string
	if len(calls) > 0 {
		going, err := q.texts(ctx, "SELECT id FROM calls WHERE state IN ('ringing', 'talking') AND id IN ("+marks(len(calls))+")", calls...)
		if err != nil {
			return 0, err
		}
		if len(going) > 0 {
			return 0, fmt.Errorf("%w: %s", ErrTalking, going[0])
		}
		if paths, err = q.texts(ctx, "SELECT recording FROM calls WHERE recording <> '' AND id IN ("+marks(len(calls))+")", calls...); err != nil {
			return 0, err
		}
	}
	if where, args := s.theirRows("", "number", "call", calls); where != "" {
		more, err := q.texts(ctx, "SELECT path FROM voicemails WHERE "+where, args...)
		if err != nil {
			return 0, err
		}
		paths = append(paths, more...)
	}
	for _, p := range paths {
		if err := drop(p); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// forgetReach hides the person in attempts, complaints, opt-outs and events.
func (q queries) forgetReach(ctx context.Context, now time.Time, s subject, out *Erased) error {
	where, args := s.theirs()
	var leaves []int64
	err := q.each(ctx, func(scan func(...any) error) error {
		var leaf int64
		err := scan(&leaf)
		leaves = append(leaves, leaf)
		return err
	}, "SELECT leaf FROM permit_events WHERE "+where+" AND leaf IS NOT NULL AND salt IS NOT NULL ORDER BY leaf", args...)
	if err != nil {
		return err
	}
	out.Leaves = len(leaves)
	if _, err := q.exec(ctx, "UPDATE permit_events SET salt = NULL, ref = '', person = '', number = '', source = '', detail = '' WHERE "+where, args...); err != nil {
		return err
	}
	if err := q.rename(ctx, "opt_outs", ", person = '', source = '', call = ''", where, args...); err != nil {
		return err
	}
	if by, numbers := s.theirRows("", "number", "", nil); by != "" {
		if err := q.rename(ctx, "complaints", "", "call = '' AND ("+by+")", numbers...); err != nil {
			return err
		}
		if err := q.rename(ctx, "owed", "", "(call = '' OR task <> '') AND ("+by+")", numbers...); err != nil {
			return err
		}
	}
	for i, n := range s.numbers {
		for _, table := range []string{"attempts", "complaints", "opt_outs"} {
			if _, err := q.exec(ctx, "UPDATE "+table+" SET number = ? WHERE number = ?", s.hidden[i], n); err != nil {
				return err
			}
		}
		w := Word{ID: uuid.NewString(), Kind: NeverAgain, Channel: permit.Every, Source: "erased"}
		if _, err := q.keepWord(ctx, now, subject{number: s.hidden[i].(string), numbers: s.hidden[i : i+1]}, w); err != nil {
			return err
		}
	}
	if len(s.ids) > 0 {
		if _, err := q.exec(ctx, "UPDATE attempts SET person = '' WHERE person IN ("+marks(len(s.ids))+")", s.ids...); err != nil {
			return err
		}
	}
	if len(s.hidden) > 0 {
		if _, err := q.exec(ctx, "UPDATE complaints SET about = '' WHERE number IN ("+marks(len(s.hidden))+")", s.hidden...); err != nil {
			return err
		}
	}
	if len(leaves) == 0 {
		return nil
	}
	return q.entered(ctx, PermitEvent{At: now, Kind: EventErased, Detail: ledger.Leaves(leaves)})
}

// rename gives rows new ids, since the old ones may be made of the number or the
// person's id; set changes more of them.
func (q queries) rename(ctx context.Context, table, set, where string, args ...any) error {
	ids, err := q.texts(ctx, "SELECT DISTINCT id FROM "+table+" WHERE "+where, args...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := q.exec(ctx, "UPDATE "+table+" SET id = ?"+set+" WHERE id = ?", uuid.NewString(), id); err != nil {
			return err
		}
	}
	return nil
}

// forgetMessages deletes what webhooks were told of a person. What they are still to
// be told stays until it is: an opt-out among it must arrive.
func (q queries) forgetMessages(ctx context.Context, s subject, out *Erased) error {
	var gone []any
	err := q.each(ctx, func(scan func(...any) error) error {
		var id, state string
		var payload []byte
		if err := scan(&id, &state, &payload); err != nil {
			return err
		}
		told := slices.ContainsFunc(slices.Concat(s.numbers, s.ids), func(v any) bool { return strings.Contains(string(payload), v.(string)) })
		switch {
		case told && state == string(MessageDue):
			out.Due++
		case told:
			gone = append(gone, id)
		}
		return nil
	}, "SELECT id, state, payload FROM outbox")
	if err != nil {
		return err
	}
	for _, id := range gone {
		if _, err := q.exec(ctx, "DELETE FROM outbox WHERE id = ?", id); err != nil {
			return err
		}
		out.Rows++
	}
	return nil
}

// scrub takes what was deleted out of the files too: SQLite's log still holds pages as
// they were; PostgreSQL keeps dead rows until a vacuum.
func (e *Editor) scrub(ctx context.Context) error {
	if e.changes.d.dollars {
		for _, t := range personal {
			if _, err := e.changes.ExecContext(ctx, "VACUUM "+t.table); err != nil {
				return fmt.Errorf("erased, but old rows still lie in PostgreSQL's files until a vacuum: %w", err)
			}
		}
		return nil
	}
	for range 50 { // a reader stands in the way for a moment
		var busy, pages, moved int
		if err := e.changes.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
			return fmt.Errorf("erased, but not yet from the log of the database: %w", err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("erased, but readers kept the log of the database from being emptied; it is when Parley ends")
}
