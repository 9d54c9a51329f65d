package sip

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip/screen"

	"github.com/parley-voice/parley/test/rig"
)

// Requests inside a leg follow the Record-Route of the INVITE: loose routers in
// Route, a strict one in the Request-URI (RFC 3261 §12.2.1.1).
func TestRouteSetInbound(t *testing.T) {
	for name, c := range map[string]struct {
		record string // PROXY stands for the proxy's address
		uri    string
		routes []string
	}{
		"loose":  {"Record-Route: <sip:PROXY;lr;ftag=1>, <sip:far.example;lr>\n", "sip:wire@WIRE", []string{"<sip:PROXY;lr;ftag=1>", "<sip:far.example;lr>"}},
		"strict": {"Record-Route: <sip:PROXY>\nRecord-Route: <sip:far.example;lr>\n", "sip:PROXY", []string{"<sip:far.example;lr>", "<sip:wire@WIRE>"}},
		"none":   {"", "sip:wire@WIRE", nil},
	} {
		t.Run(name, func(t *testing.T) {
			inbound := newLegs(t)
			e := start(t, Config{Trunks: []Trunk{{Name: "p", Match: loopback}}}, inbound.handle)
			w, proxy := newCaller(t, "udp", e), newWire(t, "udp", e)
			fill := strings.NewReplacer("PROXY", proxy.conn.LocalAddr().String(), "WIRE", w.conn.LocalAddr().String())
			w.request1("INVITE", fill.Replace(c.record), offer)
			leg := inbound.next(t)
			go func() { _, _ = leg.Answer(context.Background(), rtp) }()
			res := w.status("INVITE")
			if got := strings.Join(res.All("Record-Route"), ", "); c.record != "" && !strings.HasPrefix(got, fill.Replace("<sip:PROXY")) {
				t.Errorf("Record-Route in the 200: %q", got)
			}
			w.join(res)
			w.request1("ACK", "", "")
			go func() { _ = leg.Hangup(context.Background(), 0, "") }()
			at := proxy
			if c.record == "" {
				at = w.wire
			}
			bye := at.request("BYE")
			var want []string
			for _, r := range c.routes {
				want = append(want, fill.Replace(r))
			}
			if bye.URI != fill.Replace(c.uri) || !slices.Equal(bye.All("Route"), want) {
				t.Errorf("BYE %s, Route %q; want %s, %q", bye.URI, bye.All("Route"), fill.Replace(c.uri), want)
			}
			at.reply(bye, 200, "OK", "", "", "")
		})
	}
}

// Outbound the set is that of the 2xx, in reverse; the remote target is its
// Contact, taken letter for letter.
func TestRouteSetOutbound(t *testing.T) {
	e := start(t, Config{Trunks: []Trunk{{Name: "p", Match: loopback}}}, nil)
	w, leg := dialWire(t, e, Dial{})
	proxy := newWire(t, "udp", e)
	inv := w.request("INVITE")
	record := "Record-Route: <sip:far.example;lr>\nRecord-Route: <sip:" + proxy.conn.LocalAddr().String() + ";lr>\n"
	ok := crlf("SIP/2.0 200 OK\nVia: " + inv.Get("Via") + "\nFrom: " + inv.Get("From") + "\nTo: " + inv.Get("To") + ";tag=a\nCall-ID: " + inv.Get("Call-ID") +
		"\nCSeq: " + inv.Get("CSeq") + "\n" + record + "Contact: \"W\" <sip:w%69re;x=y@10.0.0.1:5099;ob;+sip.x=\"a\">;q=0.5\nContent-Type: application/sdp\nContent-Length: " + itoa(len(crlf(offer))) + "\n\n" + offer)
	w.send(strings.Replace(ok, `;+sip.x="a"`, ";z", 1))
	ack := proxy.request("ACK")
	if ack.URI != "sip:w%69re;x=y@10.0.0.1:5099;ob;z" || strings.Join(ack.All("Route"), " ") != "<sip:"+proxy.conn.LocalAddr().String()+";lr> <sip:far.example;lr>" {
		t.Errorf("ACK %s Route %q", ack.URI, ack.All("Route"))
	}
	next[Answered](t, leg)
	go func() { _ = leg.Hangup(context.Background(), 0, "") }()
	proxy.reply(proxy.request("BYE"), 200, "OK", "", "", "")
	next[Ended](t, leg)
}

