package uac

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// server is a scripted SIP server: it gives the test each message that comes.
type server struct {
	t    *testing.T
	conn *net.UDPConn
	peer netip.AddrPort
}

func newServer(t *testing.T) *server {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &server{t: t, conn: conn}
}

func (s *server) target() Target {
	return Target{Number: "100", Addr: s.conn.LocalAddr().(*net.UDPAddr).AddrPort()}
}

// next is the next message of that method, others skipped.
func (s *server) next(method string) *message {
	s.t.Helper()
	buf := make([]byte, 65536)
	if err := s.conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			s.t.Errorf("waiting for %s: %v", method, err)
			return &message{}
		}
		m, err := parse(buf[:n])
		if err != nil {
			s.t.Errorf("unreadable message: %v", err)
			return &message{}
		}
		m.body = append([]byte(nil), m.body...)
		if s.peer = from; m.method == method || method == "" && m.method == "" {
			return m
		}
	}
}

func (s *server) write(text string) {
	_, _ = s.conn.WriteToUDPAddrPort([]byte(strings.ReplaceAll(text, "\n", "\r\n")), s.peer)
}

// respond answers m with more headers and SDP.
func (s *server) respond(m *message, status, more, sdp string) {
	s.write(fmt.Sprintf("SIP/2.0 %s\nVia: %s\n%sFrom: %s\nTo: %s;tag=srv\nCall-ID: %s\nCSeq: %s\nContent-Length: %d\n\n%s",
		status, m.get("via"), more, m.get("from"), strings.TrimSuffix(m.get("to"), ";tag=srv"), m.get("call-id"), m.get("cseq"), len(sdp), sdp))
}

const sdp = "v=0\no=- 1 1 IN IP4 127.0.0.9\ns=-\nc=IN IP4 127.0.0.9\nt=0 0\nm=audio 4000 RTP/AVP 0 101\nc=IN IP4 127.0.0.7\n"

func agent(t *testing.T) (*Agent, context.Context) {
	t.Helper()
	a, err := New(loopback)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return a, ctx
}

func TestCallThroughARecordedRoute(t *testing.T) {
	a, ctx := agent(t)
	s := newServer(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		inv := s.next("INVITE")
		if !strings.Contains(string(inv.body), "m=audio 9000 RTP/AVP 8 0 101") {
			t.Errorf("offer: %s", inv.body)
		}
		s.respond(inv, "100 Trying", "", "")
		s.respond(inv, "180 Ringing", "", "")
		route := fmt.Sprintf("Record-Route: <sip:127.0.0.1:1;lr>\nRecord-Route: <sip:127.0.0.1:2;lr>, <sip:%s;lr>\n", s.target().Addr)
		ok := func() { s.respond(inv, "200 OK", route+"Contact: \"x, y\" <sip:far@127.0.0.1:3>;expires=3\n", sdp) }
		ok()
		ack := s.next("ACK")
		if got := ack.all("route"); len(got) != 3 || got[0] != fmt.Sprintf("<sip:%s;lr>", s.target().Addr) || got[2] != "<sip:127.0.0.1:1;lr>" {
			t.Errorf("route set of the ACK: %q", got)
		}
		ok() // as if the ACK had been lost
		s.next("ACK")
		bye := s.next("BYE")
		if n, m := bye.cseq(); n != 2 || m != "BYE" || tag(bye.get("to")) != "srv" {
			t.Errorf("BYE with CSeq %d %s and To %s", n, m, bye.get("to"))
		}
		again := s.next("BYE") // the first went unanswered
		s.respond(again, "200 OK", "", "")
	}()
	c, err := a.Place(ctx, Request{Target: s.target(), RTP: netip.AddrPortFrom(loopback, 9000)})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Media{netip.MustParseAddrPort("127.0.0.7:4000"), 0}); c.Media() != want {
		t.Errorf("media %+v", c.Media())
	}
	at := c.Times()
	if at.Progress.Before(at.Invite) || at.OK.Before(at.Progress) || at.ACK.Before(at.OK) {
		t.Errorf("times out of order: %+v", at)
	}
	if err := c.Hangup(ctx); err != nil {
		t.Error(err)
	}
	if c.Times().End.IsZero() {
		t.Error("the call has no end")
	}
	<-done
}

func TestAbort(t *testing.T) {
	a, ctx := agent(t)
	s := newServer(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		inv := s.next("INVITE")
		s.respond(inv, "180 Ringing", "", "")
		cancel := s.next("CANCEL")
		if cancel.get("via") != inv.get("via") {
			t.Errorf("CANCEL by %q, INVITE by %q", cancel.get("via"), inv.get("via"))
		}
		s.respond(cancel, "200 OK", "", "")
		s.respond(inv, "487 Request Terminated", "", "")
		s.next("ACK")
	}()
	if _, err := a.Place(ctx, Request{Target: s.target(), Abort: true}); !errors.Is(err, ErrAborted) {
		t.Fatalf("got %v", err)
	}
	<-done
}

