package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/parley-voice/parley/call"
)

var _ call.Records = (*Store)(nil)

// Begin implements call.Records: it returns when the record is durable. After an
// error the record is kept in memory and written as soon as it can be.
func (s *Store) Begin(ctx context.Context, r call.Record) error {
	r.Entries = nil
	return s.w.wait(ctx, &job{kind: jobBegin, id: r.ID, rec: r})
}

// Answered implements call.Records: it returns when the answer is durable.
func (s *Store) Answered(ctx context.Context, id string, at time.Time) error {
	return s.w.wait(ctx, &job{kind: jobAnswered, id: id, at: at})
}

// Append implements call.Records. A journal line that finds the backlog full is
// dropped and counted; the whole journal comes again with Finish.
func (s *Store) Append(id string, e call.Entry) {
	_ = s.w.add(&job{kind: jobAppend, id: id, entry: e}) // counted
}

// Flush implements call.Records.
func (s *Store) Flush(ctx context.Context, id string) error {
	return s.w.wait(ctx, &job{kind: jobFlush, id: id})
}

// Finish implements call.Records. It returns ErrBacklog when so many finished
// records wait for a broken database that this one cannot be kept.
func (s *Store) Finish(_ context.Context, r call.Record) error {
	return s.w.add(&job{kind: jobFinish, id: r.ID, rec: r})
}

// Stats counts what the writer did.
func (s *Store) Stats() Stats { return s.w.stats() }

type jobKind uint8

const (
	jobAppend jobKind = iota
	jobBegin
	jobAnswered
	jobFinish
	jobFlush
)

// job is one thing to write. Done gets nil when it is durable, or the error of
// the first try; the job is tried again all the same.
type job struct {
	kind  jobKind
	id    string
	rec   call.Record
	at    time.Time
	entry call.Entry
	done  chan error
}

func (j *job) apply(ctx context.Context, tx *sql.Tx) error {
	switch j.kind {
	case jobBegin:
		// A record that has gone further already must not go back.
		return put(ctx, tx, j.rec, "ON CONFLICT (id) DO NOTHING")
	case jobAnswered:
		_, err := tx.ExecContext(ctx, `UPDATE calls SET answered = ?, state = 'talking'
			WHERE id = ? AND state IN ('ringing', 'talking')`, stamp(j.at), j.id)
		return err
	case jobAppend:
		return putEntry(ctx, tx, j.id, j.entry)
	case jobFinish:
		return putAll(ctx, tx, j.rec)
	case jobFlush:
		return nil
	}
	return fmt.Errorf("unknown job %d", j.kind)
}

const insert = "INSERT INTO calls (" + columns + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "

func put(ctx context.Context, tx *sql.Tx, r call.Record, conflict string) error {
	media, err := json.Marshal(r.Media)
	if err != nil { // a NaN among the figures; the record is worth more
		media = []byte("{}")
	}
	_, err = tx.ExecContext(ctx, insert+conflict, r.ID, r.CallID, r.Direction, r.Trunk, r.Caller, r.Called,
		r.Script, r.Version, r.Language, r.Began.UnixNano(), stamp(r.Answered), stamp(r.Ended), r.State,
		r.Outcome, r.Grade, r.EndedBy, r.Why, r.SIPCode, r.Cause, r.Recording, string(media))
	return err
}

func putEntry(ctx context.Context, tx *sql.Tx, id string, e call.Entry) error {
	var timing any
	if e.Timing != nil {
		if b, err := json.Marshal(e.Timing); err == nil { // else a NaN: the line is worth more
			timing = string(b)
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO entries
		(call, seq, at, kind, turn, node, origin, stage, text, intent, score, why, timing)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		id, e.Seq, e.At.UnixNano(), e.Kind, e.Turn, e.Node, e.From, e.Stage, e.Text, e.Intent, e.Score, e.Why, timing)
	if err != nil || e.Kind != call.EntryRecording {
		return err
	}
	// The path must outlive a kill: the recording is playable, and someone must find it.
	_, err = tx.ExecContext(ctx, "UPDATE calls SET recording = ? WHERE id = ?", e.Text, id)
	return err
}

func putAll(ctx context.Context, tx *sql.Tx, r call.Record) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM calls WHERE id = ?", r.ID); err != nil {
		return err
	}
	if err := put(ctx, tx, r, ""); err != nil {
		return err
	}
	for _, e := range r.Entries {
		if err := putEntry(ctx, tx, r.ID, e); err != nil {
			return err
		}
	}
	return nil
}
