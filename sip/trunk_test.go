package sip

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip/digest"
)

func TestDigestTrunk(t *testing.T) {
	for _, network := range networks {
		for _, matched := range []bool{false, true} {
			name := network + " any source"
			tr := Trunk{Name: "phone", Username: "alice", Password: "wonder"}
			if matched {
				name = network + " known source"
				tr.Match, tr.Challenge = loopback, true
			}
			t.Run(name, func(t *testing.T) {
				inbound := newLegs(t)
				e := start(t, Config{Trunks: []Trunk{tr}}, inbound.handle)
				w := newCaller(t, network, e)
				w.request1("INVITE", "", offer)
				res := w.status("INVITE")
				if res.Status != 401 || len(res.All("WWW-Authenticate")) != 2 {
					t.Fatalf("%d %v", res.Status, res.All("WWW-Authenticate"))
				}
				w.request1("ACK", "", "")
				sign := func(password string) string {
					ch, err := digest.Choose(res.All("WWW-Authenticate"))
					if err != nil {
						t.Fatal(err)
					}
					return "Authorization: " + ch.Answer("alice", password, "INVITE", w.target, 1, "c") + "\n"
				}
				w.request1("INVITE", sign("wrong"), offer)
				if res := w.status("INVITE"); res.Status != 401 {
					t.Errorf("wrong password: %d", res.Status)
				}
				signed := sign("wonder")
				invite := w.msg("INVITE", signed, offer)
				w.send(invite)
				leg := inbound.next(t)
				if leg.Info().Trunk != "phone" {
					t.Errorf("trunk %q", leg.Info().Trunk)
				}
				if network == "udp" {
					w.send(invite) // a retransmission is no replay
				}
				go func() { _, _ = leg.Answer(context.Background(), rtp) }()
				ok := w.status("INVITE")
				if ok.Status != 200 {
					t.Fatalf("right password: %d", ok.Status)
				}
				w.join(ok)
				w.request1("ACK", "", "")
				other := newCaller(t, network, e)
				other.request1("INVITE", signed, offer)
				if res := other.status("INVITE"); res.Status != 401 {
					t.Errorf("replay: %d", res.Status)
				}
				w.request1("BYE", "", "")
				if res := w.status("BYE"); res.Status != 200 {
					t.Errorf("BYE: %d", res.Status)
				}
				next[Ended](t, leg)
				if s := e.Stats(); s.AuthFailures != 1 || s.Invites != 1 {
					t.Errorf("stats %+v", s)
				}
			})
		}
	}
}

// Two of our own endpoints: client and server side of digest meet.
func TestDigestBetweenEndpoints(t *testing.T) {
	b := start(t, Config{Trunks: []Trunk{{Name: "a", Match: loopback, Challenge: true, Username: "a", Password: "pw"}}}, nil)
	for password, code := range map[string]int{"pw": 200, "no": 401} {
		a := start(t, Config{Trunks: []Trunk{{Name: "b", Host: b.Addr("udp").String(), Username: "a", Password: password}}}, nil)
		out, err := a.Dial(within(t), Dial{Trunk: "b", Target: "100", Local: rtp})
		if err != nil {
			t.Fatal(err)
		}
		if code == 200 {
			next[Answered](t, out)
			if err := out.Hangup(within(t), 16, ""); err != nil {
				t.Error(err)
			}
		} else if end := next[Ended](t, out); end.Code != code {
			t.Errorf("%+v", end)
		}
		if rtt, err := a.Options(within(t), "b"); err != nil || rtt <= 0 {
			t.Errorf("Options: %v %v", rtt, err)
		}
	}
}

// One trunk floods, another goes on (with a rate of its own).
func TestRateLimit(t *testing.T) {
	t.Parallel()
	e := start(t, Config{Trunks: []Trunk{
		{Name: "loud", Match: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Rate: 5, NAT: true},
	}}, nil)
	codes := map[int]int{}
	for range 20 {
		w := newCaller(t, "udp", e)
		w.request1("INVITE", "", offer)
		res := w.status("INVITE")
		codes[res.Status]++
		if res.Status == 503 && res.Get("Retry-After") == "" {
			t.Error("503 without Retry-After")
		}
		if res.Status == 200 {
			w.join(res)
			w.request1("ACK", "", "")
		}
	}
	if codes[200] < 5 || codes[200] > 10 || codes[503] != 20-codes[200] {
		t.Errorf("answers %v", codes)
	}
	if s := e.Stats(); s.Limited != uint64(codes[503]) || s.Rejected[503] != uint64(codes[503]) {
		t.Errorf("stats %+v", s)
	}
}

