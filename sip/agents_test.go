package sip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/digest"
	"github.com/parley-voice/parley/sip/registrar"
	"github.com/parley-voice/parley/sip/screen"

	"github.com/parley-voice/parley/test/rig"
)

// far is a trunk that no test comes from.
var far = []Trunk{{Name: "far", Match: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}}

var staff = map[string]string{"1001": "secret", "1002": "hush"}

func accounts(user string) (string, bool) { p, ok := staff[user]; return p, ok }

func withAgents(r Registrar) Config {
	r.Accounts = accounts
	return Config{Trunks: far, Registrar: &r}
}

// telephone is an agent's phone played by hand.
type telephone struct {
	*caller
	user, password string
}

func newTelephone(t *testing.T, network string, e *Endpoint, user string) *telephone {
	c := newCaller(t, network, e)
	c.target, c.to = "sip:parley", fmt.Sprintf("<sip:%s@parley>", user)
	return &telephone{c, user, staff[user]}
}

// contact is what the phone says about itself.
func (p *telephone) contact() string {
	u := fmt.Sprintf("<sip:%s@%s", p.user, p.conn.LocalAddr())
	if p.conn.LocalAddr().Network() == "tcp" {
		u += ";transport=tcp"
	}
	return u + ">"
}

// sends a request with these Contact and other lines, and once more with the
// password when it is asked for.
func (p *telephone) ask(method, contact, extra, body string) *screen.Message {
	p.t.Helper()
	send := func(auth string) *screen.Message {
		msg := p.msg(method, auth+extra, body)
		own := fmt.Sprintf("Contact: <sip:wire@%s>\r\n", p.conn.LocalAddr())
		p.send(strings.Replace(msg, own, crlf(contact), 1))
		return p.status(method)
	}
	res := send("")
	if res.Status == 401 {
		ch, err := digest.Choose(res.All("Www-Authenticate"))
		if err != nil {
			ch, err = digest.Choose(res.All("WWW-Authenticate"))
		}
		if err != nil {
			p.t.Fatal(err)
		}
		if method == "INVITE" {
			p.request1("ACK", "", "")
		}
		res = send("Authorization: " + ch.Answer(p.user, p.password, method, p.target, 1, "c") + "\n")
	}
	return res
}

func (p *telephone) register(extra string) *screen.Message {
	p.t.Helper()
	return p.ask("REGISTER", "Contact: "+p.contact()+"\n", extra, "")
}

func TestPhonesRegister(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			e := start(t, withAgents(Registrar{Min: time.Minute}), nil)
			p := newTelephone(t, network, e, "1001")
			res := p.register("Expires: 300\n")
			if res.Status != 200 || !strings.HasPrefix(res.Get("Contact"), p.contact()+";expires=") || res.Get("Date") == "" {
				t.Fatalf("%d %s %v", res.Status, res.Reason, res.Headers)
			}
			list := e.Contacts("1001")
			if len(list) != 1 || list[0].Flow.Network != strings.ToUpper(network) || list[0].Flow.Addr.String() != p.conn.LocalAddr().String() {
				t.Fatalf("%+v", list)
			}
			if left := time.Until(list[0].Until); left > 300*time.Second || left < 290*time.Second {
				t.Errorf("%v left", left)
			}
			if res := p.register("Expires: 30\n"); res.Status != 423 || res.Get("Min-Expires") != "60" {
				t.Errorf("too brief: %d %s", res.Status, res.Get("Min-Expires"))
			}
			if res := p.ask("REGISTER", "Contact: *\n", "Expires: 60\n", ""); res.Status != 400 {
				t.Errorf("Contact: * with time left: %d", res.Status)
			}
			if res := p.ask("REGISTER", "", "", ""); res.Status != 200 || res.Get("Contact") == "" {
				t.Errorf("a query: %d %v", res.Status, res.Headers)
			}
			if res := p.register("Require: path\n"); res.Status != 420 || res.Get("Unsupported") != "path" {
				t.Errorf("Require: path: %d", res.Status)
			}
			if res := p.ask("REGISTER", "Contact: *\n", "Expires: 0\n", ""); res.Status != 200 || res.Get("Contact") != "" || len(e.Registered()) != 0 {
				t.Errorf("Contact: *: %d %v", res.Status, e.Registered())
			}
			// nobody registers for another
			p.to = "<sip:1002@parley>"
			if res := p.register(""); res.Status != 403 {
				t.Errorf("for another: %d", res.Status)
			}
		})
	}
}

