package sip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip/screen"
)

// serverInvite is the INVITE that made an inbound leg. Its goroutine must stay
// until the final response is settled, or sipgo forgets the transaction.
type serverInvite struct {
	ep   *Endpoint
	req  *gosip.Request
	tx   gosip.ServerTransaction
	once sync.Once
	done chan struct{} // closed when a final response is out
	last *gosip.Response
	off  chan *gosip.Request // the CANCEL
}

func (i *serverInvite) noteCancel(r *gosip.Request) {
	select {
	case i.off <- r:
	default:
	}
}

func (e *Endpoint) serveInvite(ctx context.Context, h Handler, req *gosip.Request, tx gosip.ServerTransaction, tr *trunk, src netip.AddrPort) {
	from, _ := screen.ParseAddress(req.From().Value())
	if !e.gate.recent.begin(req.CallID().Value(), from.Tag(), req.CSeq().SeqNo) {
		return
	}
	old, code, phrase := e.replaced(req, tr)
	var l *Leg
	if code == 0 {
		l, code, phrase = e.inboundLeg(req, tx, tr, src)
	}
	if l == nil {
		var extra gosip.Header
		if code == 422 {
			extra = header("Min-SE", minSE)
		}
		e.respond(tx, req, code, phrase, extra)
		return
	}
	inv := l.calls.server
	e.count.invites.Add(1)
	l.admit(src.Addr())
	// CANCEL calls back under sipgo's lock: no more than a note may be taken
	if !tx.OnCancel(inv.noteCancel) {
		l.cancelled(req)
		return
	}
	own := func() { e.handle(ctx, h, l) }
	if old != nil {
		own = func() { e.takeOver(ctx, old, l, inv) }
	}
	if !e.spawn(own) {
		inv.refuse(503, "Service Unavailable")
		l.finish(Ended{By: Us, Code: 503})
		return
	}
	inv.settle(l)
}

// inboundLeg reads an INVITE; on nil the code says why not.
func (e *Endpoint) inboundLeg(req *gosip.Request, tx gosip.ServerTransaction, tr *trunk, src netip.AddrPort) (*Leg, int, string) {
	l := newLeg(e, tr, uasDialog(req, src))
	l.info.Inbound, l.info.Source = true, src
	l.info.learn(req, tr.Trusted)
	l.info.Agent = e.agentOf(req)
	if tr.Register > 0 && l.info.Called == tr.Username {
		l.info.retarget(req)
	}
	l.dlg.contact = e.contact(tr, l.dlg.network, src.Addr())
	l.calls.server = &serverInvite{ep: e, req: req, tx: tx, done: make(chan struct{}), off: make(chan *gosip.Request, 1)}
	l.order.start(req.CSeq().SeqNo)
	timer, code, phrase := firstTimer(req)
	if code != 0 {
		return nil, code, phrase
	}
	l.calls.timer = timer
	body, err := description(req)
	if err != nil {
		return nil, 400, "Bad Body"
	}
	if body != nil {
		if _, err := l.talk.take(body, e.cfg.Codecs, false); err != nil {
			return nil, 488, "Not Acceptable Here"
		}
	}
	if !e.legs.add(l) {
		return nil, 482, "Loop Detected"
	}
	return l, 0, ""
}

// contact is our Contact towards a peer. A registrar sends calls to the very one
// that it was told, and its trunk knows us by no other.
func (e *Endpoint) contact(tr *trunk, network string, peer netip.Addr) string {
	o, name := e.origin(network, peer), "parley"
	if tr.Register > 0 {
		name = url.PathEscape(tr.Username)
	}
	uri := "<sip:" + name + "@" + o.String()
	if o.Port() == 0 {
		uri = strings.TrimSuffix(uri, ":0")
	}
	if network == "TCP" {
		uri += ";transport=tcp"
	}
	return uri + ">"
}

// handle runs the application's handler and cleans up after it.
func (e *Endpoint) handle(ctx context.Context, h Handler, l *Leg) {
	base := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.whenGone(cancel)
	func() {
		defer e.rescue(nil)
		h.Inbound(ctx, l)
	}()
	if l.is(early) {
		_ = l.reject(500, "Server Internal Error", Ended{By: Us, Code: 500, Reason: "the call was not handled"})
		return
	}
	bye, done := context.WithTimeout(base, 64*gosip.T1)
	defer done()
	_ = l.Hangup(bye, 16, "")
}

