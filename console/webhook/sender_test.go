package webhook

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// shelf is an outbox in memory, whose clock can be put forward.
type shelf struct {
	mu     sync.Mutex
	rows   map[string]*row
	ahead  time.Duration
	posted chan struct{}
}

type row struct {
	Message
	due, lease time.Time
	state      State
	why        []string
}

func newShelf() *shelf { return &shelf{rows: map[string]*row{}, posted: make(chan struct{}, 1)} }

func (s *shelf) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.ahead)
}

func (s *shelf) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

func (s *shelf) post(all ...Message) {
	s.mu.Lock()
	for _, m := range all {
		m.Since = time.Now()
		s.rows[m.ID] = &row{Message: m, due: m.Since, state: Due}
	}
	s.mu.Unlock()
	select {
	case s.posted <- struct{}{}:
	default:
	}
}

func (s *shelf) row(id string) row {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := *s.rows[id]
	r.why = slices.Clone(r.why)
	return r
}

func (s *shelf) Next(_ context.Context, hook string) (at time.Time, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rows {
		due := r.due
		if r.lease.After(due) {
			due = r.lease
		}
		if r.Hook == hook && r.state == Due && (at.IsZero() || due.Before(at)) {
			at = due
		}
	}
	return at, nil
}

func (s *shelf) Claim(_ context.Context, hook string, now time.Time, lease time.Duration, max int) (out []Message, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rows {
		if len(out) < max && r.Hook == hook && r.state == Due && !r.due.After(now) && !r.lease.After(now) {
			r.lease, r.Tries = now.Add(lease), r.Tries+1
			out = append(out, r.Message)
		}
	}
	slices.SortFunc(out, func(a, b Message) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

func (s *shelf) Settle(_ context.Context, id string, v Verdict) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rows[id]
	r.state, r.lease, r.due, r.why = v.State, time.Time{}, v.Due, append(r.why, v.Why)
	return nil
}

func (s *shelf) Forget(context.Context, time.Time) error { return nil }
func (s *shelf) Posted() <-chan struct{}                 { return s.posted }

// receiver answers with the codes given, one after another, then 200, and checks
// every signature.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	codes []int
	heads []string // each "Name: value"
	got   []string // ids
	slow  chan struct{}
}

