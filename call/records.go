package call

import (
	"context"
	"time"
)

// Records keeps calls. Begin, Answered and Flush return when what they say is
// durable; Append and Finish only queue. No method blocks for ever: a broken
// database is an error or a counter, never a stuck call.
type Records interface {
	// Begin writes a record before its leg rings or its INVITE is sent.
	Begin(ctx context.Context, r Record) error
	// Answered writes the moment of the answer, before the 200 is sent.
	Answered(ctx context.Context, id string, at time.Time) error
	// Append queues one line of the journal. A Seq written before is replaced.
	Append(id string, e Entry)
	// Flush returns when everything queued for a call is durable.
	Flush(ctx context.Context, id string) error
	// Finish writes the whole record, ended. A record that was never begun is
	// written whole. It is kept in memory and tried again when it cannot be
	// written; an error means that it was not even taken.
	Finish(ctx context.Context, r Record) error
}