func TestDrain(t *testing.T) {
	e := start(t, Config{}, nil)
	up := newCaller(t, "udp", e)
	up.call(offer)
	e.Drain(true)
	w := newCaller(t, "udp", e)
	for _, m := range []string{"INVITE", "OPTIONS"} {
		w.request1(m, "", "")
		if res := w.status(m); res.Status != 503 || res.Get("Retry-After") == "" {
			t.Errorf("%s while draining: %d", m, res.Status)
		}
	}
	up.request1("BYE", "", "")
	if res := up.status("BYE"); res.Status != 200 {
		t.Errorf("BYE while draining: %d", res.Status)
	}
	e.Drain(false)
	w.request1("OPTIONS", "", "")
	if res := w.status("OPTIONS"); res.Status != 200 || !strings.Contains(res.Get("Allow"), "REFER") {
		t.Errorf("OPTIONS after draining: %d", res.Status)
	}
}

// The same INVITE by two paths is refused once (RFC 3261 §8.2.2.2).
func TestMerged(t *testing.T) {
	t.Parallel()
	e := start(t, Config{}, nil)
	w := newCaller(t, "udp", e)
	invite := w.msg("INVITE", "", offer)
	w.send(invite)
	w.join(w.status("INVITE"))
	w.send(strings.Replace(invite, w.branch, "z9hG4bKother", 1))
	for {
		res := w.status("INVITE")
		if strings.Contains(res.Get("Via"), "z9hG4bKother") {
			if res.Status != 482 {
				t.Errorf("second path: %d", res.Status)
			}
			break
		}
	}
	w.request1("ACK", "", "")
}

// What only the network may say is read from a trusted trunk alone.
func TestTrust(t *testing.T) {
	said := "P-Asserted-Identity: \"Real\" <sip:+49301@carrier>, <tel:+49301>\nX-Queue: gold\nUser-to-User: 00ab;encoding=hex\n" +
		"Diversion: <sip:office@x>;reason=no-answer, <sip:mobile@x>\nPrivacy: id\nUser-Agent: wire\n"
	for _, trusted := range []bool{true, false} {
		inbound := newLegs(t)
		e := start(t, Config{Trunks: []Trunk{{Name: "p", Match: loopback, Trusted: trusted, NAT: true}}}, inbound.handle)
		w := newCaller(t, "udp", e)
		w.request1("INVITE", said, offer)
		leg := inbound.next(t)
		i := leg.Info()
		if trusted && (i.Caller != "+49301" || i.Name != "Real" || i.Headers["X-Queue"] != "gold" || i.UserUser == "" ||
			strings.Join(i.Diverted, " ") != "office mobile") {
			t.Errorf("trusted: %+v", i)
		}
		if !trusted && (i.Caller != "wire" || i.Name != "" || i.Headers != nil || i.UserUser != "" || i.Diverted != nil) {
			t.Errorf("not trusted: %+v", i)
		}
		if !i.Withheld || i.MaxForwards != 70 || i.UserAgent != "wire" {
			t.Errorf("%+v", i)
		}
		_ = leg.Reject(within(t), 403, "Forbidden")
		w.status("INVITE")
	}
}

func TestHistoryInfo(t *testing.T) {
	inbound := newLegs(t)
	e := start(t, Config{}, inbound.handle)
	w := newCaller(t, "udp", e)
	w.request1("INVITE", "History-Info: <sip:first@x>;index=1\nHistory-Info: <sip:second@x?Reason=SIP%3Bcause%3D302>;index=1.1, <sip:100@x>;index=1.2\n", offer)
	leg := inbound.next(t)
	if got := strings.Join(leg.Info().Diverted, " "); got != "second first" {
		t.Errorf("diverted by %q", got)
	}
	_ = leg.Reject(within(t), 403, "Forbidden")
}