// Behind NAT a private Contact is worth nothing.
func TestNAT(t *testing.T) {
	for _, nat := range []bool{true, false} {
		inbound := newLegs(t)
		e := start(t, Config{Trunks: []Trunk{{Name: "p", Match: loopback, NAT: nat}}}, inbound.handle)
		w, shown := newCaller(t, "udp", e), newWire(t, "udp", e)
		w.send(strings.Replace(w.msg("INVITE", "", offer), "Contact: <sip:wire@"+w.conn.LocalAddr().String(), "Contact: <sip:wire@"+shown.conn.LocalAddr().String(), 1))
		leg := inbound.next(t)
		if p, _ := leg.Params(); p.NAT != nat {
			t.Errorf("media of a trunk with NAT %v: %+v", nat, p)
		}
		go func() { _, _ = leg.Answer(context.Background(), rtp) }()
		w.join(w.status("INVITE"))
		w.request1("ACK", "", "")
		go func() { _ = leg.Hangup(context.Background(), 0, "") }()
		at := shown
		if nat {
			at = w.wire
		}
		at.reply(at.request("BYE"), 200, "OK", "", "", "")
	}
}

// Answers go to the source address and the port of Via, unless rport asks
// otherwise; what Via claims beyond that is not believed.
func TestVia(t *testing.T) {
	t.Parallel()
	e := start(t, Config{Trunks: []Trunk{{Name: "p", Match: loopback}}}, nil)
	w, other := newCaller(t, "udp", e), newWire(t, "udp", e)
	_, port, _ := strings.Cut(other.conn.LocalAddr().String(), ":")
	plain := func(m string) string { return strings.Replace(m, ";rport", "", 1) }
	via := func(m, to string) string {
		return strings.Replace(m, "SIP/2.0/UDP "+w.conn.LocalAddr().String(), "SIP/2.0/UDP "+to, 1)
	}
	for _, method := range []string{"OPTIONS", "INVITE"} { // one is answered by the gate, one behind it
		w.send(plain(via(w.msg(method, "", offer), "host.example:"+port)))
		res := other.status(method)
		if v := res.Get("Via"); !strings.Contains(v, "received=127.0.0.1") || strings.Contains(v, "rport") {
			t.Errorf("%s Via %q", method, v)
		}
		w.send(via(w.msg(method, "", offer), "host.example:"+port))
		v := w.status(method).Get("Via")
		_, mine, _ := strings.Cut(w.conn.LocalAddr().String(), ":")
		if !strings.Contains(v, "rport="+mine) || !strings.Contains(v, "received=127.0.0.1") {
			t.Errorf("%s Via %q", method, v)
		}
		w.send(strings.Replace(via(w.msg(method, "", offer), "host.example:5099"), ";rport", ";received=192.0.2.7;rport="+port+";maddr=192.0.2.8", 1))
		if v := w.status(method).Get("Via"); !strings.Contains(v, "rport="+mine) || strings.Contains(v, "192.0.2") {
			t.Errorf("%s Via %q", method, v)
		}
	}
}