func TestAnswerThatCrossesTheCancelIsHungUp(t *testing.T) {
	a, ctx := agent(t)
	s := newServer(t)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		inv := s.next("INVITE")
		s.respond(inv, "180 Ringing", "", "")
		s.respond(inv, "200 OK", fmt.Sprintf("Contact: <sip:%s>\n", s.target().Addr), sdp)
		s.next("ACK")
		s.respond(s.next("BYE"), "200 OK", "", "")
	}()
	if _, err := a.Place(ctx, Request{Target: s.target(), Abort: true}); !errors.Is(err, ErrAborted) {
		t.Fatalf("got %v", err)
	}
	<-ended
}

func TestRefusalIsAcknowledged(t *testing.T) {
	a, ctx := agent(t)
	s := newServer(t)
	acked := make(chan string, 1)
	go func() {
		inv := s.next("INVITE")
		s.respond(inv, "486 Busy Here", "", "")
		ack := s.next("ACK")
		acked <- ack.get("via") + tag(ack.get("to"))
		if ack.get("via") != inv.get("via") {
			t.Errorf("the ACK of a refusal needs the INVITE's branch")
		}
	}()
	_, err := a.Place(ctx, Request{Target: s.target()})
	var r *Refused
	if !errors.As(err, &r) || r.Code != 486 || r.Reason != "Busy Here" {
		t.Fatalf("got %v", err)
	}
	if got := <-acked; !strings.HasSuffix(got, "srv") {
		t.Fatalf("ACK %s", got)
	}
}

func TestOtherSideHangsUp(t *testing.T) {
	a, ctx := agent(t)
	s := newServer(t)
	code := make(chan int, 2)
	go func() {
		inv := s.next("INVITE")
		s.respond(inv, "200 OK", fmt.Sprintf("Contact: <sip:%s>\n", s.target().Addr), sdp)
		s.next("ACK")
		s.write(fmt.Sprintf("BYE sip:x SIP/2.0\nv: SIP/2.0/UDP 127.0.0.1;branch=1\nf: <sip:a>;tag=srv\nt: %s\ni: %s\nCSeq: 9 BYE\n\n", inv.get("from"), inv.get("call-id")))
		code <- s.next("").code
		s.write("BYE sip:x SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1;branch=2\nFrom: a\nTo: b\nCall-ID: unknown\nCSeq: 9 BYE\n\n")
		code <- s.next("").code
	}()
	c, err := a.Place(ctx, Request{Target: s.target()})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Gone():
	case <-ctx.Done():
		t.Fatal("the BYE was not noticed")
	}
	if a, b := <-code, <-code; a != 200 || b != 481 {
		t.Fatalf("BYEs answered with %d and %d", a, b)
	}
	if err := c.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestParseTarget(t *testing.T) {
	got, err := ParseTarget("sip:9196@127.0.0.1:5070")
	if err != nil || got.String() != "sip:9196@127.0.0.1:5070" {
		t.Fatalf("%v %v", got, err)
	}
	if got, err := ParseTarget("sip:1@127.0.0.1"); err != nil || got.Addr.Port() != 5060 {
		t.Fatalf("%v %v", got, err)
	}
	for _, bad := range []string{"", "9196", "sip:127.0.0.1", "sip:@127.0.0.1", "sip:1@127.0.0.1:x", "sip:1 2@127.0.0.1"} {
		if _, err := ParseTarget(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestAnswerWithoutUsableAudio(t *testing.T) {
	for _, bad := range []string{"", "v=0\nc=IN IP4 127.0.0.1\nm=audio 0 RTP/AVP 8\n", "v=0\nm=audio 9 RTP/AVP 8\n", "c=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 96\n"} {
		if m, err := answer([]byte(bad)); err == nil {
			t.Errorf("%q gave %+v", bad, m)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("SIP/2.0 200 OK\r\nVia: x\r\nv: y\r\n z\r\nCSeq: 1 INVITE\r\nRoute: <a,b>, c\r\n\r\nbody"))
	f.Add([]byte("BYE sip:x SIP/2.0\r\nTo: \"a\" <sip:b>;tag=c\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parse(b)
		if err != nil {
			return
		}
		m.cseq()
		for _, v := range m.all("route") {
			uri(v)
			tag(v)
		}
		_, _ = answer(m.body)
	})
}
