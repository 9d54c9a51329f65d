package sip

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/screen"
)

// The traps are those of the SIP library, by number; each test shows that we do
// not fall into one.

// Trap 1: an INVITE whose CSeq says CANCEL is a goroutine and a 200 for ever.
func TestTrap01_CSeqMethodMismatch(t *testing.T) {
	var calls atomic.Int32
	e := start(t, Config{}, func(context.Context, *Leg) { calls.Add(1) })
	before := runtime.NumGoroutine()
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

// Trap 9: the wait for an answer survives many provisional responses, acks a
// 200 that crosses the CANCEL, hangs up other forks, and does not let a 1xx say
// where CANCEL goes.
func TestTrap09_WaitForAnswer(t *testing.T) {
	e := start(t, Config{}, nil)
	t.Run("many provisionals", func(t *testing.T) {
		w, leg := dialWire(t, e, Dial{})
		inv := w.request("INVITE")
		for i := range 30 {
			w.reply(inv, 180+i%4, "Progress", "a", "", "")
		}
		w.reply(inv, 200, "OK", "a", "", offer)
		ack := w.request("ACK")
		if strings.Fields(ack.Get("CSeq"))[0] != strings.Fields(inv.Get("CSeq"))[0] {
			t.Errorf("ACK %s for INVITE %s", ack.Get("CSeq"), inv.Get("CSeq"))
		}
		next[Answered](t, leg)
		w.reply(inv, 200, "OK", "a", "", offer) // our ACK got lost
		w.request("ACK")
		w.reply(inv, 200, "OK", "b", "", offer) // another fork
		ack = w.request("ACK")
		bye := w.request("BYE")
		if !strings.HasSuffix(ack.Get("To"), "tag=b") || !strings.HasSuffix(bye.Get("To"), "tag=b") {
			t.Errorf("fork b: ACK to %s, BYE to %s", ack.Get("To"), bye.Get("To"))
		}
		w.reply(bye, 200, "OK", "", "", "")
		if !leg.is(confirmed) {
			t.Error("the first fork went with the second")
		}
		endByWire(t, w, leg)
	})
	t.Run("200 crosses CANCEL", func(t *testing.T) {
		w, leg := dialWire(t, e, Dial{})
		inv := w.request("INVITE")
		w.reply(inv, 180, "Ringing", "a", "Record-Route: <sip:127.0.0.9;lr>\n", "")
		next0(t, leg)
		go func() { _ = leg.Hangup(context.Background(), 0, "changed our mind") }()
		cancel := w.request("CANCEL")
		if cancel.Get("Route") != "" || cancel.Get("Via") != inv.Get("Via") || cancel.URI != inv.URI {
			t.Errorf("CANCEL is not the INVITE's: %+v", cancel)
		}
		w.reply(inv, 200, "OK", "a", "", offer)
		w.reply(cancel, 200, "OK", "a", "", "")
		w.request("ACK")
		w.reply(w.request("BYE"), 200, "OK", "", "", "")
		if end := next[Ended](t, leg); end.By != Us {
			t.Errorf("ended %+v", end)
		}
	})
	t.Run("CANCEL waits for a provisional", func(t *testing.T) {
		w, leg := dialWire(t, e, Dial{})
		inv := w.request("INVITE")
		go func() { _ = leg.Hangup(context.Background(), 0, "") }()
		for end := time.Now().Add(150 * time.Millisecond); time.Now().Before(end); {
			if m := w.read(20 * time.Millisecond); m != nil && m.Method == "CANCEL" {
				t.Fatal("CANCEL before any response")
			}
		}
		w.reply(inv, 100, "Trying", "", "", "")
		w.reply(w.request("CANCEL"), 200, "OK", "a", "", "")
		w.reply(inv, 487, "Request Terminated", "a", "", "")
		w.request("ACK")
		if end := next[Ended](t, leg); end.By != Us || end.Code != 487 {
			t.Errorf("ended %+v", end)
		}
	})
}

// Trap 10: one To tag for all responses, BYE goes where the peer has moved to,
// and is the end whatever the answer.
func TestTrap10_LegState(t *testing.T) {
	t.Run("one tag", func(t *testing.T) {
		e := start(t, Config{}, func(ctx context.Context, l *Leg) { _ = l.Ring(ctx); <-ctx.Done() })
		w := newCaller(t, "udp", e)
		invite := w.msg("INVITE", "", offer)
		w.send(invite)
		tags := map[string]int{}
		for len(tags) == 0 {
			if m := w.read(time.Second); m != nil && m.Status == 180 {
				tags[toOf(m)]++
			}
		}
		w.send(w.cancel(invite))
		for range 2 { // 200 of the CANCEL, 487 of the INVITE
			m := w.read(time.Second)
			if m == nil || m.Status != 200 && m.Status != 487 {
				t.Fatalf("got %+v", m)
			}
			tags[toOf(m)]++
		}
		if len(tags) != 1 {
			t.Errorf("tags %v", tags)
		}
	})
	t.Run("BYE follows the Contact", func(t *testing.T) {
		inbound := newLegs(t)
		plain := []Trunk{{Name: "peer", Match: loopback}}
		e := start(t, Config{Trunks: plain}, inbound.handle)
		w, moved := newCaller(t, "udp", e), newWire(t, "udp", e)
		w.request1("INVITE", "", offer)
		leg := inbound.next(t)
		go func() { _, _ = leg.Answer(context.Background(), rtp) }()
		w.join(w.status("INVITE"))
		w.request1("ACK", "", "")
		re := w.msg("INVITE", "", offer)
		re = strings.Replace(re, "Contact: <sip:wire@"+w.conn.LocalAddr().String(), "Contact: <sip:moved@"+moved.conn.LocalAddr().String(), 1)
		w.send(re)
		w.status("INVITE")
		w.request1("ACK", "", "")
		go func() { _ = leg.Hangup(context.Background(), 16, "") }()
		bye := moved.request("BYE")
		if bye.URI != "sip:moved@"+moved.conn.LocalAddr().String() {
			t.Errorf("BYE %s", bye.URI)
		}
		moved.reply(bye, 500, "Oh No", "", "", "")
		if end := next[Ended](t, leg); end.By != Us {
			t.Errorf("ended %+v", end)
		}
	})
}

func toOf(m *screen.Message) string {
	a, _ := screen.ParseAddress(m.Get("To"))
	return a.Tag()
}

// Trap 11: a bare LF never passes, in nor out.
func TestTrap11_BareLF(t *testing.T) {
	inbound := newLegs(t)
	e := start(t, Config{}, inbound.handle)
	w := newCaller(t, "udp", e)
	w.send(strings.Replace(w.msg("INVITE", "X-Evil: VALUE\n", offer), "VALUE", "a\nVia: SIP/2.0/UDP evil", 1))
	if res := w.status("INVITE"); res.Status != 400 {
		t.Errorf("%d, want 400", res.Status)
	}
	p, leg := dialWire(t, e, Dial{
		From: "al\nice", Display: "A\r\nB", UserUser: "00\n11", Headers: map[string]string{"X-A": "1\r\nX-B: 2"}, Target: "sip:b%0d%0aob@HOST",
	})
	inv := p.request("INVITE")
	if inv.Get("X-B") != "" || strings.ContainsAny(inv.Get("From")+inv.Get("User-to-User"), "\r\n") {
		t.Errorf("injected: %+v", inv.Headers)
	}
	p.reply(inv, 603, "No", "a", "Reason: Q.850;cause=21;text=\"x\"\n", "")
	if end := next[Ended](t, leg); end.Code != 603 || end.Cause != 21 {
		t.Errorf("ended %+v", end)
	}
	w.request1("INVITE", "", offer)
	in := inbound.next(t)
	if err := in.Reject(within(t), 486, "Busy\r\nX-Evil: yes"); err != nil {
		t.Fatal(err)
	}
	if res := w.status("INVITE"); res.Status != 486 || res.Get("X-Evil") != "" {
		t.Errorf("%d %+v", res.Status, res.Headers)
	}
}

// Trap 12: requests are handled in the order of CSeq, and a peer that says
// nothing does not hold a leg for ever.
func TestTrap12_OrderAndDeadlines(t *testing.T) {
	inbound := newLegs(t)
	e := start(t, Config{}, inbound.handle)
	w := newCaller(t, "udp", e)
	w.request1("INVITE", "", offer)
	leg := inbound.next(t)
	go func() { _, _ = leg.Answer(context.Background(), rtp) }()
	w.join(w.status("INVITE"))
	w.request1("ACK", "", "")
	var infos []string
	for _, d := range "123456" {
		infos = append(infos, w.msg("INFO", "Content-Type: application/dtmf-relay\n", "Signal="+string(d)+"\nDuration=160\n"))
	}
	for _, i := range []int{1, 0, 3, 2, 5, 4} {
		w.send(infos[i])
	}
	got := ""
	for range infos {
		d := next[Digit](t, leg)
		got += string(d.Digit)
		if d.Duration != 160*time.Millisecond {
			t.Errorf("held %v", d.Duration)
		}
	}
	if got != "123456" {
		t.Errorf("digits %s", got)
	}
	w.request1("BYE", "", "")
	next[Ended](t, leg)

	_, silent := dialWire(t, e, Dial{})
	if end := next[Ended](t, silent); end.By != Network || end.Code != 408 {
		t.Errorf("silent peer: %+v", end)
	}
}

// Trap 13: of several challenges the strongest is answered.
func TestTrap13_Challenges(t *testing.T) {
	w, e := trunkWire(t, Trunk{Name: "carrier", Username: "parley", Password: "pw", Match: loopback})
	leg, err := e.Dial(within(t), Dial{Trunk: "carrier", Target: "100", Local: rtp})
	if err != nil {
		t.Fatal(err)
	}
	inv := w.request("INVITE")
	w.reply(inv, 407, "Auth", "a", "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"\nProxy-Authenticate: Digest realm=\"r\", nonce=\"n2\", algorithm=SHA-256, qop=\"auth\"\n", "")
	w.request("ACK")
	again := w.request("INVITE")
	auth := again.Get("Proxy-Authorization")
	if !strings.Contains(auth, "algorithm=SHA-256") || !strings.Contains(auth, `nonce="n2"`) {
		t.Errorf("credentials %q", auth)
	}
	if number(strings.Fields(again.Get("CSeq"))[0]) != number(strings.Fields(inv.Get("CSeq"))[0])+1 || again.Get("Call-ID") != inv.Get("Call-ID") {
		t.Errorf("second attempt %s %s", again.Get("CSeq"), again.Get("Call-ID"))
	}
	w.reply(again, 407, "Auth", "b", "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n3\", algorithm=SHA-256, qop=\"auth\", stale=true\n", "")
	w.request("ACK")
	third := w.request("INVITE")
	if !strings.Contains(third.Get("Proxy-Authorization"), `nonce="n3"`) {
		t.Errorf("stale nonce: %q", third.Get("Proxy-Authorization"))
	}
	w.reply(third, 407, "Auth", "c", "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n4\", algorithm=SHA-256, qop=\"auth\"\n", "")
	w.request("ACK")
	if end := next[Ended](t, leg); end.Code != 407 {
		t.Errorf("wrong password: %+v", end)
	}
}

// Trap 14: CANCEL and ACK that match nothing, and another version of SIP.
func TestTrap14_Unmatched(t *testing.T) {
	e := start(t, Config{}, nil)
	w := newCaller(t, "udp", e)
	invite := w.msg("INVITE", "", offer)
	w.send(w.cancel(invite))
	if res := w.status("CANCEL"); res.Status != 481 {
		t.Errorf("CANCEL: %d, want 481", res.Status)
	}
	w.request1("ACK", "", "")
	w.silent(100 * time.Millisecond)
	w.to += ";tag=nobody"
	for _, m := range []string{"BYE", "INFO", "UPDATE", "NOTIFY", "INVITE"} {
		w.request1(m, "", "")
		if res := w.status(m); res.Status != 481 {
			t.Errorf("%s in no leg: %d, want 481", m, res.Status)
		}
	}
	w.send(strings.Replace(w.msg("OPTIONS", "", ""), "SIP/2.0\r\n", "SIP/3.0\r\n", 1))
	if res := w.status("OPTIONS"); res.Status != 505 {
		t.Errorf("SIP/3.0: %d, want 505", res.Status)
	}
}

// Trap 15 is SRTP's: none is negotiated here, so an offer of nothing else is
// refused rather than taken without its protection.
func TestTrap15_SRTPOnly(t *testing.T) {
	e := start(t, Config{}, nil)
	w := newCaller(t, "udp", e)
	w.request1("INVITE", "", strings.Replace(offer, "RTP/AVP", "RTP/SAVP", 1))
	if res := w.status("INVITE"); res.Status != 488 {
		t.Errorf("%d, want 488", res.Status)
	}
}

// Trap 16: descriptions that a strict parser refuses are understood.
func TestTrap16_SloppySDP(t *testing.T) {
	e := start(t, Config{}, nil)
	for name, body := range map[string]string{
		"no s= and t=":      "v=0\no=- 1 1 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 6000 RTP/AVP 8\n",
		"a= before t=":      "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\na=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 6000 RTP/AVP 8\n",
		"spaces in o= user": "v=0\no=John Q Public 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 6000 RTP/AVP 8\n",
	} {
		w := newCaller(t, "udp", e)
		w.request1("INVITE", "", body)
		if res := w.status("INVITE"); res.Status != 200 {
			t.Errorf("%s: %d", name, res.Status)
		} else {
			w.join(res)
			w.request1("ACK", "", "")
		}
	}
	w := newCaller(t, "udp", e)
	w.request1("INVITE", "", offer+strings.Repeat("m=audio 6000 RTP/AVP 8\n", 600))
	if res := w.status("INVITE"); res.Status != 488 {
		t.Errorf("601 media lines: %d, want 488", res.Status)
	}
}