// Wrong passwords end in silence, for that account and from there; strangers who
// do anything but REGISTER hear nothing at all.
func TestRegisterGuessing(t *testing.T) {
	e := start(t, withAgents(Registrar{}), nil)
	w := newCaller(t, "udp", e)
	for _, m := range []string{"INVITE", "OPTIONS", "MESSAGE"} {
		w.request1(m, "", "")
		w.silent(50 * time.Millisecond)
	}
	p := newTelephone(t, "udp", e, "1001")
	p.password = "wrong"
	for i := range registrar.UserTries {
		if res := p.register(""); res.Status != 401 {
			t.Fatalf("try %d: %d", i, res.Status)
		}
	}
	p.password = "secret"
	p.request1("REGISTER", "", "")
	ch, _ := digest.Choose(p.status("REGISTER").All("WWW-Authenticate"))
	p.request1("REGISTER", "Authorization: "+ch.Answer("1001", "secret", "REGISTER", p.target, 1, "c")+"\n", "")
	p.silent(100 * time.Millisecond)
	if len(e.Registered()) != 0 || e.Stats().AuthFailures != registrar.UserTries {
		t.Errorf("%v %+v", e.Registered(), e.Stats())
	}
	other := newTelephone(t, "udp", e, "1002")
	if res := other.register(""); res.Status != 200 {
		t.Errorf("the phone beside: %d", res.Status)
	}
	// with no phone left there, the address itself has only so many tries
	other.ask("REGISTER", "Contact: *\n", "Expires: 0\n", "")
	nobody := newTelephone(t, "udp", e, "nobody")
	for range registrar.SourceTries - registrar.UserTries {
		nobody.register("")
	}
	nobody.request1("REGISTER", "", "")
	nobody.silent(100 * time.Millisecond)
}

func TestRegisterNetworks(t *testing.T) {
	e := start(t, withAgents(Registrar{Networks: far[0].Match}), nil)
	w := newCaller(t, "udp", e)
	w.request1("REGISTER", "", "")
	w.silent(100 * time.Millisecond)
	none := start(t, Config{Trunks: far}, nil)
	w = newCaller(t, "udp", none)
	w.request1("REGISTER", "", "")
	w.silent(100 * time.Millisecond)
}

// A registered phone calls in with its password, and is known as its agent,
// whatever From says; the same address is a stranger before and after.
func TestAgentCalls(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			inbound := newLegs(t)
			e := start(t, withAgents(Registrar{}), inbound.handle)
			p := newTelephone(t, network, e, "1001")
			if network == "udp" {
				p.request1("INVITE", "", offer)
				p.silent(50 * time.Millisecond)
			}
			if res := p.register(""); res.Status != 200 {
				t.Fatal(res.Status)
			}
			p.target, p.to, p.callID = "sip:*11@parley", "<sip:*11@parley>", "call"
			done := make(chan *screen.Message, 1)
			go func() {
				done <- p.ask("INVITE", "Contact: "+p.contact()+"\n", agentHeader+": 1002\nx-parley-authenticated-agent: 1002\n", offer)
			}()
			leg := inbound.next(t)
			if i := leg.Info(); i.Agent != "1001" || i.Trunk != "agents" || i.Called != "*11" || len(i.Headers) != 0 {
				t.Errorf("%+v", i)
			}
			go func() { _, _ = leg.Answer(context.Background(), rtp) }()
			res := <-done
			if res.Status != 200 {
				t.Fatal(res.Status)
			}
			p.join(res)
			p.request1("ACK", "", "")
			p.request1("BYE", "", "")
			if res := p.status("BYE"); res.Status != 200 {
				t.Errorf("BYE: %d", res.Status)
			}
		})
	}
}

