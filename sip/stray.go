package sip

import (
	"context"
	"net/netip"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// strayResponse gets responses that no transaction waits for. Two of them
// matter: a 2xx that comes again because our ACK was lost, and the 2xx of
// another fork, which must be acknowledged and hung up (RFC 3261 §13.2.2.4).
func (e *Endpoint) strayResponse(res *gosip.Response) {
	if !e.crew.enter() {
		return
	}
	defer e.crew.leave()
	defer e.rescue(nil)
	cseq := res.CSeq()
	if !res.IsSuccess() || cseq == nil || cseq.MethodName != gosip.INVITE || res.From() == nil || res.To() == nil || res.CallID() == nil {
		return
	}
	from, _ := screen.ParseAddress(res.From().Value())
	callID := res.CallID().Value()
	ctx, cancel := context.WithTimeout(context.Background(), 64*gosip.T1)
	defer cancel()
	if l := e.legs.find(callID, from.Tag()); l != nil && l.acknowledgeAgain(ctx, res) {
		return
	}
	// only an INVITE of ours has this tag: the leg may be long over
	if from.Tag() == e.gate.tags.Ours(callID) {
		e.dropFork(ctx, res, from)
	}
}

// acknowledgeAgain is false when the 2xx is not of this leg's peer.
func (l *Leg) acknowledgeAgain(ctx context.Context, res *gosip.Response) bool {
	l.mu.Lock()
	client := l.calls.client
	l.mu.Unlock()
	if client != nil { // the first 2xx may be in the making
		select {
		case <-client.settled:
		case <-l.gone:
		case <-time.After(dialTimeout):
		}
	}
	l.mu.Lock()
	sent, ours := l.calls.sent, l.dlg.remoteTag == toTag(res)
	l.mu.Unlock()
	if !ours {
		return false
	}
	if sent != nil && sent.cseq == res.CSeq().SeqNo {
		_ = l.ep.write(ctx, sent.req.Clone(), sent.hop) // the next 2xx asks again
	}
	return true
}

// dropFork takes a 2xx that nobody wants to the end of its short life.
func (e *Endpoint) dropFork(ctx context.Context, res *gosip.Response, from screen.Address) {
	src, err := netip.ParseAddrPort(res.Source())
	if err != nil {
		return
	}
	tr := e.trunkOf(src.Addr().Unmap())
	if tr == nil {
		return
	}
	to, _ := screen.ParseAddress(res.To().Value())
	d := dialog{
		callID: res.CallID().Value(), localTag: from.Tag(), local: untagged(from), remote: untagged(to),
		target: to.URI, seq: res.CSeq().SeqNo, network: res.Transport(),
	}
	d.contact = e.contact(tr, d.network, src.Addr().Unmap())
	d.confirm(res)
	_, _, next := d.plan()
	h, err := e.locateURI(ctx, d.network, next)
	if err != nil || tr.NAT && len(d.routes) == 0 {
		h = hop{d.network, netip.AddrPortFrom(src.Addr().Unmap(), src.Port())}
	}
	ack := d.requestAt("ACK", d.seq)
	e.address(ack, h, newBranch())
	_ = e.write(ctx, ack, h)
	_, _ = e.transact(ctx, h, tr, func() *gosip.Request { return d.request("BYE") })
}
