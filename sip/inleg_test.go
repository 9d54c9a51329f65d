package sip

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/parley-voice/parley/media"
)

// callIn sets up an inbound leg whose far end is played by hand.
func callIn(t *testing.T, network, body string) (*caller, *Leg, *Endpoint) {
	t.Helper()
	inbound := newLegs(t)
	e := start(t, Config{}, inbound.handle)
	w := newCaller(t, network, e)
	w.request1("INVITE", "Allow: INVITE, UPDATE\n", body)
	leg := inbound.next(t)
	answered := make(chan error, 1)
	go func() { _, err := leg.Answer(context.Background(), rtp); answered <- err }()
	w.join(w.status("INVITE"))
	w.request1("ACK", "", "")
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
	return w, leg, e
}

// sdpLine is the first line of a body with this prefix.
func sdpLine(body []byte, prefix string) string {
	for line := range strings.SplitSeq(string(body), "\r\n") {
		if strings.HasPrefix(line, prefix) {
			return line
		}
	}
	return ""
}

func TestReinvites(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			w, leg, _ := callIn(t, network, offer)
			change := func(name, body, direction string, check func(media.Params) bool) {
				t.Helper()
				w.request1("INVITE", "", body)
				res := w.status("INVITE")
				w.request1("ACK", "", "")
				if res.Status != 200 || sdpLine(res.Body, "a="+direction) == "" {
					t.Errorf("%s: %d\n%s", name, res.Status, res.Body)
				}
				if p := next[MediaChanged](t, leg).Params; !check(p) {
					t.Errorf("%s: %+v", name, p)
				}
			}
			change("hold", strings.Replace(offer, "sendrecv", "sendonly", 1), "recvonly", func(p media.Params) bool { return p.Direction == media.RecvOnly })
			change("resume", offer, "sendrecv", func(p media.Params) bool { return p.Direction == media.SendRecv && p.Remote.Port() == 6000 })
			change("inactive", strings.Replace(offer, "sendrecv", "inactive", 1), "inactive", func(p media.Params) bool { return p.Direction == media.Inactive })
			change("hold of RFC 2543", strings.Replace(offer, "c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0", 1), "recvonly", func(p media.Params) bool {
				return p.Direction == media.RecvOnly && !p.Remote.IsValid()
			})
			change("new port", strings.Replace(offer, "6000", "7000", 1), "sendrecv", func(p media.Params) bool { return p.Remote.Port() == 7000 })
			change("new codec", strings.Replace(offer, "7000 RTP/AVP 0 8", "7000 RTP/AVP 0", 1), "sendrecv", func(p media.Params) bool { return true })
			change("only PCMU", strings.Replace(offer, "RTP/AVP 0 8 101", "RTP/AVP 0 101", 1), "sendrecv", func(p media.Params) bool { return p.Codec == media.PCMU })

			w.request1("INVITE", "", "") // no SDP: we offer everything
			res := w.status("INVITE")
			if res.Status != 200 || !strings.Contains(sdpLine(res.Body, "m="), " 0 8 101") {
				t.Errorf("no SDP: %d\n%s", res.Status, res.Body)
			}
			w.request1("ACK", "", strings.Replace(offer, "RTP/AVP 0 8", "RTP/AVP 8", 1))
			if p := next[MediaChanged](t, leg).Params; p.Codec != media.PCMA {
				t.Errorf("no SDP: %+v", p)
			}

			w.request1("INVITE", "", strings.Replace(offer, "RTP/AVP 0 8 101", "RTP/AVP 18", 1))
			if res := w.status("INVITE"); res.Status != 488 {
				t.Errorf("G.729: %d", res.Status)
			}
			w.request1("UPDATE", "", strings.Replace(offer, "6000", "8000", 1))
			if res := w.status("UPDATE"); res.Status != 200 {
				t.Errorf("UPDATE: %d", res.Status)
			}
			if p := next[MediaChanged](t, leg).Params; p.Remote.Port() != 8000 {
				t.Errorf("UPDATE: %+v", p)
			}
			w.request1("UPDATE", "", "")
			if res := w.status("UPDATE"); res.Status != 200 || len(res.Body) != 0 {
				t.Errorf("UPDATE without SDP: %d", res.Status)
			}
			w.request1("BYE", "", "")
			w.status("BYE")
			next[Ended](t, leg)
		})
	}
}

