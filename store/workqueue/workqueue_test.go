package workqueue_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
	"github.com/parley-voice/parley/store/workqueue"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := storetest.StopPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// queue is what each implementation does.
type queue interface {
	Stock(ctx context.Context, campaign string) error
	Ask(ctx context.Context, c workqueue.Chore) error
	Run(ctx context.Context, do func(context.Context, workqueue.Chore)) error
	Serve(ctx context.Context, campaign string, most int, call workqueue.Call) error
}

// kinds makes queues over a store.
var kinds = map[string]struct {
	place func(t *testing.T) string
	open  func(t *testing.T, where string, c workqueue.Config) queue
}{
	"scan": {
		place: func(t *testing.T) string { return filepath.Join(t.TempDir(), "records.db") },
		open:  func(_ *testing.T, _ string, c workqueue.Config) queue { return workqueue.NewScan(c) },
	},
	"river": {
		place: func(t *testing.T) string { return storetest.Postgres(t) },
		open:  func(t *testing.T, where string, c workqueue.Config) queue { return river(t, where, c) },
	},
}

func river(t *testing.T, where string, c workqueue.Config) *workqueue.River {
	t.Helper()
	r, err := workqueue.OpenRiver(t.Context(), where, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// bench is a queue that runs, over a store.
type bench struct {
	t     *testing.T
	where string
	store *store.Store
	queue
	spring, autumn string // campaigns
	chores         chan workqueue.Chore
}

// TestQueue holds each kind of queue to the same behaviours, over one database.
func TestQueue(t *testing.T) {
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			b := &bench{t: t, where: kind.place(t), chores: make(chan workqueue.Chore, 1000)}
			b.store = storetest.Open(t, b.where)
			t.Cleanup(func() { _ = b.store.Close() })
			b.queue = kind.open(t, b.where, b.config("me"))
			b.run(b.queue)
			for what, behaves := range behaviours {
				t.Run(what, func(t *testing.T) {
					own := *b
					own.t, own.spring, own.autumn = t, "Spring of "+what, "autumn of "+what
					behaves(&own)
				})
			}
		})
	}
}

var behaviours = map[string]func(*bench){
	"who is due comes in order, once":      inOrder,
	"no more than asked for at once":       bounded,
	"a retry comes at its time":            snoozed,
	"who is raised comes at once":          raised,
	"what one stops to serve is another's": goesOn,
	"chores are done once, sweeps again":   chores,
}

func (b *bench) config(holder string) workqueue.Config {
	return workqueue.Config{Store: b.store.Editor, Holder: holder, Lease: time.Minute, Sweep: 300 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(b.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))}
}

// run lets a queue work until the test ends.
func (b *bench) run(q queue) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := q.Run(ctx, func(_ context.Context, c workqueue.Chore) { b.chores <- c }); err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(func() { cancel(); wg.Wait() })
}

func (b *bench) add(campaignID string, all ...campaign.Candidate) {
	b.t.Helper()
	for _, k := range all {
		k.Campaign, k.State, k.Deadline, k.Number = campaignID, campaign.Pending, time.Now().Add(time.Hour), customer.Parse("+8613800138000", "CN")
		if k.Due.IsZero() {
			k.Due = start
		}
		if k.Priority == 0 {
			k.Priority = campaign.Normal
		}
		if _, err := b.store.AddCandidates(b.t.Context(), k); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := b.Stock(b.t.Context(), campaignID); err != nil {
		b.t.Fatal(err)
	}
}

var start = time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)

// settled ends the claim on a candidate.
func (b *bench) settled(holder string, k campaign.Candidate, state campaign.State, due time.Time) campaign.Candidate {
	k.State, k.Due = state, due
	if err := b.store.SettleCandidate(context.Background(), holder, k, store.Followed{}); err != nil {
		b.t.Error(err)
	}
	return k
}

// served is a campaign that a test has called.
type served struct {
	stop func()
	who  chan string

	mu        sync.Mutex
	now, most int // calls at once
}

func (s *served) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now += n
	s.most = max(s.most, s.now)
}

// serve calls people until the test ends, or stop.
func (b *bench) serve(q queue, id string, most int, call func(campaign.Candidate) campaign.Candidate) *served {
	ctx, cancel := context.WithCancel(context.Background())
	s := &served{who: make(chan string, 1000)}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := q.Serve(ctx, id, most, func(_ context.Context, k campaign.Candidate) campaign.Candidate {
			s.count(1)
			defer s.count(-1)
			s.who <- k.Person
			return call(k)
		}); err != nil {
			b.t.Error(err)
		}
	})
	s.stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	b.t.Cleanup(s.stop)
	return s
}

// next waits for so many calls.
func (s *served) next(t *testing.T, n int) (all []string) {
	t.Helper()
	for range n {
		select {
		case who := <-s.who:
			all = append(all, who)
		case <-time.After(30 * time.Second):
			t.Fatalf("%d of %d were called: %v", len(all), n, all)
		}
	}
	return all
}