// The headers of a refusal by content or extension.
func TestRefusals(t *testing.T) {
	t.Parallel()
	e := start(t, Config{}, nil)
	for _, c := range []struct {
		method, extra, body string
		status              int
		header              string
	}{
		{"INVITE", "Require: 100rel\n", offer, 420, "Unsupported"},
		{"INVITE", "Supported: 100rel, timer\n", offer, 200, "Allow"},
		{"INVITE", "Content-Type: text/plain\n", "hi", 415, "Accept"},
		{"INVITE", "Content-Encoding: gzip\n", offer, 415, "Accept-Encoding"},
		{"INVITE", "Accept: text/plain\n", offer, 406, ""},
		{"INVITE", "", "v=0\no=- 1 1 IN IP4 127.0.0.1\nm=audio 1 RTP/AVP 18\n", 488, ""},
		{"INVITE", "", "nonsense", 488, ""},
		{"INVITE", "Session-Expires: 10\nSupported: timer\n", offer, 422, "Min-SE"},
		{"REGISTER", "", "", 405, "Allow"},
		{"PUBLISH", "", "", 405, "Allow"},
		{"FROBNICATE", "", "", 501, "Allow"},
		{"REFER", "Refer-To: <sip:x@y>\n", "", 603, ""},
		{"PRACK", "RAck: 1 1 INVITE\n", "", 405, "Allow"},
	} {
		w := newCaller(t, "udp", e)
		w.request1(c.method, c.extra, c.body)
		res := w.status(c.method)
		if res.Status != c.status || c.header != "" && res.Get(c.header) == "" {
			t.Errorf("%s %q: %d %+v, want %d with %s", c.method, c.extra, res.Status, res.Headers, c.status, c.header)
		}
		if a, ok := screen.ParseAddress(res.Get("To")); !ok || a.Tag() == "" {
			t.Errorf("%s: To %q has no tag", c.method, res.Get("To"))
		}
		if c.method == "INVITE" {
			w.join(res)
			w.request1("ACK", "", "")
		}
	}
}

// Bodies of carriers that wrap the SDP (ISUP, recording).
func TestMultipart(t *testing.T) {
	inbound := newLegs(t)
	e := start(t, Config{}, inbound.handle)
	w := newCaller(t, "udp", e)
	body := "--x\nContent-Type: application/isup;version=itu\n\n\x01\x02\n--x\nContent-Type: application/sdp\n\n" + offer + "--x--\n"
	w.request1("INVITE", "Content-Type: multipart/mixed;boundary=x\n", body)
	p, ok := inbound.next(t).Params()
	if !ok || p.Codec != media.PCMA {
		t.Errorf("%+v", p)
	}
}

