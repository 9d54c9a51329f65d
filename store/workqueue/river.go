package workqueue

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/parley-voice/parley/campaign"
)

// River is the queue that nodes share: one job for each candidate, which sleeps until
// they are due; a queue of River for each campaign, so that a node takes work only
// of those that run on it; chores in a queue of their own.
type River struct {
	cfg    Config
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx]

	mu    sync.Mutex
	calls map[string]line // by River's queue
	chore func(context.Context, Chore)
}

// line is a campaign that this node serves.
type line struct {
	over <-chan struct{} // closed when no more is to be taken
	call Call
}

const chores = "chores" // River's queue of them

// OpenRiver opens the queue in PostgreSQL and brings its tables up to date.
func OpenRiver(ctx context.Context, dsn string, cfg Config) (*River, error) {
	pc, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("work queue: %w", err)
	}
	pc.MaxConns = 6 // one listens; fetching, completing and maintenance share the others
	pc.ConnConfig.RuntimeParams["application_name"] = "parley work queue"
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("work queue: %w", err)
	}
	r := &River{cfg: cfg, pool: pool, calls: map[string]line{}}
	if err = migrate(ctx, pool, slog.New(grave{cfg.Log.Handler()})); err == nil {
		err = r.open()
	}
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("work queue: %w", err)
	}
	return r, nil
}

func (r *River) open() (err error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &caller{r: r})
	river.AddWorker(workers, &choreWorker{r: r})
	sweep := river.NewPeriodicJob(river.PeriodicInterval(r.cfg.Sweep),
		func() (river.JobArgs, *river.InsertOpts) { return choreArgs{Chore{Kind: Sweep}}, nil },
		&river.PeriodicJobOpts{ID: Sweep, RunOnStart: true})
	after := cmp.Or(r.cfg.Rescue, rescue)
	r.client, err = river.NewClient(riverpgxv5.New(r.pool), &river.Config{
		Queues:               map[string]river.QueueConfig{chores: {MaxWorkers: 2}},
		Workers:              workers,
		PeriodicJobs:         []*river.PeriodicJob{sweep},
		RescueStuckJobsAfter: after,
		JobTimeout:           after, // none is rescued without one; calls go on nevertheless, under their claims
		JobStuckThreshold:    longest,
		RetryPolicy:          soon{},
		MaxAttempts:          attempts,
		Logger:               slog.New(grave{r.cfg.Log.Handler()}),

		CompletedJobRetentionPeriod: keepDone,
		CancelledJobRetentionPeriod: keepDone,
	})
	return err
}

// grave keeps what River tells of its daily round out of the log.
type grave struct{ slog.Handler }

func (g grave) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && g.Handler.Enabled(ctx, l)
}

func (g grave) WithAttrs(all []slog.Attr) slog.Handler { return grave{g.Handler.WithAttrs(all)} }
func (g grave) WithGroup(name string) slog.Handler     { return grave{g.Handler.WithGroup(name)} }

// Close lets go of the database. Run must have returned.
func (r *River) Close() error {
	r.pool.Close()
	return nil
}

// Stock puts candidates into the queue who are not in it yet.
func (r *River) Stock(ctx context.Context, campaign string) error {
	for {
		all, err := r.cfg.Store.Unqueued(ctx, campaign, batch)
		if err != nil || len(all) == 0 {
			return err
		}
		jobs := make([]river.InsertManyParams, len(all))
		for i, k := range all {
			jobs[i] = river.InsertManyParams{Args: callArgs{k.Campaign, k.Person},
				InsertOpts: &river.InsertOpts{Queue: queueOf(campaign), Priority: rank(k.Priority), ScheduledAt: k.Due}}
		}
		// Whoever is in it already is passed over: another node was faster, or this one
		// died before it wrote down that they are. Who became due earlier is woken.
		there, err := r.client.InsertMany(ctx, jobs)
		if err != nil {
			return fmt.Errorf("work queue: %w", err)
		}
		for i, j := range there {
			if j.UniqueSkippedAsDuplicate && j.Job.ScheduledAt.After(all[i].Due) {
				if _, err := r.client.JobRetry(ctx, j.Job.ID); err != nil && !errors.Is(err, rivertype.ErrNotFound) {
					return fmt.Errorf("work queue: %w", err)
				}
			}
		}
		if err := r.cfg.Store.Queued(ctx, campaign, all); err != nil {
			return err
		}
		if len(all) < batch {
			return nil
		}
	}
}

// Ask has a chore done soon by one node, once however many ask meanwhile.
func (r *River) Ask(ctx context.Context, c Chore) error {
	if _, err := r.client.Insert(ctx, choreArgs{c}, nil); err != nil {
		return fmt.Errorf("work queue: %w", err)
	}
	return nil
}

// Run works until ctx ends. Every Serve must have returned before that.
func (r *River) Run(ctx context.Context, do func(context.Context, Chore)) error {
	r.mu.Lock()
	r.chore = do
	r.mu.Unlock()
	if err := r.client.Start(context.WithoutCancel(ctx)); err != nil { // Stop ends it, when it has written down what is done
		return fmt.Errorf("work queue: %w", err)
	}
	<-ctx.Done()
	patient, done := context.WithTimeout(context.Background(), stopTime)
	defer done()
	if err := r.client.Stop(patient); err != nil {
		hard, done := context.WithTimeout(context.Background(), stopTime)
		defer done()
		return errors.Join(fmt.Errorf("work queue: %w", err), r.client.StopAndCancel(hard))
	}
	return nil
}

const stopTime = 10 * time.Second

// Serve calls those of a campaign who are due, at most most at once, until ctx ends;
// it returns when all calls have.
func (r *River) Serve(ctx context.Context, campaign string, most int, call Call) error {
	name := queueOf(campaign)
	r.mu.Lock()
	r.calls[name] = line{ctx.Done(), call}
	r.mu.Unlock()
	if err := r.client.Queues().Add(name, river.QueueConfig{MaxWorkers: most}); err != nil {
		return fmt.Errorf("work queue: %w", err)
	}
	<-ctx.Done()
	for { // in small steps: while it waits for calls that go on, no other queue can be added or removed
		some, done := context.WithTimeout(context.Background(), removeTime)
		err := r.client.Queues().Remove(some, name)
		done()
		if !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		<-time.After(removeTime)
	}
}

const removeTime = 100 * time.Millisecond

// serving gives what calls people of a queue, unless no more are to be taken.
func (r *River) serving(queue string) (Call, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.calls[queue]
	select {
	case <-l.over:
		return nil, false
	default:
		return l.call, l.call != nil
	}
}

// rank is River's priority, of which the least goes first.
func rank(priority int) int {
	switch {
	case priority >= campaign.Triggered:
		return 1
	case priority > campaign.Low:
		return 2
	}
	return 3
}

var plain = regexp.MustCompile("^[a-z0-9]+([_-][a-z0-9]+)*$")

// queueOf is the name of a campaign's queue, in River's alphabet.
func queueOf(campaign string) string {
	if plain.MatchString(campaign) && len(campaign) <= 50 {
		return "calls-" + campaign
	}
	sum := sha256.Sum256([]byte(campaign))
	return "calls-h-" + hex.EncodeToString(sum[:16])
}