func receive(t *testing.T, codes ...int) *receiver {
	r := &receiver{codes: codes}
	verify, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			return // cut
		}
		if err := verify.VerifyIgnoringTimestamp(body, q.Header); err != nil || q.Header.Get("Content-Type") != "application/json" || q.Method != http.MethodPost {
			t.Errorf("%v in %s %v", err, q.Method, q.Header)
		}
		r.mu.Lock()
		r.got = append(r.got, q.Header.Get("webhook-id"))
		code := http.StatusOK
		if len(r.codes) > 0 {
			code, r.codes = r.codes[0], r.codes[1:]
		}
		for _, h := range r.heads {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		slow := r.slow
		r.mu.Unlock()
		if slow != nil {
			select {
			case <-slow:
			case <-q.Context().Done():
			}
		}
		w.WriteHeader(code)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// sending runs a sender until the test ends, and gives the refused.
func sending(t *testing.T, s *shelf, hooks ...Hook) (*Sender, *[]string, *sync.Mutex) {
	mu := &sync.Mutex{}
	refused := &[]string{}
	sender := NewSender(Config{Hooks: hooks, Outbox: s, Log: slog.New(slog.DiscardHandler), Now: s.now,
		Refused: func(_ context.Context, m Message, why string) {
			mu.Lock()
			defer mu.Unlock()
			*refused = append(*refused, m.ID+": "+why)
		}})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { sender.Run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
	return sender, refused, mu
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func at(name, url string) Hook {
	return Hook{Name: name, URL: url, Secret: secret, Timeout: 10 * time.Second, Private: true}
}

// A receiver that fails gets the same message again, with the same id, until it
// takes it.
func TestSentUntilItArrives(t *testing.T) {
	s, r := newShelf(), receive(t, 500, 503, 404)
	sender, _, _ := sending(t, s, at("crm", r.URL))
	s.post(Message{ID: "m", Hook: "crm", Payload: []byte(`{"type":"call.ended"}`)})
	for tries := 1; tries <= 4; tries++ {
		eventually(t, "a try", func() bool { return len(s.row("m").why) == tries })
		s.pass(time.Hour)
		sender.Wake()
	}
	if m := s.row("m"); m.state != Delivered || !slices.Equal(r.ids(), []string{"m", "m", "m", "m"}) {
		t.Errorf("%+v, received %v", m, r.ids())
	}
	if c := sender.Counts()["crm"]; c != (Counts{Delivered: 1, Failed: 3}) {
		t.Errorf("%+v", c)
	}
}

func TestGivenUp(t *testing.T) {
	s := newShelf()
	gone, never := receive(t, 410), receive(t, 500, 500, 500, 500, 500, 500, 500, 500)
	sender, refused, mu := sending(t, s, at("gone", gone.URL), at("never", never.URL))
	s.post(Message{ID: "a", Hook: "gone"}, Message{ID: "b", Hook: "never"})
	eventually(t, "gone is told once", func() bool { return s.row("a").state == Refused })
	for tries := 1; tries <= Tries(); tries++ {
		eventually(t, "a try", func() bool { return len(s.row("b").why) == tries })
		s.pass(30 * time.Hour)
		sender.Wake()
	}
	if n := len(never.ids()); n != Tries() {
		t.Errorf("%d tries, want %d", n, Tries())
	}
	eventually(t, "both are told of", func() bool { mu.Lock(); defer mu.Unlock(); return len(*refused) == 2 })
	slices.Sort(*refused)
	if want := []string{"a: 410 Gone: the receiver wants no more of it", "b: 500 Internal Server Error, after 8 tries"}; !slices.Equal(*refused, want) {
		t.Errorf("told of %q", *refused)
	}
}

func TestRetryAfter(t *testing.T) {
	s, r := newShelf(), receive(t, 429)
	r.heads = []string{"Retry-After: 600"}
	sending(t, s, at("crm", r.URL))
	s.post(Message{ID: "m", Hook: "crm"})
	eventually(t, "a try", func() bool { return len(s.row("m").why) == 1 })
	if wait := s.row("m").due.Sub(s.now()); wait < 9*time.Minute || wait > 10*time.Minute {
		t.Errorf("again after %s, want 10m", wait)
	}
}

// A hook that does not answer keeps no other waiting, and no more than so many of
// its own requests are in flight.
func TestSlowHookHoldsUpNobody(t *testing.T) {
	s, slow, quick := newShelf(), receive(t), receive(t)
	slow.slow = make(chan struct{})
	sending(t, s, at("slow", slow.URL), at("quick", quick.URL))
	for _, id := range strings.Split("abcdefghijklmnopqrst", "") {
		s.post(Message{ID: "slow-" + id, Hook: "slow"})
	}
	eventually(t, "the slow one is asked", func() bool { return len(slow.ids()) == inFlight })
	for _, id := range strings.Split("abcdefghijklmnopqrst", "") {
		s.post(Message{ID: "quick-" + id, Hook: "quick"})
	}
	eventually(t, "the quick one has all", func() bool { return len(quick.ids()) == 20 })
	if n := len(slow.ids()); n != inFlight {
		t.Errorf("%d requests in flight, want %d", n, inFlight)
	}
	close(slow.slow)
	eventually(t, "the slow one has all", func() bool { return len(slow.ids()) == 20 })
}

// An end in mid-request leaves the message due.
func TestCutInMidRequest(t *testing.T) {
	s, r := newShelf(), receive(t)
	r.slow = make(chan struct{})
	sender := NewSender(Config{Hooks: []Hook{at("crm", r.URL)}, Outbox: s, Log: slog.New(slog.DiscardHandler), Now: s.now})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { sender.Run(ctx); close(done) }()
	s.post(Message{ID: "m", Hook: "crm"})
	eventually(t, "it is sent", func() bool { return len(r.ids()) == 1 })
	stop()
	<-done
	close(r.slow)
	if m := s.row("m"); m.state != Due || m.due.After(s.now()) {
		t.Errorf("%+v", m)
	}
}

// Where a request may go is looked at when it is dialled: a name that leads into the
// house opens nothing, and neither does a redirect.
func TestWhereRequestsGo(t *testing.T) {
	inside := receive(t)
	away := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	t.Cleanup(away.Close)
	one := Message{ID: "m", Payload: []byte("{}")}
	send := func(h Hook) Reply {
		c := client(h)
		defer c.CloseIdleConnections()
		return post(t.Context(), c, h, one, time.Now())
	}
	if got := send(at("crm", away.URL)); got.Code != http.StatusTemporaryRedirect || len(inside.ids()) != 0 {
		t.Errorf("a redirect: %+v, %d requests followed it", got, len(inside.ids()))
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "http://"), ":")
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "10.255.255.1", "169.254.169.254", "[fe80::1]", "0.0.0.0"} {
		h := at("crm", "http://"+host+":"+port)
		h.Private = false
		if got := send(h); got.Code != 0 || !strings.Contains(got.Err, "private address: set allow_private") {
			t.Errorf("%s: %+v", host, got)
		}
	}
	if len(inside.ids()) != 0 {
		t.Error("a private address was reached")
	}
	if got := send(at("crm", inside.URL)); got.Code != 200 {
		t.Errorf("allowed: %+v", got)
	}
	slow := receive(t)
	slow.slow = make(chan struct{})
	h := at("crm", slow.URL+"/token-in-the-path")
	h.Timeout = 50 * time.Millisecond
	if got := send(h); got.Err != "no answer in time" {
		t.Errorf("%+v", got)
	}
	close(slow.slow)
	slow.Close()
	if got := send(at("crm", slow.URL+"/token-in-the-path")); got.Code != 0 || got.Err == "" || strings.Contains(got.Err, "token") {
		t.Errorf("the error tells the address: %+v", got)
	}
}
