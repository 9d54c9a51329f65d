package workqueue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/parley-voice/parley/store"
)

// callArgs name a candidate: nothing of a person is in River's tables but their id.
type callArgs struct {
	Campaign string `json:"campaign"`
	Person   string `json:"person"`
}

func (callArgs) Kind() string { return "campaign_call" }

// unfinished are the states in which a job stands in the way of another like it.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

func (callArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

type choreArgs struct{ Chore }

func (choreArgs) Kind() string { return "campaign_chore" }

func (choreArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: chores, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

// soon tries a job again that failed: what fails is the database, or a node.
type soon struct{}

func (soon) NextRetry(*rivertype.JobRow) time.Time { return time.Now().Add(again) }

// caller works on candidates.
type caller struct {
	river.WorkerDefaults[callArgs]
	r *River
}

// Work claims the candidate of a job and has them called. A job whose candidate is not
// due, or another's, sleeps until they are free.
func (w *caller) Work(ctx context.Context, job *river.Job[callArgs]) error {
	call, ok := w.r.serving(job.Queue)
	if !ok {
		return river.JobSnooze(0) // fetched while this node ceased to serve: another's
	}
	c := w.r.cfg
	k, got, free, err := c.Store.ClaimCandidate(ctx, job.Args.Campaign, job.Args.Person, store.Claim{Worker: c.Holder, Now: time.Now(), Lease: c.Lease})
	switch {
	case errors.Is(err, store.ErrNoCandidate): // they were erased
		return river.JobCancel(err)
	case err != nil:
		return fmt.Errorf("work queue: %w", err)
	case got:
		k = call(ctx, k)
		free = k.Due
	}
	if k.State.Over() {
		return nil
	}
	return river.JobSnooze(wait(time.Now(), free))
}

type choreWorker struct {
	river.WorkerDefaults[choreArgs]
	r *River
}

func (w *choreWorker) Work(ctx context.Context, job *river.Job[choreArgs]) error {
	w.r.mu.Lock()
	do := w.r.chore
	w.r.mu.Unlock()
	do(ctx, job.Args.Chore) // there since before Start
	return nil
}
