package sip

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/screen"
)

// wire is a peer that writes what it likes: a bare socket, UDP or TCP.
type wire struct {
	t    *testing.T
	conn net.Conn
	buf  []byte
	seen map[string]bool // requests that were taken, by their Via
}

func newWire(t *testing.T, network string, e *Endpoint) *wire {
	t.Helper()
	c, err := net.Dial(network, e.Addr(network).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &wire{t: t, conn: c}
}

// crlf lets tests write messages with plain line ends.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func (w *wire) send(msg string) {
	w.t.Helper()
	if _, err := w.conn.Write([]byte(msg)); err != nil {
		w.t.Fatal(err)
	}
}

// read returns the next message, nil when none comes in time.
func (w *wire) read(wait time.Duration) *screen.Message {
	w.t.Helper()
	_ = w.conn.SetReadDeadline(time.Now().Add(wait))
	b := make([]byte, 65536)
	if w.conn.LocalAddr().Network() == "udp" {
		n, err := w.conn.Read(b)
		if err != nil {
			return nil
		}
		m, _ := screen.Read(b[:n])
		return m
	}
	for {
		skip, n, fault := screen.Frame(w.buf)
		if fault != nil {
			w.t.Fatal(fault)
		}
		w.buf = w.buf[skip:]
		if n > 0 {
			m, _ := screen.Read(w.buf[:n])
			w.buf = w.buf[n:]
			return m
		}
		got, err := w.conn.Read(b)
		if err != nil {
			return nil
		}
		w.buf = append(w.buf, b[:got]...)
	}
}

// status reads on until a final response to the method comes and returns it.
func (w *wire) status(method string) *screen.Message {
	w.t.Helper()
	for {
		m := w.read(6 * time.Second)
		if m == nil {
			w.t.Fatalf("no response to %s", method)
		}
		if !m.IsRequest() && m.Status >= 200 && strings.HasSuffix(m.Get("CSeq"), " "+method) {
			return m
		}
	}
}

// request reads on until a request with the method comes that has not been taken
// before: over UDP one may come again while its answer is on the way.
func (w *wire) request(method string) *screen.Message {
	w.t.Helper()
	for {
		m := w.read(6 * time.Second)
		if m == nil {
			w.t.Fatalf("no %s came", method)
		}
		if again := m.Get("Via") + method; m.Method == method && (!w.seen[again] || method == "ACK") {
			if w.seen == nil {
				w.seen = map[string]bool{}
			}
			w.seen[again] = true
			return m
		}
	}
}

// silent fails when anything comes.
func (w *wire) silent(wait time.Duration) {
	w.t.Helper()
	if m := w.read(wait); m != nil {
		w.t.Fatalf("unexpected %s%d %s", m.Method, m.Status, m.Reason)
	}
}

