package sip

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip/screen"
)

// Replaced tells the owner of a leg that another wants its place: the peer has
// handed its call over (RFC 3891). By is a call that rings here. Answer it, and
// the old leg is hung up and ends; reject it, and all stays as it is. Left alone,
// it is declined after two seconds. The owner of the old leg owns the new one.
type Replaced struct{ By Successor }

// Successor is a call that wants a leg's place. *Leg is one.
type Successor interface {
	Info() Info
	Answer(ctx context.Context, local netip.AddrPort) (media.Params, error)
	Reject(ctx context.Context, code int, reason string) error
}

func (Replaced) legEvent() {}

// replaces is a Replaces header: a dialog as its UA, the one that gets the
// header, sees it.
type replaces struct {
	callID, toTag, fromTag string
	earlyOnly              bool
}

func parseReplaces(v string) (replaces, bool) {
	callID, params, _ := strings.Cut(v, ";")
	r := replaces{callID: strings.TrimSpace(callID)}
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "to-tag":
			r.toTag = strings.TrimSpace(value)
		case "from-tag":
			r.fromTag = strings.TrimSpace(value)
		case "early-only":
			r.earlyOnly = true
		}
	}
	return r, r.callID != "" && r.toTag != "" && r.fromTag != ""
}

// replaced finds the leg that an INVITE wants the place of; nil without a code
// when it wants none (RFC 3891 §3).
func (e *Endpoint) replaced(req *gosip.Request, tr *trunk) (old *Leg, code int, phrase string) {
	list := headerValues(req, "replaces")
	if len(list) == 0 {
		return nil, 0, ""
	}
	r, ok := parseReplaces(list[0])
	if !ok || len(list) > 1 || req.GetHeader("join") != nil {
		return nil, 400, "Bad Replaces"
	}
	old = e.legs.find(r.callID, r.toTag)
	if old == nil {
		return nil, 481, "Call/Transaction Does Not Exist"
	}
	old.mu.Lock()
	st, peer := old.state, old.dlg.remoteTag
	old.mu.Unlock()
	switch {
	case peer != r.fromTag || st == early: // a call that only rings is not taken over
		return nil, 481, "Call/Transaction Does Not Exist"
	case st == ending || st == over:
		return nil, 603, "Decline"
	case r.earlyOnly:
		return nil, 486, "Busy Here"
	case tr != old.trunk && !tr.Trusted && tr.Name != agentsTrunk:
		return nil, 403, "Forbidden" // an outsider who has overheard two tags
	}
	return old, 0, ""
}

// named is the ID of the leg that a Replaces of the peer of by names, as the peer
// puts it into a Refer-To; empty when it is none of its own.
func (e *Endpoint) named(value string, by *Leg) string {
	r, ok := parseReplaces(value)
	if !ok {
		return ""
	}
	l := e.legs.find(r.callID, r.toTag)
	if l == nil || l == by {
		return ""
	}
	l.mu.Lock()
	st, peer := l.state, l.dlg.remoteTag
	l.mu.Unlock()
	same := l.trunk == by.trunk && l.info.Agent == by.info.Agent
	if peer != r.fromTag || st != confirmed || !same {
		return ""
	}
	return l.id
}

// takeTime is how long the owner of a leg has to take what a peer asks for.
func takeTime() time.Duration { return 4 * gosip.T1 }

// takeOver offers a new leg to the owner of the old one, and ends the old one when
// it is answered.
func (e *Endpoint) takeOver(ctx context.Context, old, by *Leg, inv *serverInvite) {
	if !old.box.post(Replaced{By: by}) {
		inv.ep.count.dropped.Add(1)
		_ = by.reject(503, "Service Unavailable", Ended{By: Us, Code: 503})
		return
	}
	wait := time.NewTimer(takeTime())
	defer wait.Stop()
	select {
	case <-inv.done:
	case <-by.gone:
	case <-wait.C:
		_ = by.reject(603, "Decline", Ended{By: Us, Code: 603, Reason: "nobody took the call over"})
	case <-ctx.Done():
	}
	if by.is(answered, confirmed) {
		bye, cancel := context.WithTimeout(ctx, 64*gosip.T1)
		defer cancel()
		_ = old.Hangup(bye, 16, "replaced by another call")
	}
}

// ReferReplaces asks the peer to take other's place at other's peer (attended
// transfer, RFC 5589 §7): it calls there and says which call its own is for. What
// comes of it arrives as ReferProgress; on success other's peer hangs other up.
// headers are those of Refer. Require: replaces is not asked for, as there are
// peers that then do nothing at all.
func (l *Leg) ReferReplaces(ctx context.Context, other *Leg, headers map[string]string) error {
	if l == other {
		return ErrState
	}
	other.mu.Lock()
	d, st := other.dlg, other.state
	other.mu.Unlock()
	if st != confirmed {
		return ErrState
	}
	// the tags are as other's peer has them: its own is "to"
	value := d.callID + ";to-tag=" + d.remoteTag + ";from-tag=" + d.localTag
	to, err := l.referTo(d.target, headers, value)
	if err != nil {
		return err
	}
	return l.refer(ctx, to)
}

// embedded takes the headers off a URI (RFC 3261 §19.1.1), by lower-case name.
func embedded(uri string) (string, map[string]string) {
	u, _ := screen.ParseURI(uri)
	plain, _, _ := strings.Cut(uri, "?")
	out := map[string]string{}
	for h := range strings.SplitSeq(u.Headers, "&") {
		name, value, _ := strings.Cut(h, "=")
		if value, err := url.PathUnescape(value); err == nil && name != "" && len(out) < 16 {
			out[strings.ToLower(name)] = screen.Clean(value)
		}
	}
	return plain, out
}
