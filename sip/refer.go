package sip

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// referral is the subscription that a REFER of ours makes (RFC 3515 §2.4). The
// nil one is none.
type referral struct {
	mu      sync.Mutex
	timer   *time.Timer
	settled bool // the outcome has been posted
	closed  bool // no more timers
}

// Refused is a request that the peer answered with a final response other than 2xx.
type Refused struct {
	Code   int // SIP status
	Reason string
}

func (r Refused) Error() string {
	return fmt.Sprintf("sip: the peer refused: %d %s", r.Code, r.Reason)
}

// Refer asks the peer to call target (blind transfer, RFC 3515) and returns when
// it has accepted to try; a refusal is a Refused. What comes of it arrives as ReferProgress. headers
// (User-to-User, X-*) go into the Refer-To URI for the peer's INVITE.
func (l *Leg) Refer(ctx context.Context, target string, headers map[string]string) error {
	to, err := l.referTo(target, headers, "")
	if err != nil {
		return err
	}
	return l.refer(ctx, to)
}

// refer sends a REFER with this Refer-To.
func (l *Leg) refer(ctx context.Context, to string) error {
	r := &referral{}
	l.mu.Lock()
	if l.state != confirmed || l.calls.refer.pending() {
		l.mu.Unlock()
		return ErrState
	}
	l.calls.refer = r // before the REFER: the first NOTIFY may overtake the 202
	by := l.dlg.local.URI
	l.mu.Unlock()
	res, err := l.ask(ctx, "REFER", func(req *gosip.Request) {
		req.AppendHeader(header("Refer-To", to))
		req.AppendHeader(header("Referred-By", "<"+by+">"))
	})
	if err == nil && !res.IsSuccess() {
		err = Refused{Code: res.StatusCode, Reason: screen.Clean(res.Reason)}
	}
	if err != nil {
		r.settle()
		return err
	}
	r.expect(l, 64*gosip.T1) // RFC 6665 timer N: the first NOTIFY
	return nil
}

// referTo writes the Refer-To value; a bare number is called at the peer's host.
// replaces, if any, is the call that the peer's is to replace.
func (l *Leg) referTo(target string, headers map[string]string, replaces string) (string, error) {
	l.mu.Lock()
	peer, _ := screen.ParseURI(l.dlg.remote.URI)
	l.mu.Unlock()
	host := l.trunk.Host
	if host == "" {
		host = peer.Host
	}
	u, ok := screen.ParseURI(target)
	switch {
	case ok && (u.IsSIP() || u.Scheme == "tel"):
	case target == "" || ok:
		return "", fmt.Errorf("sip: cannot transfer to %q: want sip:user@host or a number", target)
	default:
		target = "sip:" + url.PathEscape(target) + "@" + host
	}
	keys := make([]string, 0, len(headers))
	for k := range headers {
		if !customHeader(k) && !strings.EqualFold(k, "User-to-User") {
			return "", fmt.Errorf("sip: header %q: only User-to-User and X-* can be added to a transfer", k)
		}
		keys = append(keys, k)
	}
	slices.Sort(keys)
	sep := "?"
	if u.Headers != "" {
		sep = "&"
	}
	add := func(k, v string) {
		target += sep + k + "=" + strings.ReplaceAll(url.QueryEscape(screen.Clean(v)), "+", "%20")
		sep = "&"
	}
	if replaces != "" {
		add("Replaces", replaces)
	}
	for _, k := range keys {
		add(k, headers[k])
	}
	return "<" + target + ">", nil
}

// serveNotify follows the subscription of our REFER. Each NOTIFY carries a
// status line of what the peer's call came to (RFC 3515 §2.4.5).
func (l *Leg) serveNotify(req *gosip.Request, tx gosip.ServerTransaction) {
	l.mu.Lock()
	r := l.calls.refer
	l.mu.Unlock()
	event, _, _ := strings.Cut(headerValue(req, "event"), ";")
	switch {
	case !strings.EqualFold(strings.TrimSpace(event), "refer"):
		l.respond(tx, req, 489, "Bad Event", header("Allow-Events", "refer"))
		return
	case r == nil:
		l.respond(tx, req, 481, "Subscription Does Not Exist")
		return
	}
	l.respond(tx, req, 200, "OK")
	code, phrase := fragment(req)
	st, params, _ := strings.Cut(headerValue(req, "subscription-state"), ";")
	over := strings.EqualFold(strings.TrimSpace(st), "terminated")
	if code >= 200 || over {
		if code < 200 {
			code, phrase = 408, screen.Clean("the peer ended its reports: "+params)
			if strings.Contains(strings.ToLower(params), "reason=rejected") { // RFC 6665 §4.1.3
				code = 603
			}
		}
		r.conclude(l, code, phrase)
		return
	}
	wait := 64 * gosip.T1
	if n := number(strings.TrimPrefix(strings.TrimSpace(params), "expires=")); n > 0 {
		wait = max(wait, min(time.Duration(n)*time.Second, time.Hour))
	}
	if r.expect(l, wait) && code > 0 {
		l.post(ReferProgress{Code: code, Reason: phrase})
	}
}

// fragment reads the status line of a message/sipfrag body (RFC 3420).
func fragment(req *gosip.Request) (int, string) {
	line, _, _ := strings.Cut(strings.TrimSpace(string(req.Body())), "\n")
	f := strings.SplitN(strings.TrimSpace(line), " ", 3)
	if len(f) < 2 || !strings.HasPrefix(strings.ToUpper(f[0]), "SIP/") {
		return 0, ""
	}
	code := number(f[1])
	if code < 100 || code > 699 {
		return 0, ""
	}
	phrase := ""
	if len(f) == 3 {
		phrase = screen.Clean(f[2])
	}
	return code, phrase
}

// expect (re)starts the wait for the next NOTIFY; false when it is all over.
func (r *referral) expect(l *Leg, wait time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.settled || r.closed {
		return false
	}
	if r.timer != nil {
		r.timer.Stop()
	}
	r.timer = time.AfterFunc(wait, func() {
		l.ep.spawn(func() { r.conclude(l, 408, "no report of the transfer in time") })
	})
	return true
}

// conclude posts the outcome, once.
func (r *referral) conclude(l *Leg, code int, phrase string) {
	if r.settle() {
		l.post(ReferProgress{Code: code, Reason: phrase, Final: true})
	}
}

func (r *referral) settle() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.settled || r.closed {
		return false
	}
	r.settled = true
	if r.timer != nil {
		r.timer.Stop()
	}
	return true
}

func (r *referral) pending() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.settled && !r.closed
}

func (r *referral) stop() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.timer != nil {
		r.timer.Stop()
	}
}
