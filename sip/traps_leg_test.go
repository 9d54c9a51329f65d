package sip

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/screen"
)

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
	t.Parallel()
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
	t.Parallel()
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
