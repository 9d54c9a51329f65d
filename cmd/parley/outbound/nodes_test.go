package outbound

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
	"github.com/parley-voice/parley/store/workqueue"
)

// A process of the test binary becomes a node that calls until it is killed.
const (
	nodePath = "PARLEY_TEST_NODE_RECORDS"
	nodeName = "PARLEY_TEST_NODE_NAME"
)

func TestMain(m *testing.M) {
	if where := os.Getenv(nodePath); where != "" {
		if err := doomed(where, os.Getenv(nodeName)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if err := storetest.StopPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// quickPhone answers at once; a number ending in 6 rings until it is hung up.
type quickPhone struct {
	mu      sync.Mutex
	dialled map[string]int
	talk    time.Duration
	quit    map[string]chan struct{}
	lines   *lines
}

// lines counts calls at once, of several telephones.
type lines struct {
	mu        sync.Mutex
	now, most int
}

func (l *lines) add(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now += n
	l.most = max(l.most, l.now)
}

func (p *quickPhone) Place(a call.Attempt) (func(context.Context) (call.Record, error), error) {
	quit := make(chan struct{})
	p.mu.Lock()
	p.quit[a.ID] = quit
	p.mu.Unlock()
	return func(ctx context.Context) (call.Record, error) {
		rec := call.Record{ID: a.ID, Called: a.To, Direction: "outbound", Began: time.Now(), State: call.Failed}
		if err := a.Gate.Dial(ctx); err != nil {
			return rec, err
		}
		p.mu.Lock()
		p.dialled[a.To]++
		p.mu.Unlock()
		p.lines.add(1)
		defer p.lines.add(-1)
		rec.Answered, rec.State, rec.Outcome = time.Now(), call.Finished, "interested"
		_ = a.Gate.Answered(ctx, rec.Answered)
		var over <-chan time.Time // never, for those who talk for ever
		if !strings.HasSuffix(a.To, "6") {
			over = time.After(p.talk)
		}
		select {
		case <-over:
		case <-quit:
			rec.State = call.Interrupted
		}
		rec.Ended = time.Now()
		return rec, nil
	}, nil
}

func (p *quickPhone) Hangup(id, _ string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	quit, ok := p.quit[id]
	if ok {
		close(quit)
		delete(p.quit, id)
	}
	return ok
}

func (p *quickPhone) calls() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.dialled)
}

// node is a floor with connections of its own.
type node struct {
	floor *Floor
	phone *quickPhone
	stop  func()
}

func begin(ctx context.Context, where, name string, phone *quickPhone, log *slog.Logger) (*node, error) {
	e, err := store.OpenEditor(ctx, where, "CN")
	if err != nil {
		return nil, err
	}
	book, err := always()
	if err != nil {
		return nil, err
	}
	q, err := workqueue.OpenRiver(ctx, where, workqueue.Config{Store: e, Holder: name, Lease: Lease, Sweep: time.Second, Rescue: time.Second, Log: log})
	if err != nil {
		return nil, err
	}
	n := &node{phone: phone}
	n.floor = New(Config{Store: e, Node: Node{Queue: q, Shared: true, Holder: name}, Phone: n.phone, Log: log,
		Policy:  permit.Policy{Person: permit.Caps{Day: 3, Week: 2}, Number: permit.Caps{Day: 3, Week: 2}, Service: []string{"service"}, Book: book},
		Finders: Finders{Fill: everybody(e)},
		Scripts: anything})
	if err := n.floor.TakeUp(ctx, time.Now()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { n.floor.Run(ctx) })
	n.stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		_ = q.Close()
		_ = e.Close()
	})
	return n, nil
}

// doomed is a node in a process of its own.
func doomed(where, name string) error {
	if _, err := begin(context.Background(), where, name, telephone(&lines{}, time.Hour), slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin) // until it is killed, or the test is
	return err
}

func everybody(e *store.Editor) Fill {
	return func(ctx context.Context, now time.Time, c *campaign.Campaign, _ func([]campaign.Candidate)) (out Filled, err error) {
		all, err := e.Customers(ctx, store.Search{Limit: 1000})
		out.Data = campaign.Data{People: len(all), Complete: 1, Told: now}
		for _, p := range all {
			n, err := e.AddCandidates(ctx, campaign.Candidate{Campaign: c.ID, Person: p.ID, Number: customer.Parse(p.Numbers[0], "CN"), State: campaign.Pending,
				Due: now, Deadline: c.When.Deadline, Priority: campaign.Normal, Zones: []string{"Asia/Shanghai"}})
			if err != nil {
				return out, err
			}
			out.Found, out.Added = out.Found+1, out.Added+n
		}
		return out, err
	}
}

