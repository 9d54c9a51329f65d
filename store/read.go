package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
)

// Reader looks records and customers up. It may be open while a server writes.
type Reader struct{ db database }

// Read opens the records at where (see Open) to look at, not to write.
func Read(ctx context.Context, where string) (*Reader, error) {
	if err := exists(where); err != nil {
		return nil, err
	}
	db, err := open(ctx, "records", where, 4)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "SELECT name FROM secrets LIMIT 1"); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("%s holds no records, or an older parley wrote them and serve has not run since: %w", named(where), err)
	}
	return &Reader{db: db}, nil
}

// exists tells of a file that is not there; a database tells by itself.
func exists(where string) error {
	if isPostgres(where) {
		return nil
	}
	if _, err := os.Stat(where); err != nil {
		return fmt.Errorf("there are no records at %s: %w", where, err)
	}
	return nil
}

// Close ends the reading.
func (r *Reader) Close() error { return r.db.Close() }

// Filter chooses records; zero fields choose all.
type Filter struct {
	Since   time.Time // began at or after
	Until   time.Time // began before
	After   Mark      // only what the list gives after it: the next page
	Caller  string
	Outcome string
	Script  string
	State   call.State
	Limit   int // 0: 100
}

// Mark is a record's place in a list.
type Mark struct {
	Began time.Time
	ID    string // "": none
}

const columns = `id, call_id, direction, trunk, caller, called, script, version, language,
	began, answered, ended, state, outcome, grade, ended_by, why, sip_code, cause, recording, media, pickup`

// List returns records without their journals, the latest first.
func (r *Reader) List(ctx context.Context, f Filter) ([]call.Record, error) {
	var where []string
	var args []any
	add := func(cond string, v any) { where, args = append(where, cond), append(args, v) }
	if !f.Since.IsZero() {
		add("began >= ?", f.Since.UnixNano())
	}
	if !f.Until.IsZero() {
		add("began < ?", f.Until.UnixNano())
	}
	if f.After.ID != "" {
		at := f.After.Began.UnixNano()
		where, args = append(where, "(began < ? OR began = ? AND id < ?)"), append(args, at, at, f.After.ID)
	}
	for _, c := range []struct{ column, value string }{
		{"caller", f.Caller}, {"outcome", f.Outcome}, {"script", f.Script}, {"state", string(f.State)},
	} {
		if c.value != "" {
			add(c.column+" = ?", c.value)
		}
	}
	q := "SELECT " + columns + " FROM calls"
	if where != nil {
		q += " WHERE " + strings.Join(where, " AND ")
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	list := []call.Record{}
	err := r.db.q().each(ctx, func(scan func(...any) error) error {
		rec, err := record(scan)
		list = append(list, rec)
		return err
	}, q+" ORDER BY began DESC, id DESC LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("records: list: %w", err)
	}
	return list, nil
}

// Get returns one record with its journal, or ErrNotFound. id is the record's
// own or, if it is no record's, a SIP Call-ID, which the peer chose: the latest
// call that had it.
func (r *Reader) Get(ctx context.Context, id string) (call.Record, error) {
	rec, err := record(r.db.q().row(ctx, "SELECT "+columns+
		" FROM calls WHERE id = ?1 OR call_id = ?1 ORDER BY id = ?1 DESC, began DESC LIMIT 1", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return call.Record{}, fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	if err != nil {
		return call.Record{}, err
	}
	if rec.Entries, err = entries(ctx, r.db.q(), rec.ID); err != nil {
		return call.Record{}, fmt.Errorf("records: journal of %s: %w", id, err)
	}
	return rec, nil
}

// entries is a call's journal.
func entries(ctx context.Context, q queries, id string) (all []call.Entry, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var e call.Entry
		var at int64
		var timing sql.NullString
		if err := scan(&e.Seq, &at, &e.Kind, &e.Turn, &e.Node, &e.From, &e.Stage, &e.Text, &e.Intent, &e.Score, &e.Why, &timing); err != nil {
			return err
		}
		e.At = time.Unix(0, at).UTC()
		if timing.Valid {
			e.Timing = &call.Timing{}
			if err := json.Unmarshal([]byte(timing.String), e.Timing); err != nil {
				return fmt.Errorf("timing of line %d: %w", e.Seq, err)
			}
		}
		all = append(all, e)
		return nil
	}, `SELECT seq, at, kind, turn, node, origin, stage, text, intent, score, why, timing
		FROM entries WHERE call = ? ORDER BY seq`, id)
	return all, err
}

func record(scan func(...any) error) (call.Record, error) {
	var r call.Record
	var began int64
	var answered, ended sql.NullInt64
	var media, found string
	err := scan(&r.ID, &r.CallID, &r.Direction, &r.Trunk, &r.Caller, &r.Called, &r.Script, &r.Version, &r.Language,
		&began, &answered, &ended, &r.State, &r.Outcome, &r.Grade, &r.EndedBy, &r.Why, &r.SIPCode, &r.Cause, &r.Recording, &media, &found)
	if errors.Is(err, sql.ErrNoRows) {
		return r, err
	}
	if err != nil {
		return r, fmt.Errorf("records: %w", err)
	}
	r.Began, r.Answered, r.Ended = time.Unix(0, began).UTC(), when(answered), when(ended)
	if err := json.Unmarshal([]byte(media), &r.Media); err != nil {
		return r, fmt.Errorf("records: media of %s: %w", r.ID, err)
	}
	if found != "" {
		if err := json.Unmarshal([]byte(found), &r.Pickup); err != nil {
			return r, fmt.Errorf("records: pickup of %s: %w", r.ID, err)
		}
	}
	return r, nil
}

func when(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}
