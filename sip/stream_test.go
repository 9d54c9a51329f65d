package sip

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/parley-voice/parley/sip/screen"
)

// testGate is a gate on its own, for the trunks given.
func testGate(t *testing.T, list ...Trunk) *gate {
	t.Helper()
	table, err := newTrunks(list, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	return &gate{
		trunks: table, peers: newPeers(), recent: newRecent(time.Minute), tags: screen.NewTags([]byte("secret")),
		count: &counters{}, crowd: rate.NewLimiter(1, 5), full: func() bool { return false },
	}
}

const ping = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:5062;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

func message(method, callID, body string) string {
	m := strings.NewReplacer("OPTIONS", method, "Call-ID: 1", "Call-ID: "+callID, "Content-Length: 0\r\n\r\n", "").Replace(ping)
	return m + "Content-Length: " + itoa(len(body)) + "\r\n\r\n" + body
}

// Messages come out whole and screened however TCP cut them; keep-alives are
// answered; a length that cannot be followed closes the connection.
func TestStreamFraming(t *testing.T) {
	g := testGate(t, Trunk{Name: "p", Match: loopback})
	s := newStreams(nil, netip.AddrPort{}, g)
	ours, theirs := net.Pipe()
	st := s.wrap(ours, netip.MustParseAddrPort("127.0.0.1:5062"))
	input := "\r\n\r\n" + message("INFO", "2", "hello") + "\r\n\r\n" + ping + message("INFO", "3", strings.Repeat("x", 20000)) +
		strings.Replace(message("INFO", "4", ""), "Content-Length: 0", "Content-Length: -1", 1)
	var back strings.Builder
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; i < len(input); i += 7 {
			if _, err := theirs.Write([]byte(input[i:min(i+7, len(input))])); err != nil {
				return
			}
		}
	})
	wg.Go(func() { _, _ = io.Copy(&back, theirs) })
	var got []string
	for {
		buf := make([]byte, 65535)
		n, err := st.Read(buf)
		if err != nil {
			break
		}
		for n < 2 || len(buf[:n]) > 1<<16 {
			t.Fatal("odd read")
		}
		m, fault := screen.Read(buf[:n])
		if fault != nil {
			t.Fatal(fault)
		}
		got = append(got, m.Get("Call-ID"))
	}
	_ = st.Close()
	wg.Wait()
	if strings.Join(got, " ") != "2 3" {
		t.Errorf("messages %q", got)
	}
	if !strings.HasPrefix(back.String(), "\r\nSIP/2.0 200") && !strings.HasPrefix(back.String(), "\r\n\r\nSIP/2.0 200") || !strings.Contains(back.String(), "SIP/2.0 400 Bad Content-Length") {
		t.Errorf("answers\n%s", back.String())
	}
	_ = s.Close()
}

// A peer that sends a byte now and then does not hold a connection open, a
// stranger that says nothing even less, and a peer that does not read does not
// hold us up.
func TestStreamTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGate(t, Trunk{Name: "p", Match: loopback}, Trunk{Name: "d", Username: "u", Password: "p"})
		s := newStreams(nil, netip.AddrPort{}, g)
		read := func(src string, feed func(net.Conn)) time.Duration {
			ours, theirs := net.Pipe()
			st := s.wrap(ours, netip.MustParseAddrPort(src))
			var wg sync.WaitGroup
			wg.Go(func() { feed(theirs) })
			begun := time.Now()
			if _, err := st.Read(make([]byte, 100)); err == nil {
				t.Error("read something")
			}
			_ = st.Close()
			wg.Wait()
			return time.Since(begun)
		}
		drip := func(c net.Conn) {
			for _, b := range []byte(ping[:60]) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}
		if d := read("127.0.0.1:1", drip); d > messageTimeout+time.Second {
			t.Errorf("a dripping peer held out %v", d)
		}
		if d := read("192.0.2.1:1", func(net.Conn) {}); d != strangerTimeout {
			t.Errorf("a silent stranger held out %v", d)
		}
		if d := read("127.0.0.1:1", func(net.Conn) {}); d != idleTimeout {
			t.Errorf("a silent peer held out %v", d)
		}
		ours, _ := net.Pipe()
		st := s.wrap(ours, netip.MustParseAddrPort("127.0.0.1:1"))
		begun := time.Now()
		if _, err := st.Write([]byte("x")); err == nil || time.Since(begun) != writeTimeout {
			t.Errorf("writing to a peer that does not read: %v after %v", err, time.Since(begun))
		}
		_ = s.Close()
	})
}

