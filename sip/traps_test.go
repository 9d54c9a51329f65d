package sip

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The traps are those of the SIP library, by number; each test shows that we do
// not fall into one.

// Trap 1: an INVITE whose CSeq says CANCEL is a goroutine and a 200 for ever.
func TestTrap01_CSeqMethodMismatch(t *testing.T) {
	var calls atomic.Int32
	e := start(t, Config{}, func(context.Context, *Leg) { calls.Add(1) })
	before := resting()
	w := newCaller(t, "udp", e)
	for range 100 {
		w.send(strings.Replace(w.msg("INVITE", "", offer), " INVITE\r\n", " CANCEL\r\n", 1))
		res := w.read(2 * time.Second)
		if res == nil || res.Status != 400 {
			t.Fatalf("got %+v, want 400", res)
		}
	}
	w.silent(100 * time.Millisecond)
	settled(t, before)
	if calls.Load() != 0 {
		t.Error("a handler saw it")
	}
}

// Trap 2: the ACK is lost; the 200 comes again and again, then BYE.
func TestTrap02_LostACK(t *testing.T) {
	t.Parallel()
	inbound := newLegs(t)
	e := start(t, Config{}, inbound.handle)
	w := newCaller(t, "udp", e)
	w.request1("INVITE", "", offer)
	leg := inbound.next(t)
	go func() { _, _ = leg.Answer(context.Background(), rtp) }()
	copies := 0
	for {
		m := w.read(5 * time.Second)
		if m == nil {
			t.Fatal("no BYE")
		}
		if m.Method == "BYE" {
			w.reply(m, 200, "OK", "", "", "")
			break
		}
		if m.Status == 200 {
			copies++
		}
	}
	if copies < 5 {
		t.Errorf("200 came %d times", copies)
	}
	if end := next[Ended](t, leg); end.By != Network {
		t.Errorf("ended %+v", end)
	}
	if s := e.Stats(); s.LostACKs != 1 || s.Retransmits < 4 {
		t.Errorf("stats %+v", s)
	}
}

// Trap 3: a handler that returns early must not make one call three.
func TestTrap03_HandlerReturnsEarly(t *testing.T) {
	var calls atomic.Int32
	e := start(t, Config{}, func(context.Context, *Leg) { calls.Add(1) })
	w := newCaller(t, "udp", e)
	invite := w.msg("INVITE", "", offer)
	for range 4 {
		w.send(invite)
		time.Sleep(30 * time.Millisecond)
	}
	if res := w.status("INVITE"); res.Status != 500 {
		t.Errorf("%d, want 500", res.Status)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("the handler ran %d times", n)
	}
	// answered, acknowledged and hung up: a straggler is still no new call
	e2 := start(t, Config{}, func(ctx context.Context, l *Leg) { calls.Add(1); answerAll(ctx, l) })
	w = newCaller(t, "udp", e2)
	invite = w.msg("INVITE", "", offer)
	w.send(invite)
	w.join(w.status("INVITE"))
	w.request1("ACK", "", "")
	w.request1("BYE", "", "")
	w.status("BYE")
	w.send(invite)
	w.silent(200 * time.Millisecond)
	if n := calls.Load(); n != 2 {
		t.Errorf("a straggling INVITE made a call: %d", n)
	}
}

// Trap 4: messages over 1300 bytes go out over UDP all the same.
func TestTrap04_LongDatagram(t *testing.T) {
	t.Parallel()
	inbound := newLegs(t)
	b := start(t, Config{}, inbound.handle)
	a := start(t, Config{}, nil)
	long := strings.Repeat("x", 4000)
	out, err := a.Dial(within(t), Dial{Target: uri(b, "udp"), Local: rtp, Headers: map[string]string{"X-Long": long}})
	if err != nil {
		t.Fatal(err)
	}
	if got := inbound.next(t).Info().Headers["X-Long"]; got != long {
		t.Errorf("%d bytes arrived", len(got))
	}
	_ = out.Hangup(within(t), 0, "")
}

