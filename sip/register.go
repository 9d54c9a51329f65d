package sip

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// Registration is how a trunk that we register with stands.
type Registration struct {
	Trunk string
	Until time.Time // when it runs out unless renewed; zero: not registered
	Err   string    // why not, or why it was not renewed
}

// Registrations tells of every trunk that we register with, in the order of the
// configuration.
func (e *Endpoint) Registrations() []Registration {
	out := make([]Registration, len(e.homes.list))
	for i, h := range e.homes.list {
		h.mu.Lock()
		out[i] = h.state
		h.mu.Unlock()
	}
	return out
}

// homes are the registrars that know us. Calls come from them, or from the
// addresses that answered for them, without a challenge (RFC 3261 §10.3).
type homes struct {
	list []*home
	mu   sync.Mutex
	from map[netip.Addr]welcome
}

// welcome is an address that may call us until then.
type welcome struct {
	trunk *trunk
	until time.Time
}

func (h *homes) find(now time.Time, a netip.Addr) *trunk {
	if h == nil || len(h.list) == 0 {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if w, ok := h.from[a.Unmap()]; ok && now.Before(w.until) {
		return w.trunk
	}
	return nil
}

func (h *homes) open(a netip.Addr, w welcome) {
	if !a.IsValid() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.from[a.Unmap()] = w
}

// home keeps one trunk's registration. Only keep uses dlg and grace.
type home struct {
	ep    *Endpoint
	trunk *trunk
	dlg   dialog // Call-ID and CSeq are of the process's life (RFC 3261 §10.2.4)
	plan  registerPlan

	mu    sync.Mutex
	state Registration
}

func (e *Endpoint) newHome(tr *trunk) *home {
	host, _, _ := screen.HostPort(tr.Host)
	if _, err := netip.ParseAddr(host); err == nil && netip.MustParseAddr(host).Is6() {
		host = "[" + host + "]"
	}
	self := screen.Address{URI: "sip:" + url.PathEscape(tr.Username) + "@" + host}
	callID := rand.Text()
	return &home{
		ep: e, trunk: tr, state: Registration{Trunk: tr.Name}, plan: registerPlan{expires: tr.Register},
		dlg: dialog{
			callID: callID, localTag: e.gate.tags.Ours(callID), local: self, remote: self,
			target: "sip:" + host, seq: newSeq(),
		},
	}
}

// keep registers until ctx ends, and takes the registration back then.
func (h *home) keep(ctx context.Context) {
	for ctx.Err() == nil {
		a := h.ask(ctx, h.plan.expires)
		if ctx.Err() != nil {
			break
		}
		wait := h.plan.next(a, 0.5+mathrand.Float64()/2)
		h.note(time.Now(), a, wait)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
	}
	h.mu.Lock()
	registered := !h.state.Until.IsZero()
	h.mu.Unlock()
	if registered {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeGrace)
		defer cancel()
		h.ask(bye, 0) // whoever does not hear it forgets us in time
	}
}

// registered is what came of one REGISTER.
type registered struct {
	code    int           // 0: no answer
	granted time.Duration // of a 200; 0 when it names no time
	least   time.Duration // Min-Expires of a 423
	later   time.Duration // Retry-After
	from    []netip.Addr  // who answered
	why     string        // in words, unless it went well
}

// ask sends one REGISTER; 0 takes the registration back.
func (h *home) ask(ctx context.Context, expires time.Duration) registered {
	ctx, cancel := context.WithTimeout(ctx, 64*gosip.T1+dialTimeout)
	defer cancel()
	_, _, targets, err := h.ep.aim(ctx, Dial{Trunk: h.trunk.Name, Target: h.dlg.target})
	if err != nil {
		return registered{why: err.Error()}
	}
	at := targets[0].hop
	h.dlg.contact = h.ep.contact(h.trunk, at.network, at.addr.Addr())
	res, err := h.ep.transact(ctx, at, h.trunk, func() *gosip.Request {
		req := h.dlg.request("REGISTER")
		req.AppendHeader(header("Expires", strconv.Itoa(int(expires.Seconds()))))
		announce(req)
		return req
	})
	if err != nil {
		return registered{why: err.Error()}
	}
	a := registered{code: res.StatusCode, from: []netip.Addr{at.addr.Addr()}}
	if src, err := netip.ParseAddrPort(res.Source()); err == nil {
		a.from = append(a.from, src.Addr())
	}
	if !res.IsSuccess() {
		a.why = fmt.Sprintf("%d %s", res.StatusCode, screen.Clean(res.Reason))
		a.least, a.later = seconds(res, "min-expires"), seconds(res, "retry-after")
		return a
	}
	a.granted = granted(res, h.dlg.contact)
	return a
}

// granted is how long a 200 to a REGISTER lets us stay (RFC 3261 §10.2.4): what
// stands at our own Contact among all that the registrar knows, else Expires.
func granted(res *gosip.Response, contact string) time.Duration {
	ours, _ := screen.ParseAddress(contact)
	mine, _ := screen.ParseURI(ours.URI)
	for _, v := range headerValues(res, "contact") {
		list, _ := screen.ParseAddresses(v)
		for _, a := range list {
			u, ok := screen.ParseURI(a.URI)
			if !ok || u.User != mine.User || u.Host != mine.Host || u.Port != mine.Port {
				continue
			}
			if e, ok := a.Params.Get("expires"); ok && number(e) >= 0 {
				return time.Duration(number(e)) * time.Second
			}
		}
	}
	return seconds(res, "expires")
}

// seconds reads a header that is a number of seconds, 0 for none.
func seconds(res *gosip.Response, name string) time.Duration {
	l := headerValue(res, name)
	for i, c := range l { // Retry-After may go on: "18000;duration=3600" or "120 (busy)"
		if c < '0' || c > '9' {
			l = l[:i]
			break
		}
	}
	return time.Duration(max(number(l), 0)) * time.Second
}

// note writes down what came of a REGISTER, and tells of every change.
func (h *home) note(now time.Time, a registered, wait time.Duration) {
	h.mu.Lock()
	was := h.state
	if a.code/100 == 2 && a.why == "" {
		h.state.Until, h.state.Err = now.Add(cmp.Or(a.granted, h.plan.expires)), ""
	} else {
		h.state.Err = a.why
		if now.After(h.state.Until) {
			h.state.Until = time.Time{}
		}
	}
	is := h.state
	h.mu.Unlock()
	if is.Err == "" {
		for _, addr := range a.from {
			h.ep.homes.open(addr, welcome{h.trunk, is.Until})
		}
	}
	switch {
	case is.Err == "" && (was.Err != "" || was.Until.IsZero()):
		h.ep.log.Info("registered", "trunk", is.Trunk, "for", is.Until.Sub(now).Round(time.Second))
	case is.Err != was.Err:
		h.ep.log.Warn("not registered with the trunk", "advice", h.plan.advice(a), "trunk", is.Trunk, "error", is.Err, "again_in", wait.Round(time.Second))
	}
}