// reply answers a request that the endpoint sent.
func (w *wire) reply(req *screen.Message, code int, phrase, tag, extra, body string) {
	w.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d %s\n", code, phrase)
	for _, v := range req.All("Via") {
		fmt.Fprintf(&b, "Via: %s\n", v)
	}
	to := req.Get("To")
	if tag != "" && !strings.Contains(to, "tag=") {
		to += ";tag=" + tag
	}
	fmt.Fprintf(&b, "From: %s\nTo: %s\nCall-ID: %s\nCSeq: %s\nContact: <sip:wire@%s>\n%s",
		req.Get("From"), to, req.Get("Call-ID"), req.Get("CSeq"), w.conn.LocalAddr(), extra)
	if body != "" {
		b.WriteString("Content-Type: application/sdp\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\n\n", len(crlf(body)))
	w.send(crlf(b.String() + body))
}

// caller is one side of a leg played by hand.
type caller struct {
	*wire
	callID, tag, to, branch string
	seq                     int
	sent                    map[string]int // CSeq of the last request of a method
	target                  string
}

func newCaller(t *testing.T, network string, e *Endpoint) *caller {
	return &caller{
		wire: newWire(t, network, e), callID: rand.Text(), tag: rand.Text()[:8],
		to: "<sip:100@parley.example>", sent: map[string]int{}, target: "sip:100@" + e.Addr(network).String(),
	}
}

// msg builds a request. extra holds header lines.
func (c *caller) msg(method string, extra, body string) string {
	if method != "ACK" && method != "CANCEL" {
		c.seq++
		c.sent[method] = c.seq
		c.branch = "z9hG4bK" + rand.Text()
	}
	branch := c.branch
	if method == "ACK" {
		branch = "z9hG4bK" + rand.Text()
	}
	kind := ""
	if body != "" && !strings.Contains(extra, "Content-Type") {
		kind = "Content-Type: application/sdp\n"
	}
	transport := strings.ToUpper(c.conn.LocalAddr().Network())
	return crlf(fmt.Sprintf("%s %s SIP/2.0\nVia: SIP/2.0/%s %s;branch=%s;rport\nFrom: <sip:wire@127.0.0.1>;tag=%s\nTo: %s\nCall-ID: %s\nCSeq: %d %s\nMax-Forwards: 70\nContact: <sip:wire@%s>\n%s%sContent-Length: %d\n\n%s",
		method, c.target, transport, c.conn.LocalAddr(), branch, c.tag, c.to, c.callID, c.seq, method, c.conn.LocalAddr(), extra, kind, len(crlf(body)), body))
}

func (c *caller) request1(method, extra, body string) { c.send(c.msg(method, extra, body)) }

// status is the final response to the last request of the method: one to an
// earlier request may come again, because ACK is on its way or was lost.
func (c *caller) status(method string) *screen.Message {
	c.t.Helper()
	for {
		m := c.wire.status(method)
		if seq, _, _ := strings.Cut(m.Get("CSeq"), " "); seq == itoa(c.sent[method]) || method == "CANCEL" {
			return m
		}
	}
}

// join remembers the tag and target of a response.
func (c *caller) join(res *screen.Message) {
	c.to = res.Get("To")
	if a, ok := screen.ParseAddress(res.Get("Contact")); ok {
		c.target = a.URI
	}
}

const offer = `v=0
o=wire 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 6000 RTP/AVP 0 8 101
a=rtpmap:101 telephone-event/8000
a=sendrecv
`

// call sets a call up and returns its 200.
func (c *caller) call(body string) *screen.Message {
	c.t.Helper()
	c.request1("INVITE", "", body)
	res := c.status("INVITE")
	if res.Status != 200 {
		c.t.Fatalf("INVITE: %d %s", res.Status, res.Reason)
	}
	c.join(res)
	c.request1("ACK", "", "")
	return res
}

// cancel makes the CANCEL of the INVITE sent last.
func (c *caller) cancel(invite string) string {
	head, _, _ := strings.Cut(invite, "\r\nContent-Type")
	head = strings.Replace(head, "INVITE ", "CANCEL ", 1)
	return strings.Replace(head, " INVITE\r\n", " CANCEL\r\n", 1) + "\r\nContent-Length: 0\r\n\r\n"
}

// dialWire has e call a wire, and returns both ends.
func dialWire(t *testing.T, e *Endpoint, d Dial) (*wire, *Leg) {
	t.Helper()
	w := newWire(t, "udp", e)
	if d.Target == "" {
		d.Target = "sip:wire@HOST"
	}
	d.Target = strings.Replace(d.Target, "HOST", w.conn.LocalAddr().String(), 1)
	d.Local = rtp
	leg, err := e.Dial(within(t), d)
	if err != nil {
		t.Fatal(err)
	}
	return w, leg
}

// trunkWire starts an endpoint whose trunk's host is a wire.
func trunkWire(t *testing.T, tr Trunk) (*wire, *Endpoint) {
	t.Helper()
	p := newPost(t)
	tr.Host = p.LocalAddr().String()
	e := start(t, Config{Trunks: []Trunk{tr}}, nil)
	return p.to(e.Addr("udp")), e
}

// post is a UDP socket with an address before there is anybody to talk to.
type post struct {
	*net.UDPConn
	t    *testing.T
	peer net.Addr
}

func newPost(t *testing.T) *post {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &post{UDPConn: c, t: t}
}

// to makes a wire of it.
func (p *post) to(peer netip.AddrPort) *wire {
	p.peer = net.UDPAddrFromAddrPort(peer)
	return &wire{t: p.t, conn: p}
}

// Write sends to the peer.
func (p *post) Write(b []byte) (int, error) { return p.WriteTo(b, p.peer) }

// RemoteAddr is the peer's.
func (p *post) RemoteAddr() net.Addr { return p.peer }

// next0 waits for a Progress.
func next0(t *testing.T, l *Leg) Progress {
	t.Helper()
	select {
	case ev := <-l.Events():
		p, ok := ev.(Progress)
		if !ok {
			t.Fatalf("%#v, want Progress", ev)
		}
		return p
	case <-time.After(5 * time.Second):
		t.Fatal("no Progress")
	}
	return Progress{}
}

// endByWire hangs up from our side and has the wire agree.
func endByWire(t *testing.T, w *wire, l *Leg) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); _ = l.Hangup(within(t), 16, "") }()
	w.reply(w.request("BYE"), 200, "OK", "", "", "")
	<-done
}

// fakeConn only has addresses.
type fakeConn struct{ net.Conn }

func (fakeConn) LocalAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5062}
}
