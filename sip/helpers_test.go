package sip

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/media"
)

// TestMain shortens SIP's timers: 64*T1 becomes 3.2 s.
func TestMain(m *testing.M) {
	gosip.SetTimers(50*time.Millisecond, 200*time.Millisecond, 250*time.Millisecond)
	gosip.Timer_D = 3200 * time.Millisecond
	os.Exit(m.Run())
}

var rtp = netip.MustParseAddrPort("127.0.0.1:4000")

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// handlerFunc makes a Handler of a function.
type handlerFunc func(ctx context.Context, l *Leg)

func (f handlerFunc) Inbound(ctx context.Context, l *Leg) { f(ctx, l) }

// answerAll answers and stays until the leg ends.
func answerAll(ctx context.Context, l *Leg) {
	_ = l.Ring(ctx)
	if _, err := l.Answer(ctx, rtp); err != nil {
		return
	}
	for range l.Events() {
	}
}

// testLog puts the endpoint's log into the test's, until the test ends: sipgo may
// still be at a message that came in last, and tell of it.
type testLog struct {
	t     *testing.T
	mu    sync.Mutex
	ended bool
}

func newTestLog(t *testing.T) *testLog {
	w := &testLog{t: t}
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ended = true
	})
	return w
}

func (w *testLog) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.t.Log(strings.TrimSpace(string(p)))
	}
	return len(p), nil
}

// start runs an endpoint until the test ends, and checks that Serve leaves no
// goroutine behind.
func start(t *testing.T, c Config, h handlerFunc) *Endpoint {
	t.Helper()
	e, _ := startUntil(t, c, h)
	return e
}

// startUntil is start with the means to end it earlier.
func startUntil(t *testing.T, c Config, h handlerFunc) (*Endpoint, func()) {
	t.Helper()
	if c.Listen == nil {
		c.Listen = []Listen{{"udp", "127.0.0.1:0"}, {"tcp", "127.0.0.1:0"}}
	}
	if c.Trunks == nil {
		c.Trunks = []Trunk{{Name: "peer", Match: loopback, Trusted: true, NAT: true}}
	}
	if h == nil {
		h = answerAll
	}
	e, err := New(c, slog.New(slog.NewTextHandler(newTestLog(t), nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Serve(ctx, h) }()
	stop := sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Error("Serve:", err)
			}
		case <-time.After(20 * time.Second):
			buf := make([]byte, 1<<20)
			t.Errorf("Serve did not return\n%s", buf[:runtime.Stack(buf, true)])
		}
		if n := e.legs.count(); n != 0 {
			t.Errorf("%d legs left", n)
		}
		if p := e.Stats().Panics; p != 0 {
			t.Errorf("%d panics", p)
		}
	})
	t.Cleanup(stop)
	<-e.up
	return e, stop
}

// uri is how to reach an endpoint.
func uri(e *Endpoint, network string) string {
	u := fmt.Sprintf("sip:bob@%s", e.Addr(network))
	if network == "tcp" {
		u += ";transport=tcp"
	}
	return u
}

// next takes the next event and fails when it is of another kind or does not
// come.
func next[E Event](t *testing.T, l *Leg) E {
	t.Helper()
	for {
		select {
		case ev, ok := <-l.Events():
			if !ok {
				t.Fatalf("events closed, want %T", *new(E))
			}
			if e, is := ev.(E); is {
				return e
			}
			if _, is := ev.(Progress); is {
				continue
			}
			t.Fatalf("event %#v, want %T", ev, *new(E))
		case <-time.After(8 * time.Second):
			t.Fatalf("no %T in time", *new(E))
		}
	}
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// legs collects inbound legs for a test to drive.
type legs struct {
	ch   chan *Leg
	once sync.Once
	end  chan struct{}
}

func newLegs(t *testing.T) *legs {
	l := &legs{ch: make(chan *Leg, 16), end: make(chan struct{})}
	t.Cleanup(l.stop)
	return l
}

func (l *legs) stop() { l.once.Do(func() { close(l.end) }) }

func (l *legs) handle(ctx context.Context, leg *Leg) {
	l.ch <- leg
	select {
	case <-leg.gone:
	case <-ctx.Done():
	case <-l.end:
	}
}

func (l *legs) next(t *testing.T) *Leg {
	t.Helper()
	select {
	case leg := <-l.ch:
		return leg
	case <-time.After(5 * time.Second):
		t.Fatal("no inbound leg")
	}
	return nil
}

var networks = []string{"udp", "tcp"}

var _ = media.PCMA