func inOrder(b *bench) {
	t := b.t
	b.add(b.spring, campaign.Candidate{Person: "low", Priority: campaign.Low}, campaign.Candidate{Person: "dear", Score: 2},
		campaign.Candidate{Person: "cheap", Score: 1}, campaign.Candidate{Person: "asked", Priority: campaign.Triggered},
		campaign.Candidate{Person: "tomorrow", Due: start.Add(24 * time.Hour)})
	b.add(b.autumn, campaign.Candidate{Person: "other"})
	b.add(b.spring) // once each
	s := b.serve(b, b.spring, 1, func(k campaign.Candidate) campaign.Candidate { return b.settled("me", k, campaign.Done, k.Due) })
	if got, want := s.next(t, 4), []string{"asked", "dear", "cheap", "low"}; !slices.Equal(got, want) {
		t.Errorf("called %v, want %v", got, want)
	}
	// Nobody else is due: the next to come in is the next to be called.
	b.add(b.spring, campaign.Candidate{Person: "late"})
	if got := s.next(t, 1); got[0] != "late" {
		t.Errorf("called %v, want late", got)
	}
}

// raised is somebody due tomorrow whom a signal makes due at once.
func raised(b *bench) {
	t := b.t
	b.add(b.spring, campaign.Candidate{Person: "tomorrow", Due: start.Add(24 * time.Hour)}, campaign.Candidate{Person: "now"})
	s := b.serve(b, b.spring, 2, func(k campaign.Candidate) campaign.Candidate { return b.settled("me", k, campaign.Done, k.Due) })
	if got := s.next(t, 1); got[0] != "now" {
		t.Fatalf("called %v", got)
	}
	there, err := b.store.CandidatesOf(t.Context(), b.spring, "tomorrow")
	if err != nil {
		t.Fatal(err)
	}
	was := there["tomorrow"]
	is := was
	is.Due, is.Priority = time.Now(), campaign.Triggered
	if ok, err := b.store.RaiseCandidate(t.Context(), time.Now(), was, is); err != nil || !ok {
		t.Fatal(ok, err)
	}
	b.add(b.spring) // those of the queue are put in line each second
	if got := s.next(t, 1); got[0] != "tomorrow" {
		t.Errorf("called %v", got)
	}
}

func bounded(b *bench) {
	t := b.t
	for i := range 9 {
		b.add(b.spring, campaign.Candidate{Person: fmt.Sprint("p", i)})
	}
	gate := make(chan struct{})
	s := b.serve(b, b.spring, 3, func(k campaign.Candidate) campaign.Candidate {
		<-gate
		return b.settled("me", k, campaign.Done, k.Due)
	})
	s.next(t, 3)
	close(gate)
	s.next(t, 6)
	s.stop()
	if s.most != 3 {
		t.Errorf("%d at once, want 3", s.most)
	}
}

// A retry comes at its time, one whose claim was lost when another lets go, and one
// who is over not again.
func snoozed(b *bench) {
	t := b.t
	b.add(b.spring, campaign.Candidate{Person: "busy"}, campaign.Candidate{Person: "done"})
	tries := map[string]int{}
	var due time.Time
	s := b.serve(b, b.spring, 1, func(k campaign.Candidate) campaign.Candidate {
		tries[k.Person]++
		if k.Person == "busy" && tries["busy"] == 1 {
			due = time.Now().Add(400 * time.Millisecond)
			return b.settled("me", k, campaign.Waiting, due)
		}
		if time.Now().Before(due) && k.Person == "busy" {
			t.Errorf("called %v early", time.Until(due))
		}
		return b.settled("me", k, campaign.Done, k.Due)
	})
	if got := s.next(t, 3); got[2] != "busy" {
		t.Errorf("called %v, want busy again at the end", got)
	}
	s.stop()
	if tries["done"] != 1 || tries["busy"] != 2 {
		t.Errorf("called so often: %v", tries)
	}
}

// What a node stops to serve, it leaves to the next; calls that go on keep no other
// campaign from beginning or ending.
func goesOn(b *bench) {
	t := b.t
	b.add(b.spring, campaign.Candidate{Person: "a"}, campaign.Candidate{Person: "b"})
	b.add(b.autumn, campaign.Candidate{Person: "c"})
	gate := make(chan struct{})
	s := b.serve(b, b.spring, 1, func(k campaign.Candidate) campaign.Candidate {
		<-gate
		return b.settled("me", k, campaign.Pending, k.Due)
	})
	first := s.next(t, 1)
	var stopping sync.WaitGroup
	stopping.Go(s.stop)
	other := b.serve(b, b.autumn, 1, func(k campaign.Candidate) campaign.Candidate { return b.settled("me", k, campaign.Done, k.Due) })
	other.next(t, 1)
	other.stop()
	close(gate)
	stopping.Wait()
	again := b.serve(b, b.spring, 1, func(k campaign.Candidate) campaign.Candidate { return b.settled("me", k, campaign.Done, k.Due) })
	got := again.next(t, 2)
	if slices.Sort(got); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("called %v after %v, want a and b", got, first)
	}
}

// Chores are done when they are asked for, and the sweep comes round.
func chores(b *bench) {
	t := b.t
	fill := workqueue.Chore{Kind: "fill", Campaign: b.spring, Version: 3}
	if err := b.Ask(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	sweeps, fills := 0, 0
	for sweeps < 2 || fills < 1 {
		select {
		case c := <-b.chores:
			if c == fill {
				fills++
			} else if c.Kind == workqueue.Sweep {
				sweeps++
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%d sweeps, %d fills", sweeps, fills)
		}
	}
	if fills != 1 {
		t.Errorf("filled %d times", fills)
	}
}
