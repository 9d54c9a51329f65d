// Package feeds reads what other systems tell of customers, again and again: rows
// of a query, and messages of Kafka. What is read is kept by whoever is given as
// Keeper, with the place to go on, before anything is acknowledged.
package feeds

import (
	"context"
	"log/slog"
	"time"

	"github.com/parley-voice/parley/customer/feed"
)

// Keeper keeps what was read.
type Keeper interface {
	// Take keeps a batch, all or nothing.
	Take(ctx context.Context, now time.Time, b feed.Batch) (feed.Kept, error)
	// Reached tells how far a source was read, "" at the first time.
	Reached(ctx context.Context, source string) (string, error)
}

// Rows is another system's database.
type Rows interface {
	Rows(ctx context.Context, query, cursor string, take func(map[string]string) error) error
}

// Feed is what each way of reading has in common.
type Feed struct {
	Mapping feed.Mapping
	Keep    Keeper
	Now     func() time.Time
	Log     *slog.Logger
}

// retry is how long a feed that failed waits, at first and at most.
const (
	retryFirst = time.Second
	retryMost  = time.Minute
)

// again does something until ctx ends, every so often, later after failures.
func (f *Feed) again(ctx context.Context, every time.Duration, do func(context.Context) error) {
	wait := time.Duration(0)
	for failed := 0; ; {
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		if wait = every; ctx.Err() == nil {
			if err := do(ctx); err != nil && ctx.Err() == nil {
				wait = min(retryFirst<<min(failed, 10), retryMost)
				failed++
				f.Log.Warn("a source of customers could not be read; tried again", "source", f.Mapping.Source, "in", wait, "error", err)
				continue
			}
			failed = 0
		}
	}
}

// take keeps a batch and tells of rows that were not taken.
func (f *Feed) take(ctx context.Context, b feed.Batch) error {
	kept, err := f.Keep.Take(ctx, f.Now(), b)
	if err != nil {
		return err
	}
	if kept.Bad > 0 || kept.Refused > 0 {
		args := []any{"source", b.Source, "rows", kept.Rows, "bad", kept.Bad, "sensitive", kept.Refused}
		if len(kept.Problems) > 0 {
			args = append(args, "first", kept.Problems[0].Ref, "why", kept.Problems[0].What)
		}
		f.Log.Warn("not all that a source tells was taken; parley customers sources shows it", args...)
	}
	return nil
}