// Trap 5: strangers get nothing, cost nothing, and do not stop the listener.
func TestTrap05_UnknownSources(t *testing.T) {
	far := []Trunk{{Name: "far", Match: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}}
	e := start(t, Config{Trunks: far}, nil)
	pool := e.ua.TransportLayer().Pool("udp").Size()
	for range 20 {
		w := newCaller(t, "udp", e)
		for _, junk := range []string{w.msg("INVITE", "", offer), w.msg("OPTIONS", "", ""), "\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\x00"} {
			w.send(junk)
		}
		defer w.silent(20 * time.Millisecond)
	}
	c, err := net.Dial("tcp", e.Addr("tcp").String())
	if err == nil { // the reset may come even before connect returns
		defer func() { _ = c.Close() }()
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		if n, err := c.Read(make([]byte, 10)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("TCP: %d bytes, %v; want the connection closed without a byte", n, err)
		}
	}
	deadline := time.Now().Add(3 * time.Second)
	for e.Stats().Unknown < 101 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if s := e.Stats(); s.Unknown != 101 || s.Invites != 0 {
		t.Errorf("stats %+v", s)
	}
	if now := e.ua.TransportLayer().Pool("udp").Size(); now != pool {
		t.Errorf("the pool grew from %d to %d", pool, now)
	}
}

// Trap 6: what sipgo logs is sampled and holds nobody's data.
func TestTrap06_QuietLog(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(newQuiet(slog.NewTextHandler(&out, nil)))
	packet := "INVITE sip:+4412345@example.com SIP/2.0\r\nFrom: Alice <sip:secret@example.com>"
	for range 1000 {
		log.Error("failed to parse", "data", packet, "error", errors.New("transmission beginning '"+packet+"' is not a SIP message"))
		log.Info("noise", "data", packet)
	}
	log.With("caller", "x").Error("Server tx failed", "req", packet, "error", packet)
	if n := strings.Count(out.String(), "\n"); n != 2 {
		t.Errorf("%d lines logged, want 2:\n%s", n, out.String())
	}
	if strings.Contains(out.String(), "4412345") || strings.Contains(out.String(), "secret") {
		t.Errorf("the log tells on callers:\n%s", out.String())
	}
}

// Trap 7: no WebSocket listener.
func TestTrap07_NoWebSocket(t *testing.T) {
	_, err := New(Config{Listen: []Listen{{"ws", "127.0.0.1:0"}}}, nil)
	if err == nil || !strings.Contains(err.Error(), "udp or tcp") {
		t.Errorf("error %v", err)
	}
}

// flaky fails to accept as a process does that is out of descriptors.
type flaky struct {
	net.Listener
	fails atomic.Int32
}

func (f *flaky) Accept() (net.Conn, error) {
	if f.fails.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}
	}
	return f.Listener.Accept()
}

// Trap 8: being out of descriptors passes, and connections cannot be hoarded.
func TestTrap08_AcceptErrors(t *testing.T) {
	e := start(t, Config{}, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &flaky{Listener: l}
	f.fails.Store(3)
	s := newStreams(f, addrOf(l.Addr()), e.gate)
	defer func() { _ = s.Close() }()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	conn, err := s.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()

	w := newCaller(t, "tcp", e)
	var kept []net.Conn
	for range maxPerSource + 4 {
		if c, err := net.Dial("tcp", e.Addr("tcp").String()); err == nil { // the reset may come even before connect returns
			defer func() { _ = c.Close() }()
			kept = append(kept, c)
		}
	}
	w.request1("OPTIONS", "", "")
	if res := w.status("OPTIONS"); res.Status != 200 {
		t.Errorf("OPTIONS over the first connection: %d", res.Status)
	}
	held := 0
	for _, c := range kept {
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := c.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
			held++
		}
	}
	if held == 0 || held > maxPerSource {
		t.Errorf("a source holds %d connections, at most %d are its share", held, maxPerSource)
	}
}
