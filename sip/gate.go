package sip

import (
	"net/netip"
	"time"

	"golang.org/x/time/rate"

	"github.com/parley-voice/parley/sip/digest"
	"github.com/parley-voice/parley/sip/registrar"
	"github.com/parley-voice/parley/sip/screen"
)

// methods are those with a handler; the order is that of our Allow header.
var methods = []string{"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "REFER", "NOTIFY", "UPDATE"}

var rules = screen.Rules{Allow: methods, Supported: []string{"timer", "replaces"}}

// gate stands between the sockets and sipgo. What it lets through is canonical,
// comes from a known peer and needs state; all else it drops or answers itself.
type gate struct {
	trunks *trunks
	homes  *homes
	agents *agents // nil without a registrar
	peers  *peers
	recent *recent
	tags   screen.Tags
	count  *counters
	crowd  *rate.Limiter // challenges to sources nobody knows
	full   func() bool   // no more calls: draining, or too many legs
	banner screen.Header // Server
}

// verdict: at most one of pass and reply is set.
type verdict struct {
	pass  []byte
	reply []byte
	to    netip.AddrPort // of reply, on a datagram socket
}

// listed finds the trunk whose calls come from a: by its prefixes, or because we
// are registered there.
func (g *gate) listed(now time.Time, a netip.Addr) *trunk {
	if tr := g.trunks.bySource(a); tr != nil {
		return tr
	}
	return g.homes.find(now, a)
}

// challengeable: only these start something that is worth a challenge.
func challengeable(m *screen.Message, s screen.Summary) bool {
	return s.To.Tag() == "" && m.Method != "ACK" && m.Method != "CANCEL"
}

// message decides about one message that came by a flow.
func (g *gate) message(now time.Time, from registrar.Flow, data []byte) verdict {
	if g.agents != nil && registering(data) {
		return g.register(now, from, data)
	}
	src := from.Addr
	tr, listed, phone := g.sender(now, from)
	known := tr != nil
	if !known && g.trunks.digest == nil {
		g.count.unknown.Add(1)
		return verdict{}
	}
	if known && !tr.packets.AllowN(now, 1) {
		g.count.limited.Add(1)
		return verdict{}
	}
	m, fault := screen.Read(data)
	if m == nil {
		g.count.malformed.Add(1)
		return verdict{}
	}
	if g.agents != nil {
		m.Delete(agentHeader) // that one is ours to set
	}
	s, f := m.Check()
	if fault == nil {
		fault = f
	}
	if phone && fault == nil && m.IsRequest() && challengeable(m, s) {
		return g.fromPhone(now, src, m, s)
	}
	// an address that we called, or that someone called from with a password,
	// may speak within its legs; a new call takes a password again
	if !known || !listed && m.IsRequest() && challengeable(m, s) {
		return g.stranger(now, src, m, s, fault)
	}
	if !m.IsRequest() {
		// a response that went through others was not meant for us (RFC 3261 §8.1.3.3)
		if fault != nil || len(s.Vias) != 1 {
			g.count.malformed.Add(1)
			return verdict{}
		}
		return verdict{pass: m.Canonical(s, src, tr.NAT, "")}
	}
	if fault != nil {
		g.count.malformed.Add(1)
		return g.answer(m, s, rules.Refine(m, fault), src, tr.NAT)
	}
	if fault = rules.Admit(m); fault != nil {
		return g.answer(m, s, fault, src, tr.NAT)
	}
	if tr.auth != nil && challengeable(m, s) {
		if fault = g.challenge(now, src, tr.auth, m, s, tr.knows); fault != nil {
			return g.answer(m, s, fault, src, tr.NAT)
		}
	}
	return g.known(now, src, tr, m, s)
}

// sender finds whose messages come by a flow: nobody's, a trunk's, a peer's, those
// of an agent's phone.
func (g *gate) sender(now time.Time, from registrar.Flow) (tr *trunk, listed, phone bool) {
	a := from.Addr.Addr()
	tr = g.listed(now, a)
	listed = tr != nil
	if !listed {
		tr = g.peers.find(now, a)
	}
	if phone = g.phone(now, from, listed); tr == nil && phone {
		tr = g.agents.trunk
	}
	return tr, listed, phone
}

// phone tells whether calls by this flow are those of a registered agent. Where a
// trunk's calls come from, or those of whoever knows a trunk's password, only the
// phone's own port tells them apart.
func (g *gate) phone(now time.Time, from registrar.Flow, listed bool) bool {
	if listed || g.trunks.digest != nil {
		return g.agents.flow(now, from)
	}
	return g.agents.source(now, from.Addr.Addr())
}

func (t *trunk) knows(user string) (string, bool) { return t.Password, user == t.Username }

// known handles a sound request of a peer.
func (g *gate) known(now time.Time, src netip.AddrPort, tr *trunk, m *screen.Message, s screen.Summary) verdict {
	if s.To.Tag() == "" {
		switch m.Method {
		case "OPTIONS":
			return g.answer(m, s, g.options(), src, tr.NAT)
		case "INVITE":
			if f, drop := g.newCall(now, tr, s); drop {
				return verdict{}
			} else if f != nil {
				return g.answer(m, s, f, src, tr.NAT)
			}
		}
	}
	return verdict{pass: m.Canonical(s, src, tr.NAT, g.tags.Local(s))}
}

// newCall decides whether an initial INVITE may go on.
func (g *gate) newCall(now time.Time, tr *trunk, s screen.Summary) (f *screen.Fault, drop bool) {
	switch g.recent.look(s) {
	case again:
		return nil, false
	case stale:
		return nil, true
	case merged:
		return &screen.Fault{Code: 482, Reason: "Loop Detected"}, false
	}
	if g.full() {
		return busy(), false
	}
	if !tr.calls.AllowN(now, 1) {
		g.count.limited.Add(1)
		return busy(), false
	}
	g.recent.note(now, s)
	return nil, false
}

func busy() *screen.Fault {
	return &screen.Fault{Code: 503, Reason: "Service Unavailable", Extra: []screen.Header{{Name: "Retry-After", Value: "10"}}}
}

// options answers a ping as it would an INVITE (RFC 3261 §11.2).
func (g *gate) options() *screen.Fault {
	if g.full() {
		return busy()
	}
	return &screen.Fault{Code: 200, Reason: "OK", Extra: capabilities()}
}

// stranger handles a source that nobody knows, on an endpoint that has trunks
// known by their password only. It hears nothing but challenges, and only so
// many; sound credentials make it a peer.
func (g *gate) stranger(now time.Time, src netip.AddrPort, m *screen.Message, s screen.Summary, fault *screen.Fault) verdict {
	if g.trunks.digest == nil || !m.IsRequest() || fault != nil || m.Method != "INVITE" && m.Method != "OPTIONS" || s.To.Tag() != "" || rules.Admit(m) != nil {
		g.count.unknown.Add(1)
		return verdict{}
	}
	var tr *trunk
	fault = g.challenge(now, src, g.trunks.digest, m, s, func(user string) (string, bool) {
		if tr = g.trunks.users[user]; tr == nil {
			return "", false
		}
		return tr.Password, true
	})
	if fault != nil {
		if !g.crowd.AllowN(now, 1) {
			g.count.unknown.Add(1)
			return verdict{}
		}
		return g.answer(m, s, fault, src, true)
	}
	if !g.peers.admit(now, src.Addr(), tr, now.Add(time.Hour), 0) {
		return g.answer(m, s, busy(), src, true)
	}
	return g.known(now, src, tr, m, s)
}

// challenge is nil when the credentials are good.
func (g *gate) challenge(now time.Time, src netip.AddrPort, auth *digest.Server, m *screen.Message, s screen.Summary, password func(string) (string, bool)) *screen.Fault {
	verdict, _ := auth.Check(now, src.Addr(), m.Method, m.All("Authorization"), s.Vias[0].Branch()+s.SeqMethod, password)
	switch verdict {
	case digest.OK:
		return nil
	case digest.Denied:
		g.count.authFailures.Add(1)
	}
	return unauthorized(now, src.Addr(), auth, verdict == digest.Stale)
}

// unauthorized is a fresh challenge.
func unauthorized(now time.Time, src netip.Addr, auth *digest.Server, stale bool) *screen.Fault {
	f := &screen.Fault{Code: 401, Reason: "Unauthorized"}
	for _, c := range auth.Challenge(now, src, stale) {
		f.Extra = append(f.Extra, screen.Header{Name: "WWW-Authenticate", Value: c})
	}
	return f
}

func (g *gate) answer(m *screen.Message, s screen.Summary, f *screen.Fault, src netip.AddrPort, nat bool) verdict {
	if g.banner.Value != "" {
		f.Extra = append(f.Extra, g.banner)
	}
	data, to, ok := m.Reply(s, f, src, nat, g.tags.Local(s))
	if !ok {
		return verdict{}
	}
	g.count.reject(f.Code)
	return verdict{reply: data, to: to}
}
