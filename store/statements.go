package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/parley-voice/parley/call"
)

// statements are those of the writer, compiled once: to compile one takes longer
// than to run it.
type statements struct {
	begin, answered, end, finish, line, recording, past, complaint, due *sql.Stmt

	d       *dialect
	country string
	node    string // whose calls are begun
}

// insert writes a row, or over the one with the same key, which is the first keys
// of the columns.
func insert(table, columns string, keys int) string {
	names := strings.Split(strings.Join(strings.Fields(columns), ""), ",")
	var set []string
	for _, name := range names[keys:] {
		set = append(set, name+" = excluded."+name)
	}
	return insertOr(table, columns, keys, "UPDATE SET "+strings.Join(set, ", "))
}

// insertOnce writes a row unless there is one with the same key.
func insertOnce(table, columns string, keys int) string {
	return insertOr(table, columns, keys, "NOTHING")
}

func insertOr(table, columns string, keys int, what string) string {
	names := strings.Split(strings.Join(strings.Fields(columns), ""), ",")
	return "INSERT INTO " + table + " (" + columns + ") VALUES (" + marks(len(names)) + ") ON CONFLICT (" +
		strings.Join(names[:keys], ", ") + ") DO " + what
}

func prepare(ctx context.Context, db database, country, node string) (s statements, err error) {
	s.d, s.country, s.node = db.d, country, node
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		// A record that has gone further already must not go back.
		{&s.begin, insertOnce("calls", columns+", node", 1)},
		// What an index holds does not change as a rule; to write it again all the
		// same would cost more than the rest.
		{&s.end, `UPDATE calls SET answered = ?, ended = ?, state = ?, outcome = ?, grade = ?, ended_by = ?, why = ?,
			sip_code = ?, cause = ?, recording = ?, media = ?, pickup = ? WHERE id = ? AND
			(call_id, direction, trunk, caller, called, script, version, language, began) = (?,?,?,?,?,?,?,?,?)`},
		{&s.finish, insert("calls", columns+", node", 1)},
		{&s.answered, "UPDATE calls SET answered = ?, state = 'talking' WHERE id = ? AND state IN ('ringing', 'talking')"},
		{&s.line, insert("entries", "call, seq, at, kind, turn, node, origin, stage, text, intent, score, why, timing", 2)},
		{&s.recording, "UPDATE calls SET recording = ? WHERE id = ?"},
		{&s.past, insertPast},
		{&s.complaint, finishComplaint},
		{&s.due, dueByNumber},
	} {
		if *p.to, err = db.PrepareContext(ctx, db.d.text(p.text)); err != nil {
			return s, err
		}
	}
	return s, nil
}

// pen writes jobs in one transaction.
type pen struct {
	statements
	tx *sql.Tx
	q  queries
}

func (s statements) in(tx *sql.Tx) pen { return pen{s, tx, in(tx, s.d)} }

func (p pen) run(ctx context.Context, s *sql.Stmt, args ...any) error {
	_, err := p.tx.StmtContext(ctx, s).ExecContext(ctx, clean(args)...)
	return err
}

// update tells whether there was a row to write to.
func (p pen) update(ctx context.Context, s *sql.Stmt, args ...any) (bool, error) {
	res, err := p.tx.StmtContext(ctx, s).ExecContext(ctx, clean(args)...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func (p pen) apply(ctx context.Context, j *job) error {
	switch j.kind {
	case jobBegin:
		return p.put(ctx, p.begin, j.rec)
	case jobAnswered:
		return p.run(ctx, p.answered, stamp(j.at), j.id)
	case jobAppend:
		return p.append(ctx, j.id, j.entry)
	case jobFinish:
		return p.over(ctx, j)
	case jobFlush:
		return nil
	case jobRow:
		_, err := p.q.exec(ctx, j.text, j.args...)
		return err
	}
	return fmt.Errorf("unknown job %d", j.kind)
}

func (p pen) put(ctx context.Context, s *sql.Stmt, r call.Record) error {
	return p.run(ctx, s, r.ID, r.CallID, r.Direction, r.Trunk, r.Caller, r.Called,
		r.Script, r.Version, r.Language, r.Began.UnixNano(), stamp(r.Answered), stamp(r.Ended), string(r.State),
		r.Outcome, r.Grade, r.EndedBy, r.Why, r.SIPCode, r.Cause, r.Recording, figures(r), found(r), p.node)
}

func figures(r call.Record) string {
	media, err := json.Marshal(r.Media)
	if err != nil { // a NaN among the figures; the record is worth more
		return "{}"
	}
	return string(media)
}

// found is who picked up, "" when that was not looked for.
func found(r call.Record) string {
	if r.Pickup == nil {
		return ""
	}
	text, err := json.Marshal(r.Pickup)
	if err != nil { // a NaN; the record is worth more
		return ""
	}
	return string(text)
}

// over writes the whole record, and those lines of its journal that were lost or
// never came.
func (p pen) over(ctx context.Context, j *job) error {
	r := j.rec
	begun, err := p.update(ctx, p.end, stamp(r.Answered), stamp(r.Ended), string(r.State), r.Outcome, r.Grade, r.EndedBy, r.Why,
		r.SIPCode, r.Cause, r.Recording, figures(r), found(r), r.ID,
		r.CallID, r.Direction, r.Trunk, r.Caller, r.Called, r.Script, r.Version, r.Language, r.Began.UnixNano())
	if err == nil && !begun {
		err = p.put(ctx, p.finish, r)
	}
	if err != nil {
		return err
	}
	for _, e := range j.rec.Entries[min(j.kept, len(j.rec.Entries)):] {
		if err := p.write(ctx, j.id, e); err != nil {
			return err
		}
	}
	if err := owe(ctx, p.q, r, p.country); err != nil {
		return err
	}
	past, complaint := pastOf(r, p.country)
	if err := p.run(ctx, p.past, pastRow(past)...); err != nil {
		return err
	}
	if complaint != nil {
		if err := p.run(ctx, p.complaint, complaintRow(*complaint)...); err != nil {
			return err
		}
	}
	return p.run(ctx, p.due, r.Ended.UnixNano(), past.Number)
}

func (p pen) append(ctx context.Context, id string, e call.Entry) error {
	if err := p.write(ctx, id, e); err != nil {
		return err
	}
	if e.Kind != call.EntryRecording {
		return oweOne(ctx, p.q, id, e, p.country)
	}
	// The path must outlive a kill: the recording is playable, and someone must find it.
	return p.run(ctx, p.recording, e.Text, id)
}

func (p pen) write(ctx context.Context, id string, e call.Entry) error {
	var timing any
	if e.Timing != nil {
		if b, err := json.Marshal(e.Timing); err == nil { // else a NaN: the line is worth more
			timing = string(b)
		}
	}
	if err := p.run(ctx, p.line, id, e.Seq, e.At.UnixNano(), string(e.Kind), e.Turn, e.Node, e.From, e.Stage,
		e.Text, e.Intent, e.Score, e.Why, timing); err != nil {
		return err
	}
	return p.voiced(ctx, id, e)
}
