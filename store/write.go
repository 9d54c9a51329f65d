package store

import (
	"context"
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

// row writes one row and returns when it is durable.
func (s *Store) row(ctx context.Context, id, text string, args ...any) error {
	return s.w.wait(ctx, &job{kind: jobRow, id: id, text: text, args: args})
}

type jobKind uint8

const (
	jobAppend jobKind = iota
	jobBegin
	jobAnswered
	jobFinish
	jobFlush
	jobRow
)

// job is one thing to write. Done gets nil when it is durable, or the error of
// the first try; the job is tried again all the same.
type job struct {
	kind  jobKind
	id    string
	rec   call.Record
	at    time.Time
	entry call.Entry
	text  string // jobRow: a statement that may run twice, and its arguments
	args  []any
	posts bool // jobRow: into the outbox
	kept  int  // jobFinish: lines of its journal that are written already
	done  chan error
}