// The origin line keeps its id, and its version grows with every change and
// only then (RFC 3264 §8).
func TestOriginVersion(t *testing.T) {
	t.Parallel()
	w, leg, _ := callIn(t, "udp", offer)
	var seen []string
	for _, body := range []string{offer, offer, strings.Replace(offer, "sendrecv", "sendonly", 1)} {
		w.request1("INVITE", "", body)
		res := w.status("INVITE")
		w.request1("ACK", "", "")
		seen = append(seen, sdpLine(res.Body, "o="))
	}
	a, b, c := strings.Fields(seen[0]), strings.Fields(seen[1]), strings.Fields(seen[2])
	if a[1] != c[1] || a[2] != b[2] || number(c[2]) != number(b[2])+1 {
		t.Errorf("origins %q", seen)
	}
	next[MediaChanged](t, leg)
}

func TestOverlap(t *testing.T) {
	t.Parallel()
	w, leg, _ := callIn(t, "udp", offer)
	// no ACK yet for the first: the second must wait
	w.request1("INVITE", "", "")
	w.status("INVITE")
	first := w.seq
	w.request1("INVITE", "", offer)
	res := w.status("INVITE")
	for strings.HasPrefix(res.Get("CSeq"), itoa(first)+" ") {
		res = w.status("INVITE")
	}
	if res.Status != 500 || res.Get("Retry-After") == "" {
		t.Errorf("overlapping: %d %+v", res.Status, res.Headers)
	}
	// CSeq below the last one
	w.seq = 0
	w.request1("INFO", "", "")
	if res := w.status("INFO"); res.Status != 500 {
		t.Errorf("old CSeq: %d", res.Status)
	}
	_ = leg
}

// Both sides want to change the call at once (RFC 3261 §14.1).
func TestGlare(t *testing.T) {
	t.Parallel()
	w, leg, _ := callIn(t, "udp", offer)
	pcma := strings.Replace(offer, "RTP/AVP 0 8", "RTP/AVP 8", 1)
	done := make(chan error, 1)
	go func() { done <- leg.Hold(context.Background(), true) }()
	ours := w.request("INVITE")
	w.request1("INVITE", "", offer)
	if res := w.status("INVITE"); res.Status != 491 {
		t.Errorf("during ours: %d, want 491", res.Status)
	}
	w.request1("ACK", "", "")
	w.reply(ours, 491, "Request Pending", "", "", "")
	ours = w.request("INVITE") // again, after a while
	if sdpLine(ours.Body, "a=sendonly") == "" {
		t.Errorf("hold offers\n%s", ours.Body)
	}
	w.reply(ours, 200, "OK", "", "", strings.Replace(pcma, "sendrecv", "recvonly", 1))
	w.request("ACK")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if p := next[MediaChanged](t, leg).Params; p.Direction != media.SendOnly {
		t.Errorf("held: %+v", p)
	}
	// a re-INVITE of theirs does not take our hold away
	w.request1("INVITE", "", offer)
	if res := w.status("INVITE"); sdpLine(res.Body, "a=sendonly") == "" {
		t.Errorf("answer while we hold:\n%s", res.Body)
	}
	w.request1("ACK", "", "")
	go func() { done <- leg.Hold(context.Background(), false) }()
	w.reply(w.request("INVITE"), 200, "OK", "", "", pcma)
	w.request("ACK")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if p := next[MediaChanged](t, leg).Params; p.Direction != media.SendRecv {
		t.Errorf("resumed: %+v", p)
	}
	// refused: nothing changes
	go func() { done <- leg.Hold(context.Background(), true) }()
	w.reply(w.request("INVITE"), 488, "Not Acceptable Here", "", "", "")
	if err := <-done; err == nil || !strings.Contains(err.Error(), "488") {
		t.Errorf("refused hold: %v", err)
	}
	// 481 is the end of the leg
	go func() { done <- leg.Hold(context.Background(), true) }()
	w.reply(w.request("INVITE"), 481, "Gone", "", "", "")
	<-done
	w.reply(w.request("BYE"), 481, "Gone", "", "", "")
	if end := next[Ended](t, leg); end.By != Network {
		t.Errorf("ended %+v", end)
	}
}

