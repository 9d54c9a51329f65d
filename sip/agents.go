package sip

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/parley-voice/parley/sip/digest"
	"github.com/parley-voice/parley/sip/registrar"
	"github.com/parley-voice/parley/sip/screen"
)

// Registrar lets agents' telephones register here (RFC 3261 §10), be called at
// sip:USER@Realm, and call in as that agent.
type Registrar struct {
	Realm     string         // of the challenges, and the host of agents' addresses; "parley" when empty
	Min, Max  time.Duration  // of a registration; 0 means 1 min and 1 h
	Networks  []netip.Prefix // where phones may be; empty: anywhere
	Digest    []string       // algorithms offered, SHA-256 and MD5; MD5 when empty: many phones give up on one they do not know
	Keepalive time.Duration  // between OPTIONS to a phone; 0 means 30 s, less than 0 none

	// Accounts finds an agent's password. It is asked for every request, and must
	// not block.
	Accounts func(user string) (password string, ok bool)
	Bindings Bindings // keeps the registrations over a restart; nil: nothing does
}

// Bindings keeps registrations. Both methods may block.
type Bindings interface {
	Load() ([]registrar.Binding, error)
	Save([]registrar.Binding) error
}

// agentsTrunk is the name of the trunk that agents' calls come and go by.
const agentsTrunk = "agents"

// agentHeader tells the code behind the gate whose password a call showed. The
// gate takes it out of whatever comes from outside.
const agentHeader = "X-Parley-Authenticated-Agent"

// agents is the registrar at work. A nil one knows nobody.
type agents struct {
	cfg    Registrar
	trunk  *trunk
	auth   *digest.Server
	crowd  *rate.Limiter // REGISTERs of addresses without a phone
	seed   maphash.Seed
	change chan struct{} // something is to be saved

	mu    sync.Mutex
	each  [256]*rate.Limiter // by hash of the address
	table *registrar.Table
	guard *registrar.Guard
}

func newAgents(c *Registrar, known *trunks, secret []byte) (*agents, error) {
	if c == nil {
		return nil, nil
	}
	if c.Accounts == nil {
		return nil, errors.New("sip: a registrar needs Accounts")
	}
	if known.byName[agentsTrunk] != nil {
		return nil, fmt.Errorf("sip: a trunk cannot be called %q: agents' phones are", agentsTrunk)
	}
	cfg := *c
	cfg.Realm, cfg.Keepalive = cmp.Or(cfg.Realm, "parley"), cmp.Or(cfg.Keepalive, 30*time.Second)
	if len(cfg.Digest) == 0 {
		cfg.Digest = []string{"MD5"}
	}
	tr, err := newTrunk(Trunk{Name: agentsTrunk, Host: cfg.Realm, NAT: true})
	if err != nil {
		return nil, err
	}
	tr.Host = ""
	a := &agents{
		cfg: cfg, trunk: tr, auth: digest.NewServer(cfg.Realm, secret, cfg.Digest...), crowd: rate.NewLimiter(200, 400), seed: maphash.MakeSeed(),
		change: make(chan struct{}, 1), guard: registrar.NewGuard(),
		table: registrar.NewTable(registrar.Limits{Min: cfg.Min, Max: cfg.Max}),
	}
	for i := range a.each {
		a.each[i] = rate.NewLimiter(50, 200)
	}
	if cfg.Bindings != nil {
		list, err := cfg.Bindings.Load()
		if err != nil {
			return nil, fmt.Errorf("sip: registrations of before: %w", err)
		}
		a.table.Restore(time.Now(), slices.DeleteFunc(list, func(b registrar.Binding) bool {
			_, ok := cfg.Accounts(b.User)
			return !ok
		}))
	}
	return a, nil
}

// Registered lists the contacts of every agent's phones.
func (e *Endpoint) Registered() []registrar.Binding {
	a := e.gate.agents
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.table.Snapshot(time.Now())
}

// Contacts lists the contacts of one agent, the first to be called first.
func (e *Endpoint) Contacts(user string) []registrar.Binding {
	a := e.gate.agents
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.table.Contacts(time.Now(), user)
}

// allows tells whether phones may be at this address.
func (a *agents) allows(from netip.Addr) bool {
	return a != nil && (len(a.cfg.Networks) == 0 || slices.ContainsFunc(a.cfg.Networks, func(p netip.Prefix) bool { return p.Contains(from) }))
}

// source tells whether a registered phone is at this address.
func (a *agents) source(now time.Time, from netip.Addr) bool {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.table.KnowsSource(now, from.Unmap())
}

// flow tells whether a phone has registered from this very address and port.
func (a *agents) flow(now time.Time, f registrar.Flow) bool {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.table.Knows(now, f)
}

// registering tells a REGISTER before anything is parsed.
func registering(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, "\r\n"), []byte("REGISTER "))
}

var registerRules = screen.Rules{Allow: append([]string{"REGISTER"}, methods...), Supported: rules.Supported}

