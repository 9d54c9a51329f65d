package sip

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// Dial says whom to call and how.
type Dial struct {
	Target      string            // "sip:user@host[:port][;transport=tcp]", or a number to be called at the trunk's host; sip:USER@Realm, or USER without a trunk, is an agent's phone
	Trunk       string            // name; empty sends straight to Target's host
	From        string            // user part of our From; "parley" when empty
	Display     string            // display name of our From
	Headers     map[string]string // X-* only
	UserUser    string            // User-to-User (RFC 7433)
	Local       netip.AddrPort    // where we receive RTP
	Timeout     time.Duration     // until CANCEL; 0 means Config.NoAnswer
	Replaces    string            // the call at Target whose place this one takes, from ReferAsked (RFC 3891)
	MaxForwards int               // hops left, from the leg this one is bridged to; 0 means 70 (RFC 3261 §8.1.1.6)
}

// ErrTooManyHops means that a call has gone round in a circle (RFC 3261 §16.3).
var ErrTooManyHops = errors.New("sip: 483 too many hops: the call seems to go round in a circle")

// Dial sends an INVITE and returns. What becomes of it comes as the leg's
// events: Progress, Answered, and Ended with the code when it failed.
func (e *Endpoint) Dial(ctx context.Context, d Dial) (*Leg, error) {
	if d.MaxForwards < 0 || !d.Local.IsValid() {
		if d.MaxForwards < 0 {
			return nil, ErrTooManyHops
		}
		return nil, errors.New("sip: Dial needs Local, the address where RTP is received")
	}
	tr, uri, targets, err := e.aim(ctx, d)
	if err != nil {
		return nil, err
	}
	l, err := e.outboundLeg(tr, uri, targets, d)
	if err != nil {
		return nil, err
	}
	c := l.calls.client
	if !e.crew.enter() {
		return nil, errors.New("sip: the endpoint is closed")
	}
	if !e.legs.add(l) {
		e.crew.leave()
		return nil, ErrState // a Call-ID of 128 random bits came twice
	}
	l.admit(targets[0].hop.addr.Addr())
	tx, err := c.send(ctx, l)
	if err != nil {
		tx = c.elsewhere(l, nil, 0)
	}
	if tx == nil {
		e.crew.leave()
		l.finish(Ended{By: Network, Code: 503, Reason: err.Error()})
		return nil, fmt.Errorf("sip: call to %s: %w", uri, err)
	}
	e.count.dialled.Add(1)
	go func() {
		defer e.crew.leave()
		defer e.rescue(func() { l.finish(Ended{By: Us, Code: 500, Reason: "internal error"}) })
		c.follow(l, tx)
	}()
	return l, nil
}

func (e *Endpoint) outboundLeg(tr *trunk, uri string, targets []target, d Dial) (*Leg, error) {
	first := targets[0]
	h := first.hop
	callID := rand.Text()
	from := d.From
	if from == "" {
		from = "parley"
	}
	host := e.origin(h.network, h.addr.Addr()).Addr().String()
	if tr.Host != "" {
		host, _, _ = screen.HostPort(tr.Host)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	local := screen.Address{URI: "sip:" + url.PathEscape(screen.Clean(from)) + "@" + host}
	if name := screen.Clean(d.Display); name != "" {
		local.Display = `"` + strings.NewReplacer(`"`, "'", `\`, "/").Replace(name) + `"`
	}
	l := newLeg(e, tr, dialog{
		callID: callID, localTag: e.gate.tags.Ours(callID), local: local,
		remote: screen.Address{URI: uri}, target: first.uri, seq: newSeq(),
		contact: e.contact(tr, h.network, h.addr.Addr()), network: h.network,
	})
	l.talk.addr = d.Local
	l.info.Called, l.info.Caller, l.info.Name = user(uri), from, d.Display
	l.info.UserUser, l.info.Headers, l.info.MaxForwards = d.UserUser, d.Headers, d.MaxForwards
	phone := tr.Name == agentsTrunk
	if phone {
		l.info.Agent = l.info.Called
	}
	extra, err := dialHeaders(d, tr, local)
	if err != nil {
		return nil, err
	}
	timeout := d.Timeout
	if timeout <= 0 {
		timeout = e.cfg.NoAnswer
	}
	l.calls.client = &clientInvite{
		way: search{at: first, rest: targets[1:], phone: phone}, timeout: timeout, extra: extra, body: l.talk.offer(e.cfg.Codecs),
		stop: make(chan Ended, 1), settled: make(chan struct{}), early: map[string][]byte{},
	}
	return l, nil
}

func dialHeaders(d Dial, tr *trunk, local screen.Address) ([]screen.Header, error) {
	hops := d.MaxForwards
	if hops == 0 {
		hops = 70
	}
	out := append(offerTimer(), // stands first: see clientInvite.longer
		screen.Header{Name: "Max-Forwards", Value: strconv.Itoa(hops)})
	for k, v := range d.Headers {
		if !customHeader(k) {
			return nil, fmt.Errorf("sip: header %q: only X-* headers can be added to a call", k)
		}
		out = append(out, screen.Header{Name: k, Value: v})
	}
	if d.Replaces != "" {
		if _, ok := parseReplaces(d.Replaces); !ok {
			return nil, fmt.Errorf("sip: Replaces %q: want CALL-ID;to-tag=TAG;from-tag=TAG", d.Replaces)
		}
		out = append(out, screen.Header{Name: "Require", Value: "replaces"}, screen.Header{Name: "Replaces", Value: d.Replaces})
	}
	if d.UserUser != "" {
		out = append(out, screen.Header{Name: "User-to-User", Value: d.UserUser})
	}
	if tr.Trusted && d.From != "" { // RFC 3325: only among those who trust each other
		out = append(out, screen.Header{Name: "P-Asserted-Identity", Value: local.String()})
	}
	return out, nil
}

// customHeader: "X-" and a token.
func customHeader(name string) bool {
	if len(name) < 3 || !strings.EqualFold(name[:2], "X-") {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

// Options asks a trunk whether it is there and returns the round trip. Any
// response counts, also 4xx: the trunk is reachable.
func (e *Endpoint) Options(ctx context.Context, name string) (time.Duration, error) {
	tr, uri, targets, err := e.aim(ctx, Dial{Trunk: name, Target: "sip:" + e.hostOf(name)})
	if err != nil {
		return 0, err
	}
	h := targets[0].hop
	callID := rand.Text()
	d := dialog{
		callID: callID, localTag: e.gate.tags.Ours(callID), remote: screen.Address{URI: uri}, target: uri, seq: newSeq(),
		local:   screen.Address{URI: "sip:parley@" + e.origin(h.network, h.addr.Addr()).String()},
		contact: e.contact(tr, h.network, h.addr.Addr()),
	}
	start := time.Now()
	_, err = e.transact(ctx, h, tr, func() *gosip.Request { start = time.Now(); return d.request("OPTIONS") })
	if err != nil {
		return 0, fmt.Errorf("sip: trunk %q at %s does not answer: %w", name, h.addr, err)
	}
	return time.Since(start), nil
}

func (e *Endpoint) hostOf(trunk string) string {
	if tr := e.gate.trunks.byName[trunk]; tr != nil {
		return tr.Host
	}
	return "invalid"
}
