package sip

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestReferAsked(t *testing.T) {
	t.Parallel()
	w, leg, _ := callIn(t, "udp", offer)
	ask := func(headers string) ReferAsked {
		t.Helper()
		w.request1("REFER", headers, "")
		return next[ReferAsked](t, leg)
	}
	notified := func(state, line, event string) {
		t.Helper()
		n := w.request("NOTIFY")
		if !strings.HasPrefix(n.Get("Subscription-State"), state) || string(n.Body) != line+"\r\n" || n.Get("Event") != event || n.Get("Content-Type") != "message/sipfrag;version=2.0" {
			t.Errorf("%v\n%s", n.Headers, n.Body)
		}
		w.reply(n, 200, "OK", "", "", "")
	}
	t.Run("accepted", func(t *testing.T) {
		r := ask("Refer-To: \"Ben\" <sip:ben@example.com;user=phone?X-Need=a%20%26%20b&Route=%3Csip:evil%3E&Replaces=1%40x%3Bto-tag%3Da%3Bfrom-tag%3Db>\nReferred-By: <sip:anna@example.com>\n")
		want := ReferAsked{To: "sip:ben@example.com;user=phone", Number: "ben", Headers: map[string]string{"x-need": "a & b"}, Replaces: "1@x;to-tag=a;from-tag=b", By: "sip:anna@example.com", Referral: r.Referral}
		if !reflect.DeepEqual(r, want) {
			t.Errorf("%+v", r)
		}
		if err := r.Notify(within(t), 180, "Ringing"); err != ErrState {
			t.Errorf("a report before the answer: %v", err)
		}
		if err := r.Accept(); err != nil {
			t.Fatal(err)
		}
		if res := w.status("REFER"); res.Status != 202 || res.Get("Contact") == "" {
			t.Errorf("%d", res.Status)
		}
		if r.Accept() == nil || r.Refuse(603, "Decline") == nil {
			t.Error("answered twice")
		}
		notified("active;expires=", "SIP/2.0 100 Trying", "refer")
		for _, step := range []struct {
			code        int
			phrase, end string
		}{{180, "Ringing", "active"}, {200, "OK", "terminated;reason=noresource"}} {
			done := make(chan error, 1)
			go func() { done <- r.Notify(within(t), step.code, step.phrase) }()
			notified(step.end, "SIP/2.0 "+itoa(step.code)+" "+step.phrase, "refer")
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if err := r.Notify(within(t), 200, "OK"); err != ErrState {
			t.Errorf("a report after the last: %v", err)
		}
	})
	t.Run("the second has an id", func(t *testing.T) {
		r := ask("Refer-To: tel:+49301234\n")
		id := itoa(w.seq)
		if err := r.Accept(); err != nil || r.To != "tel:+49301234" {
			t.Error(r, err)
		}
		n := w.request("NOTIFY")
		if n.Get("Event") != "refer;id="+id {
			t.Error(n.Get("Event"))
		}
		w.reply(n, 481, "Subscription Does Not Exist", "", "", "")
		for deadline := time.Now().Add(5 * time.Second); r.Notify(within(t), 200, "OK") != ErrState; {
			if time.Now().After(deadline) {
				t.Fatal("reports go on though the peer has no subscription")
			}
		}
	})
	t.Run("no reports wanted", func(t *testing.T) {
		r := ask("Refer-To: <sip:x@y>\nRefer-Sub: false\n")
		if err := r.Accept(); err != nil {
			t.Fatal(err)
		}
		if res := w.status("REFER"); res.Status != 202 || res.Get("Refer-Sub") != "false" {
			t.Errorf("%d %v", res.Status, res.Headers)
		}
		if err := r.Notify(within(t), 200, "OK"); err != nil {
			t.Error(err)
		}
		w.silent(100 * time.Millisecond)
	})
	t.Run("refused", func(t *testing.T) {
		r := ask("Refer-To: <sip:x@y>\n")
		if err := r.Refuse(200, "OK"); err == nil {
			t.Error("refused with 200")
		}
		if err := r.Refuse(405, "Method Not Allowed"); err != nil {
			t.Error(err)
		}
		if res := w.status("REFER"); res.Status != 405 {
			t.Errorf("%d", res.Status)
		}
	})
	t.Run("nobody takes it", func(t *testing.T) {
		ask("Refer-To: <sip:premium@example.com>\n")
		if res := w.status("REFER"); res.Status != 603 {
			t.Errorf("%d", res.Status)
		}
	})
	for headers, want := range map[string]int{"": 400, "Refer-To: <http://example.com/>\n": 416} {
		w.request1("REFER", headers, "")
		if res := w.status("REFER"); res.Status != want {
			t.Errorf("%q: %d, want %d", headers, res.Status, want)
		}
	}
}

// The peer that hangs up instead of waiting gets an answer all the same.
func TestReferAskedThenBye(t *testing.T) {
	w, leg, _ := callIn(t, "udp", offer)
	w.request1("REFER", "Refer-To: <sip:x@y>\n", "")
	next[ReferAsked](t, leg)
	w.request1("BYE", "", "")
	next[Ended](t, leg)
	if res := w.status("REFER"); res.Status != 603 {
		t.Errorf("%d", res.Status)
	}
}

// Attended transfer, both sides ours: a has b and c on the line and joins them; c
// lets b's call take the place of a's.
func TestAttendedTransfer(t *testing.T) {
	atB, atC := newLegs(t), newLegs(t)
	a, b, c := start(t, Config{}, nil), start(t, Config{}, atB.handle), start(t, Config{}, atC.handle)
	up := func(e *Endpoint, in *legs) (*Leg, *Leg) {
		t.Helper()
		out, err := a.Dial(within(t), Dial{Target: uri(e, "udp"), Local: rtp})
		if err != nil {
			t.Fatal(err)
		}
		leg := in.next(t)
		if _, err := leg.Answer(within(t), rtp); err != nil {
			t.Fatal(err)
		}
		next[Answered](t, out)
		return out, leg
	}
	toB, legB := up(b, atB)
	toC, legC := up(c, atC)
	if err := toB.ReferReplaces(within(t), toB, nil); err != ErrState {
		t.Errorf("a leg in its own place: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- toB.ReferReplaces(context.Background(), toC, map[string]string{"X-Name": "Anna"}) }()
	r := next[ReferAsked](t, legB)
	if err := r.Accept(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	join, err := b.Dial(within(t), Dial{Target: r.To, Replaces: r.Replaces, Headers: map[string]string{"X-Name": r.Headers["x-name"]}, Local: rtp})
	if err != nil {
		t.Fatal(err)
	}
	by := next[Replaced](t, legC).By.(*Leg)
	if by.Info().Headers["X-Name"] != "Anna" {
		t.Errorf("%+v", by.Info())
	}
	if _, err := by.Answer(within(t), rtp); err != nil {
		t.Fatal(err)
	}
	next[Answered](t, join)
	if end := next[Ended](t, legC); end.By != Us {
		t.Errorf("%+v", end)
	}
	if end := next[Ended](t, toC); end.By != Them {
		t.Errorf("%+v", end)
	}
	if err := r.Notify(within(t), 200, "OK"); err != nil {
		t.Error(err)
	}
	for p := next[ReferProgress](t, toB); !p.Final; p = next[ReferProgress](t, toB) {
		if p.Code != 100 {
			t.Errorf("%+v", p)
		}
	}
	if !by.is(confirmed) || !join.is(confirmed) {
		t.Error("the new call did not stay")
	}
	for _, l := range []*Leg{toB, join} {
		if err := l.Hangup(within(t), 16, ""); err != nil {
			t.Error(err)
		}
	}
}

// Refer-To carries the other call as its peer sees it.
func TestReferReplacesTags(t *testing.T) {
	t.Parallel()
	inbound := newLegs(t)
	e := start(t, Config{}, inbound.handle)
	join := func() (*caller, *Leg) {
		w := newCaller(t, "udp", e)
		w.request1("INVITE", "", offer)
		leg := inbound.next(t)
		go func() { _, _ = leg.Answer(context.Background(), rtp) }()
		w.join(w.status("INVITE"))
		w.request1("ACK", "", "")
		for !leg.is(confirmed) {
			time.Sleep(time.Millisecond)
		}
		return w, leg
	}
	w, leg := join()
	x, other := join()
	go func() { _ = leg.ReferReplaces(context.Background(), other, nil) }()
	r := w.request("REFER")
	want := "<sip:wire@" + x.conn.LocalAddr().String() + "?Replaces=" + x.callID + "%3Bto-tag%3D" + x.tag + "%3Bfrom-tag%3D" + toTagOf(x) + ">"
	if r.Get("Refer-To") != want {
		t.Errorf("%s\nwant %s", r.Get("Refer-To"), want)
	}
	w.reply(r, 603, "Decline", "", "", "")
}

func toTagOf(c *caller) string {
	_, tag, _ := strings.Cut(c.to, "tag=")
	return tag
}

func TestInviteWithReplaces(t *testing.T) {
	w, leg, e := callIn(t, "udp", offer)
	try := func(value string) int {
		t.Helper()
		c := newCaller(t, "udp", e)
		c.request1("INVITE", "Require: replaces\nReplaces: "+value+"\n", offer)
		res := c.status("INVITE")
		c.to = res.Get("To")
		c.request1("ACK", "", "")
		return res.Status
	}
	mine := w.callID + ";to-tag=" + toTagOf(w) + ";from-tag=" + w.tag
	for value, want := range map[string]int{
		"nonsense":                   400,
		mine + "\nReplaces: " + mine: 400,
		"other;to-tag=" + toTagOf(w) + ";from-tag=" + w.tag: 481,
		w.callID + ";to-tag=" + toTagOf(w) + ";from-tag=x":  481,
		mine + ";early-only": 486,
	} {
		if got := try(value); got != want {
			t.Errorf("%q: %d, want %d", value, got, want)
		}
	}
	if got := try(mine); got != 603 { // nobody takes it
		t.Errorf("not taken: %d", got)
	}
	by := next[Replaced](t, leg).By.(*Leg)
	if end := next[Ended](t, by); end.Code != 603 || !leg.is(confirmed) {
		t.Errorf("%+v", end)
	}
	refused := make(chan int, 1)
	go func() { refused <- try(mine) }()
	if err := next[Replaced](t, leg).By.Reject(within(t), 486, "Busy Here"); err != nil {
		t.Error(err)
	}
	if got := <-refused; got != 486 || !leg.is(confirmed) {
		t.Errorf("rejected by the owner: %d", got)
	}
	go func() { _ = leg.Hangup(context.Background(), 16, "") }()
	bye := w.request("BYE")
	if got := try(mine); got != 603 { // it is about to end
		t.Errorf("ending: %d", got)
	}
	w.reply(bye, 200, "OK", "", "", "")
	next[Ended](t, leg)
	if got := try(mine); got != 481 {
		t.Errorf("over: %d", got)
	}
}

// An outsider cannot take a call, whatever it has overheard; one that only rings
// is not taken at all.
func TestReplacesWho(t *testing.T) {
	inbound := newLegs(t)
	c := withAgents(Registrar{})
	c.Trunks = []Trunk{{Name: "pbx", Match: loopback}}
	e := start(t, c, inbound.handle)
	p := newTelephone(t, "udp", e, "1001")
	p.register("")
	out, err := e.Dial(within(t), Dial{Target: "1001", Local: rtp})
	if err != nil {
		t.Fatal(err)
	}
	inv := p.request("INVITE")
	p.reply(inv, 180, "Ringing", "tt", "", "")
	next0(t, out)
	out.mu.Lock()
	mine := out.dlg.callID + ";to-tag=" + out.dlg.localTag + ";from-tag=tt"
	out.mu.Unlock()
	try := func() int {
		x := newCaller(t, "udp", e)
		x.request1("INVITE", "Replaces: "+mine+"\n", offer)
		return x.status("INVITE").Status
	}
	if got := try(); got != 481 {
		t.Errorf("one that rings: %d", got)
	}
	p.reply(inv, 200, "OK", "tt", "", offer)
	p.request("ACK")
	next[Answered](t, out)
	if got := try(); got != 403 {
		t.Errorf("an outsider: %d", got)
	}
	// a colleague of the agent may
	p.callID, p.target = "call", "sip:parley"
	go func() { _ = next[Replaced](t, out).By.Reject(context.Background(), 486, "Busy Here") }()
	if res := p.ask("INVITE", "Contact: "+p.contact()+"\n", "Replaces: "+mine+"\n", offer); res.Status != 486 {
		t.Errorf("a colleague: %d", res.Status)
	}
	endByWire(t, p.wire, out)
}