// Where a trunk's calls come from too, the phone's port tells it apart, and the
// trunk cannot name an agent.
func TestAgentsBesideATrunk(t *testing.T) {
	inbound := newLegs(t)
	c := withAgents(Registrar{})
	c.Trunks = []Trunk{{Name: "pbx", Match: loopback, Trusted: true}}
	e := start(t, c, inbound.handle)
	p := newTelephone(t, "udp", e, "1001")
	p.register("")
	p.target, p.callID = "sip:100@parley", "call"
	done := make(chan *screen.Message, 1)
	go func() { done <- p.ask("INVITE", "Contact: "+p.contact()+"\n", "", offer) }()
	leg := inbound.next(t)
	if i := leg.Info(); i.Agent != "1001" {
		t.Errorf("%+v", i)
	}
	_ = leg.Reject(within(t), 486, "Busy Here")
	if res := <-done; res.Status != 486 {
		t.Error(res.Status)
	}
	w := newCaller(t, "udp", e)
	w.request1("INVITE", agentHeader+": 1001\n", offer)
	if i := inbound.next(t).Info(); i.Agent != "" || i.Trunk != "pbx" || len(i.Headers) != 0 {
		t.Errorf("%+v", i)
	}
}

// Calls to an agent go to the phones by preference, over the flow that they
// registered by, and on to the next when one refuses or is dead.
func TestCallAgent(t *testing.T) {
	e := start(t, withAgents(Registrar{}), nil)
	if _, err := e.Dial(within(t), Dial{Target: "sip:1001@parley", Local: rtp}); !errors.Is(err, ErrUnregistered) {
		t.Fatal(err)
	}
	dead, busy, good := newTelephone(t, "udp", e, "1001"), newTelephone(t, "tcp", e, "1001"), newTelephone(t, "udp", e, "1001")
	for q, p := range map[string]*telephone{"0.9": dead, "0.5": busy, "0.1": good} {
		// behind NAT the Contact leads nowhere
		if res := p.ask("REGISTER", "Contact: <sip:1001@203.0.113."+q[2:]+">;q="+q+"\n", "", ""); res.Status != 200 {
			t.Fatal(res.Status)
		}
	}
	leg, err := e.Dial(within(t), Dial{Target: "sip:1001@parley", Local: rtp, From: "4711"})
	if err != nil {
		t.Fatal(err)
	}
	if leg.Info().Agent != "1001" {
		t.Errorf("%+v", leg.Info())
	}
	first := dead.request("INVITE")
	second := busy.request("INVITE")
	busy.reply(second, 486, "Busy Here", "b", "", "")
	third := good.request("INVITE")
	if first.URI != "sip:1001@203.0.113.9" || second.URI != "sip:1001@203.0.113.5" || third.URI != "sip:1001@203.0.113.1" || first.Get("To") != "<sip:1001@parley>" {
		t.Errorf("%s, %s, %s to %s", first.URI, second.URI, third.URI, first.Get("To"))
	}
	good.reply(third, 200, "OK", "g", "", offer)
	good.request("ACK")
	next[Answered](t, leg)
	// the first rings at last: it must not go on
	dead.reply(first, 180, "Ringing", "d", "", "")
	dead.request("CANCEL")
	// and is picked up before the CANCEL is there
	dead.reply(first, 200, "OK", "d", "", offer)
	dead.request("ACK")
	dead.reply(dead.request("BYE"), 200, "OK", "", "", "")
	if !leg.is(confirmed) {
		t.Error("the answered call went with it")
	}
	endByWire(t, good.wire, leg)
}

