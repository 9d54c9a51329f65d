package sip

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/screen"
)

// carrierSide is a trunk's side played by hand: a UDP socket that was there before
// the endpoint.
func carrierSide(t *testing.T, tr Trunk, h handlerFunc) (*wire, *Endpoint, func()) {
	t.Helper()
	p := newPost(t)
	tr.Host = p.LocalAddr().String()
	tr.Name, tr.Username, tr.Password = "carrier", "4930123", "secret"
	e, stop := startUntil(t, Config{Trunks: []Trunk{tr}}, h)
	return p.to(e.Addr("udp")), e, stop
}

const challenge = "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256\n"

func (w *wire) registered(r *screen.Message, expires string) {
	w.t.Helper()
	w.reply(r, 200, "OK", "r", "Contact: <sip:4930123@192.0.2.77>;expires=9, "+r.Get("Contact")+";expires="+expires+"\n", "")
}

// standing waits for a registration to be, or not to be.
func standing(t *testing.T, e *Endpoint, want bool) Registration {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for {
		r := e.Registrations()[0]
		if !r.Until.IsZero() == want && (want || r.Err != "") {
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("registration %+v, want it to stand: %v", r, want)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	inbound := newLegs(t)
	w, e, stop := carrierSide(t, Trunk{Register: time.Minute}, inbound.handle)
	r := w.request("REGISTER")
	host, _, _ := strings.Cut(w.conn.LocalAddr().String(), ":")
	self := "<sip:4930123@" + host + ">"
	contact, _ := screen.ParseAddress(r.Get("Contact"))
	if r.URI != "sip:"+host || r.Get("To") != self || !strings.HasPrefix(r.Get("From"), self+";tag=") || r.Get("Expires") != "60" ||
		contact.URI != "sip:4930123@"+e.Addr("udp").String() {
		t.Errorf("REGISTER %s\n%+v", r.URI, r.Headers)
	}
	w.reply(r, 401, "Unauthorized", "r", challenge, "")
	second := w.request("REGISTER")
	if !strings.Contains(second.Get("Authorization"), `username="4930123"`) || second.Get("Call-ID") != r.Get("Call-ID") || number(strings.Fields(second.Get("CSeq"))[0]) != number(strings.Fields(r.Get("CSeq"))[0])+1 {
		t.Errorf("second REGISTER %+v", second.Headers)
	}
	w.reply(second, 423, "Interval Too Brief", "r", "Min-Expires: 120\n", "")
	third := w.request("REGISTER")
	if third.Get("Expires") != "120" {
		t.Errorf("after 423: Expires %s", third.Get("Expires"))
	}
	w.registered(third, "2") // that of another contact is not ours
	until := standing(t, e, true).Until
	if left := time.Until(until); left > 2*time.Second || left < time.Second {
		t.Errorf("registered for %v, want what stands at our own Contact", left)
	}
	again := w.request("REGISTER")
	if time.Now().After(until) || again.Get("Call-ID") != r.Get("Call-ID") {
		t.Errorf("renewed %v after it ran out, Call-ID %s", time.Since(until), again.Get("Call-ID"))
	}
	w.registered(again, "60")

	// the carrier calls our contact, unasked for a password; To has the number
	c := newCaller(t, "udp", e)
	c.wire = w
	c.target, c.to = contact.URI, "<sip:+4930123456@carrier.example>"
	c.request1("INVITE", "", offer)
	leg := inbound.next(t)
	if i := leg.Info(); i.Called != "+4930123456" || i.Trunk != "carrier" {
		t.Errorf("%+v", i)
	}
	_ = leg.Reject(within(t), 486, "Busy Here")
	w.status("INVITE")

	done := make(chan struct{})
	go func() { defer close(done); inbound.stop(); stop() }()
	gone := w.request("REGISTER")
	if gone.Get("Expires") != "0" {
		t.Errorf("on the way out: Expires %s", gone.Get("Expires"))
	}
	w.reply(gone, 200, "OK", "r", "", "")
	<-done
}

// A carrier that does not know us yet, or no longer, gets the silence of any
// unknown source.
func TestRegistrarIsUnknownUnlessRegistered(t *testing.T) {
	w, e, _ := carrierSide(t, Trunk{Register: time.Minute}, nil)
	w.reply(w.request("REGISTER"), 403, "Forbidden", "r", "", "")
	standing(t, e, false)
	now := time.Now()
	a, tr := netip.MustParseAddr("192.0.2.1"), e.gate.trunks.byName["carrier"]
	e.homes.open(a, welcome{tr, now.Add(time.Minute)})
	if e.gate.listed(now, a) != tr || e.gate.listed(now.Add(2*time.Minute), a) != nil || e.gate.listed(now, netip.MustParseAddr("192.0.2.2")) != nil {
		t.Error("an address is welcome for as long as the registration lasts, and no other")
	}
	if got := e.gate.listed(now, netip.MustParseAddr("127.0.0.1")); got != nil {
		t.Errorf("a registrar that refused us may call: %s", got.Name)
	}
}

func TestRegisterWithAWrongPassword(t *testing.T) {
	w, e, _ := carrierSide(t, Trunk{Register: time.Minute}, nil)
	w.reply(w.request("REGISTER"), 401, "Unauthorized", "r", challenge, "")
	w.reply(w.request("REGISTER"), 401, "Unauthorized", "r", challenge, "")
	if r := standing(t, e, false); !strings.Contains(r.Err, "401") {
		t.Errorf("%+v", r)
	}
	w.silent(200 * time.Millisecond) // a locked account is worse than a late one
}

func TestRegisterPlan(t *testing.T) {
	ok := func(s int) registered { return registered{code: 200, granted: time.Duration(s) * time.Second} }
	bad := func(code int) registered { return registered{code: code, why: "no"} }
	hour := time.Hour
	for name, c := range map[string]struct {
		expires time.Duration
		answers []registered
		want    []time.Duration // with chance 1
	}{
		"well":                {hour, []registered{ok(3600), ok(120), ok(0)}, []time.Duration{45 * time.Minute, 90 * time.Second, 45 * time.Minute}},
		"granted next to nil": {hour, []registered{ok(1)}, []time.Duration{time.Second}},
		"no answer":           {hour, []registered{bad(0), bad(0), bad(503), ok(3600), bad(0)}, []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 45 * time.Minute, 30 * time.Second}},
		"long dead":           {hour, []registered{bad(0), bad(0), bad(0), bad(0), bad(0), bad(0), bad(0), bad(0)}, []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, lastRetry, lastRetry, lastRetry}},
		"short one":           {time.Minute, []registered{bad(0), bad(0)}, []time.Duration{7500 * time.Millisecond, 15 * time.Second}},
		"denied":              {hour, []registered{bad(403)}, []time.Duration{deniedRetry}},
		"retry after":         {hour, []registered{{code: 503, why: "no", later: 90 * time.Second}, {code: 503, why: "no", later: 48 * hour}}, []time.Duration{90 * time.Second, longestLater}},
		"too brief":           {hour, []registered{{code: 423, why: "no", least: 2 * hour}, {code: 423, why: "no", least: hour}, ok(0)}, []time.Duration{0, 30 * time.Second, 90 * time.Minute}},
		"too brief for ever": {time.Minute, []registered{
			{code: 423, why: "no", least: 2 * time.Minute}, {code: 423, why: "no", least: 3 * time.Minute}, {code: 423, why: "no", least: 4 * time.Minute},
			{code: 423, why: "no", least: 5 * time.Minute},
		}, []time.Duration{0, 0, 0, 30 * time.Second}},
		"overlong 423": {hour, []registered{{code: 423, why: "no", least: 1000 * hour}}, []time.Duration{30 * time.Second}},
	} {
		p := registerPlan{expires: c.expires}
		for i, a := range c.answers {
			if got := p.next(a, 1); got != c.want[i] {
				t.Errorf("%s: answer %d: next in %v, want %v", name, i+1, got, c.want[i])
			}
			if half := (&registerPlan{expires: hour}).next(bad(0), 0.5); half != 15*time.Second {
				t.Fatalf("chance 0.5 waits %v", half)
			}
		}
	}
}
