package routes

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/routing"
)

// Bounds of what Regions remembers.
const (
	rateSpan    = time.Hour
	maxRegions  = 10_000
	maxSamples  = 1_000  // of a region, the latest
	maxRecalled = 50_000 // calls of an earlier process
)

// Regions counts how many of each region's calls were answered by a person, over
// the last hour.
type Regions struct {
	mu  sync.Mutex
	all map[string][]sample
}

type sample struct {
	at       time.Time
	answered bool
}

// NewRegions begins to count.
func NewRegions() *Regions { return &Regions{all: map[string][]sample{}} }

// Past gives the calls that ended since then, in that order, with the lines of
// their journals about where they went. *store.Reader has one.
type Past func(ctx context.Context, since time.Time, limit int, take func(call.Record)) error

// Recall counts what a process before this one saw, and has the book remember
// which regions overflowed when it last decided.
func (r *Regions) Recall(ctx context.Context, now time.Time, past Past, b *Book) error {
	var last routing.Snapshot
	err := past(ctx, now.Add(-rateSpan), maxRecalled, func(rec call.Record) {
		r.Ended(rec)
		for _, e := range rec.Entries {
			if e.Kind != call.EntryRouted {
				continue
			}
			if s, err := routing.ParseSnapshot(e.Why); err == nil && !s.At.Before(last.At) { // one that cannot be read tells nothing
				last = s
			}
		}
	})
	if err == nil && !last.At.IsZero() {
		b.recall(last)
	}
	return err
}

// Ended takes a call's record. Only calls that were on their way to a person
// count: one that a script dealt with was not missed.
func (r *Regions) Ended(rec call.Record) {
	region, sought, answered := "", false, false
	for _, e := range rec.Entries {
		switch {
		case e.Kind == call.EntryRouted && region == "":
			if s, err := routing.ParseSnapshot(e.Why); err == nil {
				region = s.Facts["caller.region"]
			}
		case e.Kind == call.EntryTransfer:
			sought = true
			answered = answered || e.Text == "done" || strings.HasPrefix(e.Text, "joined ")
		}
	}
	if region == "" || !sought {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list, known := r.all[region]
	if !known && len(r.all) >= maxRegions {
		return
	}
	if len(list) >= maxSamples {
		list = append(list[:0], list[1:]...)
	}
	r.all[region] = append(list, sample{rec.Ended, answered})
}

// Rate is how many percent of a region's calls were answered, and of how many.
func (r *Regions) Rate(now time.Time, region string) (percent float64, calls int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	good := 0
	for _, s := range r.all[region] {
		if now.Sub(s.at) > rateSpan {
			continue
		}
		if calls++; s.answered {
			good++
		}
	}
	if calls == 0 {
		return 0, 0
	}
	return 100 * float64(good) / float64(calls), calls
}