// town is a database of people.
func town(t *testing.T, digits string) (where string, s *store.Store) {
	t.Helper()
	where = storetest.Postgres(t)
	s = storetest.Open(t, where)
	t.Cleanup(func() { _ = s.Close() })
	var all []customer.Profile
	for i := range len(digits) {
		all = append(all, customer.Profile{ID: fmt.Sprintf("p%02d", i), Numbers: []string{number(i, digits[i])}, Updated: time.Now(),
			Consent: []customer.Consent{{Purpose: "service", State: customer.Granted, Basis: "consent", At: time.Now().Add(-time.Hour)}}})
	}
	if _, err := s.Upsert(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	return where, s
}

func telephone(l *lines, talk time.Duration) *quickPhone {
	return &quickPhone{dialled: map[string]int{}, talk: talk, quit: map[string]chan struct{}{}, lines: l}
}

// launch starts the campaign that calls them.
func launch(t *testing.T, s *store.Store) {
	t.Helper()
	today := time.Now().UTC()
	text := strings.NewReplacer("marketing", "service", "2026-03-01", today.AddDate(0, 0, -1).Format(time.DateOnly), "2026-03-20",
		today.AddDate(0, 0, 9).Format(time.DateOnly), "calls: 20", "calls: 4", "per_second: 10", "per_second: 100").Replace(spring)
	if _, err := s.StartCampaign(t.Context(), time.Now(), "spring", text, "li"); err != nil {
		t.Fatal(err)
	}
}

func quiet(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func finished(t *testing.T, s *store.Store) {
	t.Helper()
	soon(t, "the campaign is finished", func() bool {
		row, err := s.Campaign(t.Context(), "spring")
		return err == nil && row.State == store.CampaignFinished
	})
}

// Two nodes share a campaign: both call, nobody is called twice, and together they
// keep to its calls at once.
func TestTwoNodesShareACampaign(t *testing.T) {
	const people = 30
	where, s := town(t, strings.Repeat("0", people))
	var nodes []*node
	var l lines
	for _, name := range []string{"one", "two"} {
		n, err := begin(t.Context(), where, name, telephone(&l, 50*time.Millisecond), quiet(t))
		if err != nil {
			t.Fatal(err)
		}
		defer n.stop()
		nodes = append(nodes, n)
	}
	soon(t, "the nodes see each other", func() bool {
		return !slices.ContainsFunc(nodes, func(n *node) bool { c := n.floor.nodes(); return len(c.names) != 2 || c.why != "" })
	})
	launch(t, s)
	finished(t, s)
	all, counts := map[string]int{}, []int{}
	for _, n := range nodes {
		n.stop()
		calls := n.phone.calls()
		for to, times := range calls {
			all[to] += times
		}
		counts = append(counts, len(calls))
	}
	t.Logf("calls of each node: %v, at most %d at once", counts, l.most)
	if l.most > 4 {
		t.Errorf("%d calls at once, the campaign has 4", l.most)
	}
	for to, times := range all {
		if times != 1 {
			t.Errorf("%s was called %d times", to, times)
		}
	}
	if len(all) != people || slices.Min(counts) == 0 {
		t.Errorf("%d were called, by the nodes %v; want %d, and some by each", len(all), counts, people)
	}
}

// A node that is killed in mid-call: its attempts are settled as of unknown fate by
// another and nobody dials them again, but those whom it had only claimed are called.
func TestANodeDies(t *testing.T) {
	where, s := town(t, "66660000")
	launch(t, s)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), nodePath+"="+where, nodeName+"=doomed")
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // open as long as the test lives
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // when the test fails before it does
	soon(t, "four people talk", func() bool {
		n, err := s.OpenAttempts(t.Context(), "spring", "")
		return err == nil && n == 4
	})
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // killed
	// Time passes: nobody has seen it for two minutes.
	storetest.Exec(t, where, "UPDATE nodes SET seen = 0; DELETE FROM river_leader")
	n, err := begin(t.Context(), where, "heir", telephone(&lines{}, 10*time.Millisecond), quiet(t))
	if err != nil {
		t.Fatal(err)
	}
	defer n.stop()
	finished(t, s)
	n.stop()
	calls := n.phone.calls()
	for to, times := range calls {
		if times != 1 || strings.HasSuffix(to, "6") {
			t.Errorf("%s was called %d times after its node was killed", to, times)
		}
	}
	all, err := s.Candidates(t.Context(), "spring", campaign.Stopped, "", 100)
	if err != nil || len(all) != 4 || len(calls) != 4 {
		t.Errorf("%d people were called and %d are stopped, %v; want 4 and 4", len(calls), len(all), err)
	}
	for _, k := range all {
		a, err := s.Attempt(t.Context(), callID(campaign.AttemptID("spring", k.Person, 1)))
		if err != nil || a.Fate != store.FateUnknown || a.Holder != "doomed" || !strings.Contains(k.Last.Why, "nobody knows") {
			t.Errorf("%s: %+v, %s, %v", k.Person, a, k.Last.Why, err)
		}
	}
}