// A decline is for everywhere.
func TestAgentDeclines(t *testing.T) {
	e := start(t, withAgents(Registrar{}), nil)
	a, b := newTelephone(t, "udp", e, "1001"), newTelephone(t, "udp", e, "1001")
	a.ask("REGISTER", "Contact: "+a.contact()+";q=0.9\n", "", "")
	b.ask("REGISTER", "Contact: "+b.contact()+";q=0.1\n", "", "")
	leg, err := e.Dial(within(t), Dial{Target: "sip:1001@parley", Local: rtp})
	if err != nil {
		t.Fatal(err)
	}
	a.reply(a.request("INVITE"), 603, "Decline", "a", "", "")
	if end := next[Ended](t, leg); end.Code != 603 {
		t.Errorf("%+v", end)
	}
	b.silent(100 * time.Millisecond)
}

// Phones that do not answer OPTIONS are called last; a connection that is gone
// not at all.
func TestKeepalive(t *testing.T) {
	t.Parallel()
	e := start(t, withAgents(Registrar{Keepalive: 50 * time.Millisecond}), nil)
	up, down, cut := newTelephone(t, "udp", e, "1001"), newTelephone(t, "udp", e, "1001"), newTelephone(t, "tcp", e, "1002")
	up.ask("REGISTER", "Contact: "+up.contact()+";q=0.1\n", "", "")
	down.register("")
	cut.register("")
	_ = cut.conn.Close()
	defer up.answers(404)()
	ordered(t, e, func(list []registrar.Binding) bool { return list[0].Q == 100 && !list[1].Lost.IsZero() })
	if _, err := e.Dial(within(t), Dial{Target: "sip:1002@parley", Local: rtp}); !errors.Is(err, ErrUnregistered) {
		t.Errorf("a call over a closed connection: %v", err)
	}
	defer down.answers(200)()
	ordered(t, e, func(list []registrar.Binding) bool { return list[0].Q == 1000 && list[0].Lost.IsZero() })
}

// ordered waits until the phones of 1001 are as they should.
func ordered(t *testing.T, e *Endpoint, as func([]registrar.Binding) bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !as(e.Contacts("1001")); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", e.Registered())
		}
	}
}

// answers has the phone answer every OPTIONS until it is told to stop.
func (p *telephone) answers(code int) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			default:
			}
			if m := p.read(20 * time.Millisecond); m != nil && m.Method == "OPTIONS" {
				p.reply(m, code, "Whatever", "x", "", "")
			}
		}
	}()
	return func() { close(quit); <-done }
}

func TestRegistrationsSurvive(t *testing.T) {
	before := resting()
	file := BindingsFile(filepath.Join(t.TempDir(), "phones.json"))
	e, stop := startUntil(t, withAgents(Registrar{Bindings: file}), nil)
	p := newTelephone(t, "udp", e, "1001")
	p.register("")
	was := e.Registered()
	stop()
	settled(t, before)
	e, stop = startUntil(t, withAgents(Registrar{Bindings: file}), nil)
	defer stop()
	if is := e.Registered(); len(is) != 1 || is[0].Contact != was[0].Contact || is[0].Flow != was[0].Flow || !is[0].Until.Equal(was[0].Until) {
		t.Errorf("%+v, want %+v", is, was)
	}
	if err := file.Save(nil); err != nil {
		t.Fatal(err)
	}
	if list, err := file.Load(); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
	if files, _ := filepath.Glob(string(file) + "*"); len(files) != 1 {
		t.Errorf("left: %v", files)
	}
}

// sipp is a phone, too: a wrong password, too short a time, a refresh, and Contact: *.
func TestSippRegisters(t *testing.T) {
	for network, flag := range map[string]string{"udp": "u1", "tcp": "t1"} {
		t.Run(network, func(t *testing.T) {
			e := start(t, withAgents(Registrar{}), nil)
			if err := sipp(t, "uac_register.xml", "-t", flag, "-p", rig.FreePort(t), e.Addr(network).String())(); err != nil {
				t.Fatal(err)
			}
			if list := e.Registered(); len(list) != 0 || e.Stats().AuthFailures != 1 {
				t.Errorf("%+v, %d wrong passwords", list, e.Stats().AuthFailures)
			}
		})
	}
}