// settle waits for the final response, sends a 2xx again until its ACK comes,
// and takes the leg down when none does (RFC 3261 §13.3.1.4).
func (i *serverInvite) settle(l *Leg) {
	select {
	case <-i.done:
	case r := <-i.off:
		l.cancelled(r)
		return
	case <-l.gone:
		return
	case <-i.tx.Done():
		select { // over TCP the ACK of the 487 may have ended it already
		case r := <-i.off:
			l.cancelled(r)
		default:
		}
		l.finish(Ended{By: Network, Code: 500, Reason: "connection lost before the answer"})
		return
	}
	l.mu.Lock()
	wait := l.calls.ack
	l.mu.Unlock()
	if i.last == nil || !i.last.IsSuccess() || wait == nil {
		return
	}
	l.awaitACK(i.tx, i.last, wait)
	i.ep.gate.recent.settle(l.info.CallID, l.dlg.remoteTag, i.req.CSeq().SeqNo)
	i.tx.Terminate() // 32 s of a finished transaction are too much to keep
	l.mu.Lock()
	l.calls.server = nil // and so are INVITE and 200 while the call lasts
	l.mu.Unlock()
}

// awaitACK sends res again and again until the ACK comes; without one it hangs
// up. It serves re-INVITEs as well.
func (l *Leg) awaitACK(tx gosip.ServerTransaction, res *gosip.Response, wait *awaited) {
	pause := gosip.T1
	resend := time.NewTimer(pause)
	defer resend.Stop()
	giveUp := time.NewTimer(64 * gosip.T1)
	defer giveUp.Stop()
	for {
		select {
		case <-wait.done:
			return
		case <-l.gone:
			return
		case ack := <-tx.Acks(): // peers of RFC 2543 use the INVITE's branch
			l.acked(ack)
		case <-resend.C:
			l.ep.count.retransmits.Add(1)
			_ = tx.Respond(res)
			pause = min(2*pause, gosip.T2)
			resend.Reset(pause)
		case <-giveUp.C:
			l.ep.count.lostACKs.Add(1)
			l.bye(context.Background(), Ended{By: Network, Reason: "no ACK for our 200"}, 0, "")
			return
		}
	}
}

// acked takes an ACK; one that was not asked for is a retransmission.
func (l *Leg) acked(ack *gosip.Request) {
	body, _ := description(ack)
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.calls.ack
	if w == nil || w.closed || ack.CSeq().SeqNo != w.cseq {
		return
	}
	w.body, w.closed = body, true
	if l.state == answered {
		l.state = confirmed
	}
	close(w.done)
}

// cancelled: sipgo has sent 200 to the CANCEL and 487 to the INVITE.
func (l *Leg) cancelled(cancel *gosip.Request) {
	if !l.is(early) {
		return
	}
	l.ep.count.reject(487)
	end := Ended{By: Them, Code: 487}
	end.Cause, end.Reason = reason(cancel)
	l.finish(end)
}

// respond sends a response to the INVITE. After a CANCEL sipgo would keep it as
// the one to send again, so the 487 is put back.
func (i *serverInvite) respond(res *gosip.Response) error {
	err := i.tx.Respond(res)
	if errors.Is(err, gosip.ErrTransactionCanceled) {
		_ = i.tx.Respond(i.ep.response(i.req, 487, "Request Terminated", nil))
		return fmt.Errorf("%w: cancelled by the caller", ErrEnded)
	}
	if err == nil {
		i.ep.count.reject(res.StatusCode)
	}
	return err
}

// final sends a final response, only one.
func (i *serverInvite) final(res *gosip.Response) error {
	err := ErrState
	i.once.Do(func() {
		err = i.respond(res)
		i.last = res
		close(i.done)
	})
	return err
}

func (i *serverInvite) refuse(code int, phrase string, extra ...gosip.Header) {
	_ = i.final(i.ep.response(i.req, code, phrase, nil, extra...))
}

// Ring sends 180.
func (l *Leg) Ring(ctx context.Context) error { return l.provisional(ctx, 180, "Ringing", nil) }