// register answers a REGISTER. Nothing of it goes further than the gate: a flood
// of them costs no transaction and no memory.
func (g *gate) register(now time.Time, from registrar.Flow, data []byte) verdict {
	a, src := g.agents, from.Addr
	a.mu.Lock()
	known := a.table.KnowsSource(now, src.Addr())
	hush := !known && a.guard.SilentSource(now, src.Addr())
	a.mu.Unlock()
	if hush || !a.allows(src.Addr()) {
		g.count.unknown.Add(1)
		return verdict{}
	}
	if !a.each[maphash.Comparable(a.seed, src.Addr())%uint64(len(a.each))].AllowN(now, 1) || !known && !a.crowd.AllowN(now, 1) {
		g.count.limited.Add(1)
		return verdict{}
	}
	m, fault := screen.Read(data)
	if m == nil {
		g.count.malformed.Add(1)
		return verdict{}
	}
	s, f := m.Check()
	if fault == nil {
		fault = f
	}
	if fault == nil {
		fault = registerRules.Admit(m)
	}
	if fault != nil {
		g.count.malformed.Add(1)
		if !known {
			return verdict{}
		}
		return g.answer(m, s, fault, src, true)
	}
	if fault = g.binding(now, from, m, s); fault == nil {
		g.count.unknown.Add(1)
		return verdict{}
	}
	return g.answer(m, s, fault, src, true)
}

// binding is the answer to a sound REGISTER; nil is silence.
func (g *gate) binding(now time.Time, from registrar.Flow, m *screen.Message, s screen.Summary) *screen.Fault {
	a := g.agents
	who, fault, hush := a.authenticate(now, from.Addr.Addr(), m, s, g)
	if hush || fault != nil {
		return fault
	}
	r, fault := registrar.Read(m, s)
	if fault != nil {
		return fault
	}
	if r.User = user(s.To.URI); r.User != who { // nobody registers for another
		return &screen.Fault{Code: 403, Reason: "Forbidden"}
	}
	r.Flow = reachedBy(from, s, r)
	a.mu.Lock()
	out := a.table.Register(now, r)
	a.mu.Unlock()
	if out.Changed {
		a.changed()
	}
	return &screen.Fault{Code: out.Code, Reason: out.Reason, Extra: out.Headers(now)}
}

// reachedBy is the flow to call a phone over: the one that its REGISTER came by.
// One on our side of any NAT that does not ask for answers to its port (RFC 3581)
// may send from another port than it listens on.
func reachedBy(from registrar.Flow, s screen.Summary, r registrar.Request) registrar.Flow {
	if from.Network != "UDP" || len(r.Contacts) == 0 {
		return from
	}
	if _, symmetric := s.Vias[0].Params.Get("rport"); symmetric {
		return from
	}
	u, _ := screen.ParseURI(r.Contacts[0].URI)
	if host, err := netip.ParseAddr(u.Host); err == nil && host.Unmap() == from.Addr.Addr() {
		from.Addr = netip.AddrPortFrom(from.Addr.Addr(), uint16(cmp.Or(u.Port, 5060)))
	}
	return from
}

// authenticate asks for a password and checks it. It is silent where too many
// were wrong.
func (a *agents) authenticate(now time.Time, src netip.Addr, m *screen.Message, s screen.Summary, g *gate) (who string, fault *screen.Fault, hush bool) {
	verdict, who := a.auth.Check(now, src, m.Method, m.All("Authorization"), s.Vias[0].Branch()+s.SeqMethod, a.cfg.Accounts)
	_, exists := a.cfg.Accounts(who)
	a.mu.Lock()
	hush = exists && a.guard.SilentUser(now, src, who)
	switch {
	case hush:
	case verdict == digest.OK:
		a.guard.Passed(src, who)
	case verdict == digest.Denied && exists:
		a.guard.Failed(now, src, who)
	case verdict == digest.Denied:
		a.guard.Failed(now, src, "")
	}
	a.mu.Unlock()
	switch {
	case hush:
		return who, nil, true
	case verdict == digest.OK:
		return who, nil, false
	case verdict == digest.Denied:
		g.count.authFailures.Add(1)
	}
	return who, unauthorized(now, src, a.auth, verdict == digest.Stale), false
}

// fromPhone decides about a request outside any leg that comes from where a
// phone has registered: calls take the agent's password.
func (g *gate) fromPhone(now time.Time, src netip.AddrPort, m *screen.Message, s screen.Summary) verdict {
	a := g.agents
	if f := rules.Admit(m); f != nil {
		return g.answer(m, s, f, src, true)
	}
	if m.Method == "INVITE" {
		who, fault, hush := a.authenticate(now, src.Addr(), m, s, g)
		if hush {
			g.count.unknown.Add(1)
			return verdict{}
		}
		if fault != nil {
			return g.answer(m, s, fault, src, true)
		}
		m.Set(agentHeader, who)
	}
	return g.known(now, src, a.trunk, m, s)
}
