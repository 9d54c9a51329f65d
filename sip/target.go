package sip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// ErrUnregistered means that no phone of an agent is registered, or that there is
// no way to any.
var ErrUnregistered = errors.New("sip: the agent has no registered phone")

// target is a place that a request may be sent to.
type target struct {
	uri string // the Request-URI
	hop hop
}

// search is where an INVITE has gone, and where else it may go when that fails.
type search struct {
	at    target
	rest  []target
	phone bool // they are the phones of one person: a refusal by one is no refusal by all

	tried     []string // URIs that a 3xx came from or led to
	redirects int
}

// next is the next target after a final response, or after none (0). A host is
// left for the next when it is down or says so (RFC 3263 §4.3), a phone for the
// next phone of the same agent unless the refusal is for everywhere (RFC 3261
// §16.7 step 5).
func (s *search) next(code int) (target, bool) {
	down := code == 0 || code == 503
	if len(s.rest) == 0 || !down && !(s.phone && code < 600) {
		return target{}, false
	}
	s.at, s.rest = s.rest[0], s.rest[1:]
	return s.at, true
}

// quietTime is how long a target may say nothing at all when there is another:
// INVITE, resent three times.
func quietTime() time.Duration { return 8 * gosip.T1 }

// quiet is the timer of that, nil when there is no other target.
func (s *search) quiet() <-chan time.Time {
	if len(s.rest) == 0 {
		return nil
	}
	return time.After(quietTime())
}

// aim works out the address to call, and where to send it.
func (e *Endpoint) aim(ctx context.Context, d Dial) (*trunk, string, []target, error) {
	fail := func(format string, args ...any) (*trunk, string, []target, error) {
		return nil, "", nil, fmt.Errorf("sip: "+format, args...)
	}
	tr := e.direct
	if d.Trunk != "" {
		if tr = e.gate.trunks.byName[d.Trunk]; tr == nil {
			return fail("no trunk is called %q", d.Trunk)
		}
		if tr.Host == "" {
			return fail("trunk %q has no host to send calls to", d.Trunk)
		}
	}
	uri := d.Target
	u, ok := screen.ParseURI(uri)
	switch {
	case ok && u.IsSIP() && u.Headers == "":
	case ok && u.Scheme != "tel" || d.Target == "":
		return fail("cannot call %q: want sip:user@host or a number", d.Target)
	case tr == e.direct && e.gate.agents != nil && !strings.ContainsAny(d.Target, ":@"):
		u.Host = e.gate.agents.cfg.Realm
		uri = "sip:" + url.PathEscape(d.Target) + "@" + u.Host
	case tr == e.direct:
		return fail("cannot call %q without a trunk: give one, or a sip:user@host", d.Target)
	default:
		uri = "sip:" + url.PathEscape(strings.TrimPrefix(d.Target, "tel:")) + "@" + tr.Host
	}
	if a := e.gate.agents; tr == e.direct && a != nil && strings.EqualFold(u.Host, a.cfg.Realm) {
		list, err := e.phones(user(uri))
		return a.trunk, uri, list, err
	}
	if tr == e.direct {
		h, err := e.locateURI(ctx, "UDP", uri)
		return tr, uri, []target{{uri, h}}, err
	}
	host, port, _ := screen.HostPort(tr.Host)
	hops, err := e.locateAll(ctx, tr.network, host, port)
	list := make([]target, len(hops))
	for i, h := range hops {
		list[i] = target{uri, h}
	}
	return tr, uri, list, err
}

// phones are the targets of an agent, the first to be called first.
func (e *Endpoint) phones(agent string) ([]target, error) {
	var out []target
	for _, b := range e.Contacts(agent) {
		if h, ok := e.flowHop(b); ok {
			out = append(out, target{b.Contact, h})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrUnregistered, agent)
	}
	return out, nil
}

// elsewhere sends the INVITE to the next target; nil when there is none. The
// attempt before may still be open when nothing has come back: code is 0 then.
func (c *clientInvite) elsewhere(l *Leg, tx *gosip.ClientTx, code int) *gosip.ClientTx {
	for c.end == nil {
		req, from := c.req, c.way.at.hop
		t, ok := c.way.next(code)
		if !ok {
			return nil
		}
		if tx != nil && code == 0 {
			l.ep.forsake(tx, req, from, l.trunk)
		}
		l.mu.Lock()
		l.dlg.target, l.dlg.network = t.uri, t.hop.network
		l.dlg.contact = l.ep.contact(l.trunk, t.hop.network, t.hop.addr.Addr())
		l.mu.Unlock()
		l.admit(t.hop.addr.Addr())
		c.creds = credentials{}
		ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
		next, err := c.send(ctx, l)
		cancel()
		if err == nil {
			return next
		}
		tx, code = nil, 0
	}
	return nil
}

// forsake takes an INVITE that nobody waits for any more to its end: it may ring,
// and is cancelled then, or be answered, and is hung up.
func (e *Endpoint) forsake(tx *gosip.ClientTx, req *gosip.Request, h hop, tr *trunk) {
	e.spawn(func() {
		defer tx.Terminate()
		deadline := time.NewTimer(128 * gosip.T1)
		defer deadline.Stop()
		cancelled := false
		for {
			select {
			case res := <-tx.Responses():
				if res.IsSuccess() {
					e.strayResponse(res)
				}
				if !res.IsProvisional() {
					return
				}
				if !cancelled {
					cancelled = true
					e.cancel(req, h, tr, nil)
				}
			case <-tx.Done():
				return
			case <-deadline.C:
				return
			}
		}
	})
}

// flowAddr is the address in a Contact when it is a number.
func flowAddr(uri string) (netip.AddrPort, bool) {
	u, _ := screen.ParseURI(uri)
	a, err := netip.ParseAddr(u.Host)
	port := u.Port
	if port == 0 {
		port = 5060
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(port)), err == nil
}
