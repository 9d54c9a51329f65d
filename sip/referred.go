package sip

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// ReferAsked is a REFER of the peer: it wants To called in its place (RFC 3515),
// as when an agent presses "transfer". The owner of the leg takes it with Accept
// and tells by Notify what comes of it, or refuses; left alone it is declined
// after two seconds. Nothing is called by itself.
type ReferAsked struct {
	To       string            // a sip or tel URI, without headers
	Number   string            // that is called at To: its user part, or the telephone number
	Headers  map[string]string // X-* and User-to-User, by lower-case name, for the INVITE
	Replaces string            // of an attended transfer: the call at To that the new one is for
	Names    string            // ID of that call when it is a leg of ours with the same peer; else empty
	By       string            // Referred-By, as the peer says; empty without
	Referral
}

// Referral is how the owner of a leg answers a REFER.
type Referral interface {
	// Accept answers 202 and reports 100 Trying, as RFC 3515 §2.4.4 wants at once.
	Accept() error
	// Refuse answers with a final response of 400 to 699.
	Refuse(code int, phrase string) error
	// Notify tells the peer how the call to To is doing; a code of 200 or more is
	// the outcome, and the last that is told.
	Notify(ctx context.Context, code int, phrase string) error
}

func (ReferAsked) legEvent() {}

// referAsk is the peer's REFER and the subscription that it makes.
type referAsk struct {
	leg   *Leg
	req   *gosip.Request
	tx    gosip.ServerTransaction
	event string // Event of the NOTIFYs
	quiet bool   // no NOTIFYs (RFC 4488)

	decided chan struct{}
	once    sync.Once
	sending sync.Mutex // one NOTIFY after the other
	mu      sync.Mutex
	open    bool // accepted, and the outcome not told yet
}

// Accept is of Referral.
func (a *referAsk) Accept() error {
	err := ErrState
	a.once.Do(func() {
		defer close(a.decided)
		l := a.leg
		l.mu.Lock()
		contact := l.dlg.contact
		l.mu.Unlock()
		extra := []gosip.Header{header("Contact", contact)}
		if a.quiet {
			extra = append(extra, header("Refer-Sub", "false"))
		}
		if err = l.ep.send(a.tx, l.ep.response(a.req, 202, "Accepted", nil, extra...)); err != nil {
			return
		}
		a.mu.Lock()
		a.open = true
		a.mu.Unlock()
		a.sending.Lock() // before any Notify of the owner's
		if !l.ep.spawn(func() {
			defer a.sending.Unlock()
			ctx, cancel := context.WithTimeout(context.Background(), 64*gosip.T1)
			defer cancel()
			_ = a.notify(ctx, 100, "Trying")
		}) {
			a.sending.Unlock()
		}
	})
	return err
}

// Refuse is of Referral.
func (a *referAsk) Refuse(code int, phrase string) error {
	if code < 400 || code > 699 {
		return fmt.Errorf("sip: cannot refuse a transfer with %d, use 400 to 699", code)
	}
	err := ErrState
	a.once.Do(func() {
		defer close(a.decided)
		err = a.leg.ep.send(a.tx, a.leg.ep.response(a.req, code, phrase, nil))
	})
	return err
}

// Notify is of Referral.
func (a *referAsk) Notify(ctx context.Context, code int, phrase string) error {
	if code < 100 || code > 699 {
		return fmt.Errorf("sip: %d is no SIP status", code)
	}
	a.sending.Lock()
	defer a.sending.Unlock()
	return a.notify(ctx, code, phrase)
}

func (a *referAsk) notify(ctx context.Context, code int, phrase string) error {
	a.mu.Lock()
	open := a.open
	a.open = open && code < 200
	a.mu.Unlock()
	if !open {
		return ErrState
	}
	if a.quiet {
		return nil
	}
	state := "active;expires=180"
	if code >= 200 {
		state = "terminated;reason=noresource"
	}
	res, err := a.leg.ask(ctx, "NOTIFY", func(req *gosip.Request) {
		req.AppendHeader(header("Event", a.event))
		req.AppendHeader(header("Subscription-State", state))
		req.AppendHeader(header("Content-Type", "message/sipfrag;version=2.0"))
		req.SetBody([]byte(fmt.Sprintf("SIP/2.0 %d %s\r\n", code, screen.Clean(phrase))))
	})
	if err == nil && !res.IsSuccess() { // RFC 6665 §4.2.2: the subscription is gone
		a.mu.Lock()
		a.open = false
		a.mu.Unlock()
		err = Refused{Code: res.StatusCode, Reason: screen.Clean(res.Reason)}
	}
	return err
}

// serveRefer offers the peer's REFER to the owner of the leg.
func (l *Leg) serveRefer(req *gosip.Request, tx gosip.ServerTransaction) (after func()) {
	refuse := func(code int, phrase string) func() {
		l.respond(tx, req, code, phrase)
		return func() {}
	}
	to, ok := screen.ParseAddress(headerValue(req, "refer-to"))
	u, _ := screen.ParseURI(to.URI)
	switch {
	case !ok:
		return refuse(400, "Bad Or Missing Refer-To")
	case u.Scheme != "sip" && u.Scheme != "tel":
		return refuse(416, "Unsupported URI Scheme")
	case !l.is(confirmed):
		return refuse(603, "Decline")
	}
	l.mu.Lock()
	l.calls.refers++
	first := l.calls.refers == 1
	l.mu.Unlock()
	a := &referAsk{leg: l, req: req, tx: tx, event: "refer", decided: make(chan struct{})}
	if !first { // RFC 3515 §2.4.6
		a.event = fmt.Sprintf("refer;id=%d", req.CSeq().SeqNo)
	}
	a.quiet = strings.EqualFold(headerValue(req, "refer-sub"), "false")
	e := ReferAsked{Referral: a, Number: user(to.URI), Headers: map[string]string{}}
	by, _ := screen.ParseAddress(headerValue(req, "referred-by"))
	var all map[string]string
	e.To, all = embedded(to.URI)
	e.By, e.Replaces = by.URI, all["replaces"]
	e.Names = l.ep.named(e.Replaces, l)
	for name, value := range all {
		if customHeader(name) || name == "user-to-user" {
			e.Headers[name] = value
		}
	}
	if !l.box.post(e) {
		l.ep.count.dropped.Add(1)
		return refuse(503, "Service Unavailable")
	}
	return func() { a.await() }
}

// await declines what nobody takes.
func (a *referAsk) await() {
	wait := time.NewTimer(takeTime())
	defer wait.Stop()
	select {
	case <-a.decided:
		return
	case <-a.leg.gone:
	case <-wait.C:
	}
	_ = a.Refuse(603, "Decline")
}