func TestDelayedOffer(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			inbound := newLegs(t)
			e := start(t, Config{}, inbound.handle)
			w := newCaller(t, network, e)
			w.request1("INVITE", "", "")
			leg := inbound.next(t)
			if _, ok := leg.Params(); ok {
				t.Error("parameters without an offer")
			}
			if err := leg.Early(within(t), rtp); err == nil {
				t.Error("early media without an offer")
			}
			got := make(chan media.Params, 1)
			go func() { p, _ := leg.Answer(context.Background(), rtp); got <- p }()
			res := w.status("INVITE")
			if !strings.Contains(sdpLine(res.Body, "m="), "4000 RTP/AVP 8 0 101") {
				t.Errorf("our offer:\n%s", res.Body)
			}
			w.join(res)
			w.request1("ACK", "", strings.Replace(offer, "RTP/AVP 0 8 101", "RTP/AVP 0 101", 1))
			if p := <-got; p.Codec != media.PCMU || p.Remote != netip.MustParseAddrPort("127.0.0.1:6000") {
				t.Errorf("agreed %+v", p)
			}
			w.request1("BYE", "", "")
			next[Ended](t, leg)
		})
	}
	t.Run("no answer in the ACK", func(t *testing.T) {
		inbound := newLegs(t)
		e := start(t, Config{}, inbound.handle)
		w := newCaller(t, "udp", e)
		w.request1("INVITE", "", "")
		leg := inbound.next(t)
		got := make(chan error, 1)
		go func() { _, err := leg.Answer(context.Background(), rtp); got <- err }()
		w.join(w.status("INVITE"))
		w.request1("ACK", "", "")
		w.reply(w.request("BYE"), 200, "OK", "", "", "")
		if err := <-got; err == nil {
			t.Error("Answer found parameters in an empty ACK")
		}
		next[Ended](t, leg)
	})
}

func TestInfo(t *testing.T) {
	t.Parallel()
	w, leg, _ := callIn(t, "udp", offer)
	for _, c := range []struct {
		kind, body string
		status     int
		digit      byte
	}{
		{"application/dtmf-relay", "Signal=#\r\nDuration=250\r\n", 200, '#'},
		{"application/dtmf-relay", "Signal= 10\nDuration= 250", 200, '*'},
		{"application/dtmf", "7", 200, '7'},
		{"application/dtmf", "d", 200, 'D'},
		{"application/dtmf", "16", 200, 0},
		{"application/dtmf-relay", "nonsense", 200, 0},
		{"text/plain", "7", 415, 0},
		{"", "", 200, 0},
	} {
		extra := ""
		if c.kind != "" {
			extra = "Content-Type: " + c.kind + "\n"
		}
		w.request1("INFO", extra, c.body)
		if res := w.status("INFO"); res.Status != c.status {
			t.Errorf("%+v: %d", c, res.Status)
		}
		if c.digit != 0 {
			if d := next[Digit](t, leg); d.Digit != c.digit {
				t.Errorf("%+v: %+v", c, d)
			}
		}
	}
	select {
	case ev := <-leg.Events():
		t.Errorf("event %#v", ev)
	default:
	}
}

// A reader that takes no events loses digits, not what changes the call.
func TestSlowReader(t *testing.T) {
	w, leg, e := callIn(t, "udp", offer)
	for range boxSize + 10 {
		w.request1("INFO", "Content-Type: application/dtmf\n", "1")
		w.status("INFO")
	}
	w.request1("INVITE", "", strings.Replace(offer, "6000", "7000", 1))
	if res := w.status("INVITE"); res.Status != 500 || res.Get("Retry-After") == "" {
		t.Errorf("re-INVITE that nobody would hear of: %d", res.Status)
	}
	w.request1("ACK", "", "")
	w.request1("BYE", "", "")
	w.status("BYE")
	digits := 0
	for ev := range leg.Events() {
		switch ev.(type) {
		case Digit:
			digits++
		case Ended:
			if digits != lossy {
				t.Errorf("%d digits, want %d", digits, lossy)
			}
		}
	}
	if n := e.Stats().Dropped; n != boxSize+10-lossy {
		t.Errorf("%d dropped", n)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