// Early sends 183 with our answer, so that audio can flow before Answer.
func (l *Leg) Early(ctx context.Context, local netip.AddrPort) error {
	l.mu.Lock()
	if l.talk.remote == nil {
		l.mu.Unlock()
		return fmt.Errorf("%w: the INVITE has no SDP to answer early", ErrState)
	}
	l.talk.addr = local
	body, err := l.talk.answer(l.ep.cfg.Codecs)
	l.mu.Unlock()
	if err != nil {
		return err
	}
	return l.provisional(ctx, 183, "Session Progress", body)
}

func (l *Leg) provisional(ctx context.Context, code int, phrase string, body []byte) error {
	l.mu.Lock()
	inv, ok, contact := l.calls.server, l.state == early, l.dlg.contact
	l.mu.Unlock()
	if inv == nil || !ok {
		return ErrState
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return inv.respond(l.ep.response(inv.req, code, phrase, body, header("Contact", contact)))
}

// Answer sends 200 and returns when the ACK has come, with what was agreed (for
// an INVITE without SDP: the answer in the ACK).
func (l *Leg) Answer(ctx context.Context, local netip.AddrPort) (media.Params, error) {
	l.mu.Lock()
	inv := l.calls.server
	if inv == nil || l.state != early {
		l.mu.Unlock()
		return media.Params{}, ErrState
	}
	l.talk.addr = local
	var body []byte
	var err error
	delayed := l.talk.remote == nil
	if delayed {
		body = l.talk.offer(l.ep.cfg.Codecs)
	} else if body, err = l.talk.answer(l.ep.cfg.Codecs); err != nil {
		l.mu.Unlock()
		return media.Params{}, err
	}
	wait := &awaited{cseq: inv.req.CSeq().SeqNo, offer: delayed, done: make(chan struct{})}
	l.calls.ack, l.state = wait, answered
	contact, timer := l.dlg.contact, l.calls.timer
	l.mu.Unlock()
	res := l.ep.response(inv.req, 200, "OK", body, header("Contact", contact))
	announce(res)
	timer.announce(res)
	if err := inv.final(res); err != nil {
		end := Ended{By: Network, Code: 500, Reason: "the answer could not be sent"}
		if errors.Is(err, ErrEnded) { // a CANCEL crossed our 200 and won
			end = Ended{By: Them, Code: 487}
		}
		l.finish(end)
		return media.Params{}, err
	}
	select {
	case <-wait.done:
	case <-l.gone:
		return media.Params{}, ErrNoACK
	case <-ctx.Done():
		return media.Params{}, ctx.Err()
	}
	timer.run(l)
	if delayed {
		return l.takeAnswer(ctx, wait.body)
	}
	p, _ := l.Params()
	return p, nil
}

// takeAnswer reads the answer that came in the ACK of a delayed offer.
func (l *Leg) takeAnswer(ctx context.Context, body []byte) (media.Params, error) {
	l.mu.Lock()
	err := ErrNoAnswer
	if body != nil {
		_, err = l.talk.take(body, l.ep.cfg.Codecs, true)
	}
	p := l.talk.params
	l.mu.Unlock()
	if err != nil {
		l.bye(context.WithoutCancel(ctx), Ended{By: Us, Cause: 79, Reason: "no usable SDP in the ACK"}, 79, "no usable SDP in the ACK")
		return media.Params{}, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	return p, nil
}

// Reject sends a final response of 300 to 699.
func (l *Leg) Reject(ctx context.Context, code int, phrase string) error {
	if code < 300 || code > 699 {
		return fmt.Errorf("sip: cannot reject with %d, use 300 to 699", code)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.reject(code, phrase, Ended{By: Us, Code: code, Reason: phrase})
}

func (l *Leg) reject(code int, phrase string, end Ended, extra ...gosip.Header) error {
	l.mu.Lock()
	inv, ok := l.calls.server, l.state == early
	if ok {
		l.state = ending
	}
	l.mu.Unlock()
	if inv == nil || !ok {
		return ErrState
	}
	if phrase == "" {
		phrase = "Rejected"
	}
	err := inv.final(l.ep.response(inv.req, code, phrase, nil, extra...))
	l.finish(end)
	return err
}
