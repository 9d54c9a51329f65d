package sip

import (
	"context"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// ackGrace is how long a re-INVITE waits for the ACK of the INVITE before it:
// the two may have overtaken each other.
const ackGrace = 200 * time.Millisecond

// serveReinvite answers an INVITE inside the leg (RFC 3261 §14.2). after waits
// for its ACK.
func (l *Leg) serveReinvite(req *gosip.Request, tx gosip.ServerTransaction) (after func()) {
	after = func() {}
	if code, phrase, extra := l.busyWith(); code != 0 {
		l.respond(tx, req, code, phrase, extra...)
		return after
	}
	interval, code, phrase := acceptTimer(req)
	if code != 0 {
		l.respond(tx, req, code, phrase, header("Min-SE", minSE))
		return after
	}
	body, event, offer, code, phrase := l.reanswer(req, true)
	if code != 0 {
		l.respond(tx, req, code, phrase)
		return after
	}
	wait := &awaited{cseq: req.CSeq().SeqNo, offer: offer, done: make(chan struct{})}
	l.mu.Lock()
	l.calls.ack = wait
	contact := l.dlg.contact
	l.mu.Unlock()
	res := l.ep.response(req, 200, "OK", body, header("Contact", contact))
	announce(res)
	interval.announce(res)
	if err := l.ep.send(tx, res); err != nil {
		return after
	}
	if event != nil {
		l.post(*event)
	}
	l.swapTimer(interval)
	return func() {
		l.awaitACK(tx, res, wait)
		l.answerInACK(wait)
		tx.Terminate()
	}
}

// busyWith says why a change must wait: one of ours is under way (491), or the
// one before is not settled (500 with Retry-After), or nobody reads our events.
func (l *Leg) busyWith() (code int, phrase string, extra []gosip.Header) {
	l.mu.Lock()
	wait := l.calls.ack
	unsettled := wait != nil && !wait.closed
	l.mu.Unlock()
	if unsettled {
		select {
		case <-wait.done:
		case <-l.gone:
		case <-time.After(ackGrace):
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.state != confirmed:
		if l.state == early || l.state == answered {
			return 500, "Overlapping Request", []gosip.Header{header("Retry-After", "2")}
		}
		return 481, "Call/Transaction Does Not Exist", nil
	case l.calls.ours:
		return 491, "Request Pending", nil
	case wait != nil && !wait.closed, l.box.crowded():
		return 500, "Overlapping Request", []gosip.Header{header("Retry-After", "2")}
	}
	return 0, "", nil
}

// reanswer works out the body of a 200 to a re-INVITE or UPDATE. A refusal
// leaves the session as it was (RFC 3261 §14.2).
func (l *Leg) reanswer(req *gosip.Request, mayOffer bool) (body []byte, event *MediaChanged, offer bool, code int, phrase string) {
	in, err := description(req)
	if err != nil {
		return nil, nil, false, 400, "Bad Body"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dlg.refresh(req)
	codecs := l.ep.cfg.Codecs
	if in == nil {
		if !mayOffer {
			return nil, nil, false, 0, ""
		}
		return l.talk.offer(codecs), nil, true, 0, ""
	}
	if _, _, err := l.talk.view(in, codecs, false); err != nil {
		return nil, nil, false, 488, "Not Acceptable Here"
	}
	before := l.talk.params
	if _, err = l.talk.take(in, codecs, false); err == nil {
		body, err = l.talk.answer(codecs)
	}
	if err != nil {
		return nil, nil, false, 488, "Not Acceptable Here"
	}
	if l.talk.params != before {
		event = &MediaChanged{Params: l.talk.params}
	}
	return body, event, false, 0, ""
}

// answerInACK takes the answer to the offer in our 200; without one the session
// stays as it was.
func (l *Leg) answerInACK(w *awaited) {
	l.mu.Lock()
	if !w.offer || !w.closed || w.body == nil || l.state != confirmed {
		l.mu.Unlock()
		return
	}
	changed, err := l.talk.take(w.body, l.ep.cfg.Codecs, true)
	p := l.talk.params
	l.mu.Unlock()
	switch {
	case err != nil:
		l.bye(context.Background(), Ended{By: Us, Cause: 79, Reason: "no usable SDP in the ACK"}, 79, "no usable SDP in the ACK")
	case changed:
		l.post(MediaChanged{Params: p})
	}
}

// serveUpdate answers UPDATE (RFC 3311): a session refresh, or an offer.
func (l *Leg) serveUpdate(req *gosip.Request, tx gosip.ServerTransaction) {
	if body, _ := description(req); body != nil || l.is(early, answered) {
		if code, phrase, extra := l.busyWith(); code != 0 {
			l.respond(tx, req, code, phrase, extra...)
			return
		}
	}
	interval, code, phrase := acceptTimer(req)
	if code != 0 {
		l.respond(tx, req, code, phrase, header("Min-SE", minSE))
		return
	}
	body, event, _, code, phrase := l.reanswer(req, false)
	if code != 0 {
		l.respond(tx, req, code, phrase)
		return
	}
	l.mu.Lock()
	contact := l.dlg.contact
	l.mu.Unlock()
	res := l.ep.response(req, 200, "OK", body, header("Contact", contact))
	announce(res)
	interval.announce(res)
	if err := l.ep.send(tx, res); err != nil {
		return
	}
	if event != nil {
		l.post(*event)
	}
	l.swapTimer(interval)
}