func TestSessionTimer(t *testing.T) {
	t.Parallel()
	t.Run("peer refreshes", func(t *testing.T) {
		inbound := newLegs(t)
		e := start(t, Config{}, inbound.handle)
		w := newCaller(t, "udp", e)
		w.request1("INVITE", "Session-Expires: 1800\nSupported: timer\n", offer)
		leg := inbound.next(t)
		go func() { _, _ = leg.Answer(context.Background(), rtp) }()
		res := w.status("INVITE")
		if res.Get("Session-Expires") != "1800;refresher=uac" || !strings.Contains(res.Get("Require"), "timer") {
			t.Errorf("%+v", res.Headers)
		}
		w.join(res)
		w.request1("ACK", "", "")
		w.request1("UPDATE", "Session-Expires: 1800;refresher=uac\nSupported: timer\n", "")
		if res := w.status("UPDATE"); res.Get("Session-Expires") != "1800;refresher=uac" {
			t.Errorf("UPDATE: %+v", res.Headers)
		}
	})
	t.Run("peer does not refresh", func(t *testing.T) {
		w, leg, _ := callIn(t, "udp", offer)
		leg.swapTimer(&sessionTimer{interval: 300 * time.Millisecond})
		bye := w.request("BYE")
		if !strings.Contains(bye.Get("Reason"), "cause=102") {
			t.Errorf("Reason %q", bye.Get("Reason"))
		}
		w.reply(bye, 200, "OK", "", "", "")
		if end := next[Ended](t, leg); end.By != Network {
			t.Errorf("%+v", end)
		}
	})
	t.Run("peer can, but does not ask", func(t *testing.T) {
		inbound := newLegs(t)
		e := start(t, Config{}, inbound.handle)
		w := newCaller(t, "udp", e)
		w.request1("INVITE", "Supported: timer\n", offer)
		leg := inbound.next(t)
		go func() { _, _ = leg.Answer(context.Background(), rtp) }()
		if res := w.status("INVITE"); res.Get("Session-Expires") != "1800;refresher=uas" {
			t.Errorf("%+v", res.Headers)
		}
	})
	t.Run("we ask, the peer wants longer", func(t *testing.T) {
		w, leg := dialWire(t, start(t, Config{}, nil), Dial{})
		inv := w.request("INVITE")
		if inv.Get("Session-Expires") != "1800" || inv.Get("Min-SE") != "90" || !strings.Contains(inv.Get("Supported"), "timer") {
			t.Errorf("%+v", inv.Headers)
		}
		w.reply(inv, 422, "Session Interval Too Small", "a", "Min-SE: 3600\n", "")
		w.request("ACK")
		inv = w.request("INVITE")
		if inv.Get("Session-Expires") != "3600" || inv.Get("Min-SE") != "3600" {
			t.Errorf("after 422: %+v", inv.Headers)
		}
		w.reply(inv, 422, "Session Interval Too Small", "b", "Min-SE: 7200\n", "")
		w.request("ACK")
		if end := next[Ended](t, leg); end.Code != 422 {
			t.Errorf("%+v", end)
		}
	})
	t.Run("a refresh is too short", func(t *testing.T) {
		w, leg, _ := callIn(t, "udp", offer)
		leg.mu.Lock()
		leg.dlg.updates = true
		leg.mu.Unlock()
		leg.swapTimer(&sessionTimer{interval: 400 * time.Millisecond, ours: true})
		w.reply(w.request("UPDATE"), 422, "Session Interval Too Small", "", "Min-SE: 7200\n", "")
		again := w.request("UPDATE")
		if again.Get("Session-Expires") != "7200;refresher=uac" {
			t.Errorf("after 422: %s", again.Get("Session-Expires"))
		}
		w.reply(again, 200, "OK", "", "Session-Expires: 7200;refresher=uac\n", "")
		w.silent(time.Second)
	})
	for name, updates := range map[string]bool{"UPDATE": true, "INVITE": false} {
		t.Run("we refresh by "+name, func(t *testing.T) {
			w, leg, _ := callIn(t, "udp", offer)
			leg.mu.Lock()
			leg.dlg.updates = updates
			leg.mu.Unlock()
			leg.swapTimer(&sessionTimer{interval: 400 * time.Millisecond, ours: true})
			for range 2 {
				r := w.request(name)
				if r.Get("Session-Expires") == "" {
					t.Error("no Session-Expires")
				}
				body := ""
				if name == "INVITE" {
					body = offer
				}
				w.reply(r, 200, "OK", "", "", body)
			}
			w.reply(w.request(name), 481, "Gone", "", "", "")
			w.reply(w.request("BYE"), 481, "Gone", "", "", "")
			for ev := range leg.Events() {
				if end, ok := ev.(Ended); ok && end.By != Network {
					t.Errorf("%+v", end)
				}
			}
		})
	}
}

type fakeNames map[string]string

func (f fakeNames) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	a, err := netip.ParseAddr(f[host])
	return []netip.Addr{a}, err
}

// A trunk's host may be a name; From then shows that name, not an address.
func TestTrunkByName(t *testing.T) {
	port := rig.FreePort(t)
	e := start(t, Config{
		Trunks:   []Trunk{{Name: "c", Host: "sip.carrier.test:" + port, Username: "u", Password: "p", Trusted: true}},
		Resolver: fakeNames{"sip.carrier.test": "127.0.0.1"},
	}, nil)
	local, _ := net.ResolveUDPAddr("udp4", "127.0.0.1:"+port)
	conn, err := net.DialUDP("udp4", local, net.UDPAddrFromAddrPort(e.Addr("udp")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	w := &wire{t: t, conn: conn}
	leg, err := e.Dial(within(t), Dial{Trunk: "c", Target: "+4420", From: "+4930", Local: rtp})
	if err != nil {
		t.Fatal(err)
	}
	inv := w.request("INVITE")
	if inv.URI != "sip:+4420@sip.carrier.test:"+port || !strings.HasPrefix(inv.Get("From"), "<sip:+4930@sip.carrier.test>;tag=") ||
		inv.Get("P-Asserted-Identity") != "<sip:+4930@sip.carrier.test>" {
		t.Errorf("%s\n%+v", inv.URI, inv.Headers)
	}
	w.reply(inv, 486, "Busy Here", "a", "", "")
	w.request("ACK")
	if end := next[Ended](t, leg); end.Code != 486 {
		t.Errorf("%+v", end)
	}
}
