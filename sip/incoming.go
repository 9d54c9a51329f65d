package sip

import (
	"context"
	"net/netip"
	"runtime/debug"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// serveRequest is where every request of sipgo arrives, each in a goroutine.
func (e *Endpoint) serveRequest(ctx context.Context, h Handler, req *gosip.Request, tx gosip.ServerTransaction) {
	if !e.crew.enter() {
		return
	}
	defer e.crew.leave()
	defer e.rescue(func() { e.respond(tx, req, 500, "Server Internal Error") })
	if c := req.CSeq(); c == nil || c.MethodName != req.Method || req.From() == nil || req.To() == nil || req.CallID() == nil {
		e.respond(tx, req, 400, "Bad Request") // the gate has seen to it; a 200 every 4 s for ever if it has not
		return
	}
	src, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return
	}
	src = netip.AddrPortFrom(src.Addr().Unmap(), src.Port())
	tr := e.trunkOf(src.Addr())
	if tr == nil {
		return // admitted a moment ago and run out since
	}
	to, _ := screen.ParseAddress(req.To().Value())
	if e.initial(req, to.Tag()) {
		e.serveInitial(ctx, h, req, tx, tr, src)
		return
	}
	leg := e.legs.find(req.CallID().Value(), to.Tag())
	if leg == nil || !leg.knows(req) {
		if !req.IsAck() {
			e.respond(tx, req, 481, "Call/Transaction Does Not Exist")
		}
		return
	}
	leg.serve(req, tx, src)
}

func (e *Endpoint) trunkOf(a netip.Addr) *trunk {
	if tr := e.gate.listed(time.Now(), a); tr != nil {
		return tr
	}
	if tr := e.gate.peers.find(time.Now(), a); tr != nil {
		return tr
	}
	if e.gate.agents.source(time.Now(), a) {
		return e.gate.agents.trunk
	}
	return nil
}

// agentOf is the agent whose password a call has shown to the gate, empty for all
// other calls.
func (e *Endpoint) agentOf(req *gosip.Request) string {
	if e.gate.agents == nil {
		return ""
	}
	return headerValue(req, agentHeader)
}

// initial tells a request outside any leg: its To tag is the one that the gate
// has just given it.
func (e *Endpoint) initial(req *gosip.Request, toTag string) bool {
	from, _ := screen.ParseAddress(req.From().Value())
	via := req.Via()
	if via == nil {
		return false
	}
	branch, _ := via.Params.Get("branch")
	s := screen.Summary{
		CallID: req.CallID().Value(), From: from, CSeq: req.CSeq().SeqNo,
		Vias: []screen.Via{{Params: screen.Params{{Name: "branch", Value: branch}}}},
	}
	return toTag == e.gate.tags.Local(s)
}

func (e *Endpoint) serveInitial(ctx context.Context, h Handler, req *gosip.Request, tx gosip.ServerTransaction, tr *trunk, src netip.AddrPort) {
	if e.agentOf(req) != "" {
		tr = e.gate.agents.trunk
	}
	switch req.Method {
	case gosip.INVITE:
		e.serveInvite(ctx, h, req, tx, tr, src)
	case gosip.ACK: // of a refusal whose transaction is gone
	case gosip.REFER:
		e.respond(tx, req, 603, "Decline")
	default: // BYE, CANCEL, INFO, UPDATE, NOTIFY: nothing to do without a leg
		e.respond(tx, req, 481, "Call/Transaction Does Not Exist")
	}
}

// knows checks the peer's tag too.
func (l *Leg) knows(req *gosip.Request) bool {
	from, _ := screen.ParseAddress(req.From().Value())
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dlg.remoteTag == from.Tag() || l.dlg.remoteTag == "" && l.state == early
}

// serve handles a request inside the leg, in the order of CSeq.
func (l *Leg) serve(req *gosip.Request, tx gosip.ServerTransaction, src netip.AddrPort) {
	l.mu.Lock()
	l.dlg.source = src
	l.mu.Unlock()
	if req.IsAck() {
		l.acked(req)
		return
	}
	if !l.order.enter(req.CSeq().SeqNo) {
		l.ep.respond(tx, req, 500, "CSeq Out Of Order", header("Retry-After", "1"))
		return
	}
	after := func() {}
	func() {
		defer l.order.leave()
		after = l.serveOrdered(req, tx)
	}()
	after() // what may take long must not hold up the next request
}

func (l *Leg) serveOrdered(req *gosip.Request, tx gosip.ServerTransaction) (after func()) {
	after = func() {}
	switch req.Method {
	case gosip.BYE:
		l.serveBye(req, tx)
	case gosip.INVITE:
		after = l.serveReinvite(req, tx)
	case gosip.UPDATE:
		l.serveUpdate(req, tx)
	case gosip.INFO:
		l.serveInfo(req, tx)
	case gosip.NOTIFY:
		l.serveNotify(req, tx)
	case gosip.OPTIONS:
		l.respond(tx, req, 200, "OK")
	case gosip.REFER:
		after = l.serveRefer(req, tx)
	default:
		l.respond(tx, req, 481, "Call/Transaction Does Not Exist")
	}
	return after
}

func (l *Leg) serveBye(req *gosip.Request, tx gosip.ServerTransaction) {
	l.respond(tx, req, 200, "OK")
	end := Ended{By: Them}
	end.Cause, end.Reason = reason(req)
	l.mu.Lock()
	if l.state == ending { // both hung up at once: ours came first
		end = l.calls.byHang
	}
	inv := l.calls.server
	early := l.state == early
	l.mu.Unlock()
	if inv != nil && early {
		end.Code = 487
		inv.refuse(487, "Request Terminated")
	}
	l.finish(end)
}

// respond builds and sends a response and counts it. Errors are the peer's to
// notice: it sends the request again.
func (e *Endpoint) respond(tx gosip.ServerTransaction, req *gosip.Request, code int, phrase string, extra ...gosip.Header) {
	_ = e.send(tx, e.response(req, code, phrase, nil, extra...))
}

func (l *Leg) respond(tx gosip.ServerTransaction, req *gosip.Request, code int, phrase string, extra ...gosip.Header) {
	l.ep.respond(tx, req, code, phrase, extra...)
}

func (e *Endpoint) response(req *gosip.Request, code int, phrase string, body []byte, extra ...gosip.Header) *gosip.Response {
	res := gosip.NewResponseFromRequest(req, code, screen.Clean(phrase), nil)
	for _, h := range extra {
		if h != nil {
			res.AppendHeader(h)
		}
	}
	res.AppendHeader(header("Server", e.cfg.UserAgent))
	setDescription(res, body)
	return res
}

func (e *Endpoint) send(tx gosip.ServerTransaction, res *gosip.Response) error {
	e.count.reject(res.StatusCode)
	return tx.Respond(res)
}

// rescue catches a panic of a handler: one bad call must not end the others.
func (e *Endpoint) rescue(then func()) {
	if p := recover(); p != nil {
		e.count.panics.Add(1)
		e.log.Error("panic while handling a SIP message", "panic", p, "stack", string(debug.Stack()))
		if then != nil {
			defer func() { _ = recover() }() // answering is worth a try, no more
			then()
		}
	}
}