// CSeq order, without a network.
func TestSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSequence()
		s.start(10)
		var mu sync.Mutex
		var got []uint32
		var wg sync.WaitGroup
		for i, n := range []uint32{13, 12, 11, 20, 15} {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				if s.enter(n) {
					mu.Lock()
					got = append(got, n)
					mu.Unlock()
					time.Sleep(5 * time.Millisecond)
					s.leave()
				} else {
					t.Errorf("%d was refused", n)
				}
			})
		}
		wg.Wait()
		want := []uint32{11, 12, 13, 15, 20}
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Fatalf("order %v, want %v", got, want)
			}
		}
		if s.enter(20) || s.enter(3) {
			t.Error("a late one was let in")
		}
	})
}

// The mailbox keeps room for what matters.
func TestMailbox(t *testing.T) {
	m := newMailbox()
	for range boxSize {
		m.post(Digit{})
	}
	if len(m.ch) != lossy || !m.crowded() {
		t.Errorf("%d digits taken", len(m.ch))
	}
	for range boxSize {
		m.post(MediaChanged{})
	}
	if len(m.ch) != essential {
		t.Errorf("%d in all", len(m.ch))
	}
	if !m.post(Ended{}) || m.post(Ended{}) || m.post(Digit{}) {
		t.Error("Ended must be taken, once, and be the last")
	}
	n := 0
	for range m.ch {
		n++
	}
	if n != boxSize {
		t.Errorf("%d read", n)
	}
}

// Peers are bounded, and pass.
func TestPeers(t *testing.T) {
	p := newPeers()
	tr := &trunk{Trunk: Trunk{Name: "x"}}
	now := time.Now()
	home := netip.MustParseAddr("10.255.0.1")
	p.admit(now, home, tr, time.Time{}, 1)
	for i := range 2 * maxPeers {
		a := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		p.admit(now, a, tr, now.Add(time.Minute), 0)
	}
	if len(p.m) > maxPeers {
		t.Errorf("%d peers", len(p.m))
	}
	later := now.Add(time.Hour)
	if p.find(later, netip.MustParseAddr("10.0.0.1")) != nil || p.find(later, home) == nil {
		t.Error("a peer must pass, one with a leg must not")
	}
	p.admit(later, home, tr, later.Add(time.Second), -1)
	if p.find(later.Add(2*time.Second), home) != nil {
		t.Error("its leg is over and it is still there")
	}
	if !p.admit(later, netip.MustParseAddr("192.0.2.1"), tr, later.Add(time.Minute), 0) {
		t.Error("no room although all are past")
	}
}

// A thousand calls one after the other, some given up: everything goes back to
// where it was.
func TestManyCalls(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: 300 calls take seconds")
	}
	b := start(t, Config{Trunks: []Trunk{{Name: "p", Match: loopback, Rate: 1000}}}, func(ctx context.Context, l *Leg) {
		_ = l.Ring(ctx)
		if l.Info().Called == "wait" {
			<-ctx.Done()
			return
		}
		answerAll(ctx, l)
	})
	a := start(t, Config{Trunks: []Trunk{{Name: "p", Match: loopback}}}, nil)
	var wg sync.WaitGroup
	slots := make(chan struct{}, 10)
	for i := range 300 {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			network := networks[i%2]
			target := uri(b, network)
			if i%5 == 0 {
				target = strings.Replace(target, "bob", "wait", 1)
			}
			out, err := a.Dial(within(t), Dial{Target: target, Local: rtp})
			if err != nil {
				t.Error(err)
				return
			}
			for ev := range out.Events() {
				p, ringing := ev.(Progress)
				if _, up := ev.(Answered); up || ringing && p.Code == 180 && i%5 == 0 {
					go func() { _ = out.Hangup(context.Background(), 16, "") }()
				}
				if end, over := ev.(Ended); over && end.By != Us {
					t.Errorf("call %d: %+v", i, end)
				}
			}
		})
	}
	wg.Wait()
	for end := time.Now().Add(3 * time.Second); b.Stats().Rejected[487] < 60 && time.Now().Before(end); {
		time.Sleep(time.Millisecond) // the caller may know before the count does
	}
	if s := b.Stats(); s.Invites != 300 || s.LostACKs != 0 || s.Rejected[487] != 60 {
		t.Errorf("stats %+v", s)
	}
	deadline := time.Now().Add(5 * time.Second)
	for a.legs.count()+b.legs.count() > 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
}