func TestConfigErrors(t *testing.T) {
	busy := start(t, Config{}, nil)
	for want, c := range map[string]Config{
		"nothing to listen on":   {},
		"another program has it": {Listen: []Listen{{"udp", busy.Addr("udp").String()}}},
		"tcp://":                 {Listen: []Listen{{"tcp", busy.Addr("tcp").String()}}},
		"want ip:port":           {Listen: []Listen{{"udp", "localhost"}}},
		"does not have":          {Listen: []Listen{{"udp", "192.0.2.1:0"}}},
		"has no name":            {Listen: []Listen{{"udp", "127.0.0.1:0"}}, Trunks: []Trunk{{}}},
		"is there twice":         {Listen: []Listen{{"udp", "127.0.0.1:0"}}, Trunks: []Trunk{{Name: "a", Host: "x"}, {Name: "a", Host: "y"}}},
		"use udp or tcp":         {Listen: []Listen{{"udp", "127.0.0.1:0"}}, Trunks: []Trunk{{Name: "a", Host: "x", Transport: "sctp"}}},
		"give match, host":       {Listen: []Listen{{"udp", "127.0.0.1:0"}}, Trunks: []Trunk{{Name: "a"}}},
		"password are needed":    {Listen: []Listen{{"udp", "127.0.0.1:0"}}, Trunks: []Trunk{{Name: "a", Username: "u"}}},
		"same username":          {Listen: []Listen{{"udp", "127.0.0.1:0"}}, Trunks: []Trunk{{Name: "a", Username: "u", Password: "p"}, {Name: "b", Username: "u", Password: "q"}}},
	} {
		e, err := New(c, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if e != nil {
			t.Errorf("%s: an endpoint all the same", want)
		}
	}
}

func TestDialErrors(t *testing.T) {
	e := start(t, Config{Trunks: []Trunk{{Name: "in", Match: loopback}}}, nil)
	for want, d := range map[string]Dial{
		"no trunk is called":     {Trunk: "x", Target: "1"},
		"has no host":            {Trunk: "in", Target: "1"},
		"without a trunk":        {Target: "100"},
		"want sip:user":          {Target: "mailto:x@y"},
		"only X-*":               {Target: "sip:a@127.0.0.1", Headers: map[string]string{"Route": "x"}},
		"483":                    {Target: "sip:a@127.0.0.1", MaxForwards: -1},
		"invalid.invalid":        {Target: "sip:a@invalid.invalid"},
		"connection refused":     {Target: "sip:a@127.0.0.1:1;transport=tcp"},
		"no UDP socket to reach": {Target: "sip:a@[2001:db8::1]"},
	} {
		d.Local = rtp
		if _, err := e.Dial(within(t), d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := e.Dial(within(t), Dial{Target: "sip:a@127.0.0.1"}); err == nil {
		t.Error("Dial without Local")
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	e := start(t, Config{}, nil)
	w, leg := dialWire(t, e, Dial{Timeout: 300 * time.Millisecond})
	inv := w.request("INVITE")
	w.reply(inv, 180, "Ringing", "a", "", "")
	w.reply(w.request("CANCEL"), 200, "OK", "a", "", "")
	w.reply(inv, 487, "Request Terminated", "a", "", "")
	w.request("ACK")
	if end := next[Ended](t, leg); end.By != Us || end.Code != 408 {
		t.Errorf("ended %+v", end)
	}
	// a peer that ignores the CANCEL too
	w, leg = dialWire(t, e, Dial{Timeout: 100 * time.Millisecond})
	w.reply(w.request("INVITE"), 180, "Ringing", "a", "", "")
	w.request("CANCEL")
	if end := next[Ended](t, leg); end.Code != 408 {
		t.Errorf("ended %+v", end)
	}
}

func TestPanic(t *testing.T) {
	c := Config{Listen: []Listen{{"udp", "127.0.0.1:0"}}, Trunks: []Trunk{{Name: "p", Match: loopback, NAT: true}}}
	e, err := New(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = e.Serve(ctx, handlerFunc(func(_ context.Context, l *Leg) {
			if l.Info().Called == "100" {
				panic("boom")
			}
			_, _ = l.Answer(ctx, rtp)
		}))
	}()
	<-e.up
	w := newCaller(t, "udp", e)
	w.request1("INVITE", "", offer)
	if res := w.status("INVITE"); res.Status != 500 {
		t.Errorf("%d", res.Status)
	}
	if n := e.Stats().Panics; n != 1 {
		t.Errorf("%d panics counted", n)
	}
	w = newCaller(t, "udp", e)
	w.target = strings.Replace(w.target, "100@", "200@", 1)
	w.call(offer) // others go on; and the handler returning hangs up
	w.reply(w.request("BYE"), 200, "OK", "", "", "")
	cancel()
	<-done
}

var _ = media.PCMA
