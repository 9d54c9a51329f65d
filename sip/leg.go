package sip

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/media"
)

// Errors of Leg methods that callers may want to tell apart.
var (
	ErrEnded    = errors.New("sip: the leg has ended")
	ErrState    = errors.New("sip: not possible in the leg's state")
	ErrNoACK    = errors.New("sip: no ACK came for our 200")
	ErrNoAnswer = errors.New("sip: no usable answer to our offer")
)

// state is how far a leg has come.
type state uint8

const (
	early     state = iota // before a final response
	answered               // our 200 is out, no ACK yet
	confirmed              // up
	ending                 // BYE or CANCEL sent
	over
)

// Leg is one SIP dialog (RFC 3261 §12) of one call, ours or theirs. Its methods
// may be called from any goroutine.
type Leg struct {
	ep    *Endpoint
	id    string
	info  Info
	trunk *trunk
	box   mailbox
	order *sequence
	gone  chan struct{} // closed when the leg has ended

	mu    sync.Mutex // guards what follows; never held while sending
	state state
	dlg   dialog // callID and localTag do not change
	talk  talk
	calls calls
}

// calls are the transactions of a leg that outlive one function.
type calls struct {
	server *serverInvite // the initial INVITE, inbound
	client *clientInvite // outbound
	ack    *awaited      // the ACK that our last 200 wants
	ours   bool          // a re-INVITE or UPDATE of ours is under way
	refer  *referral
	refers int // REFERs of the peer so far
	timer  *sessionTimer
	sent   *sentACK
	byHang Ended // what Hangup will report
	held   []netip.Addr
	cancel context.CancelFunc // ends the handler's context
}

// awaited is an ACK to come.
type awaited struct {
	cseq   uint32
	offer  bool // our 200 carried the offer, so the ACK carries the answer
	done   chan struct{}
	closed bool
	body   []byte
}

func newLeg(e *Endpoint, tr *trunk, d dialog) *Leg {
	l := &Leg{
		ep: e, id: rand.Text()[:13], trunk: tr, dlg: d, box: newMailbox(),
		order: newSequence(), gone: make(chan struct{}),
	}
	l.talk = newTalk(tr.NAT)
	l.info = Info{CallID: d.callID, Trunk: tr.Name, At: time.Now()}
	return l
}

// ID names the leg in this process; Call-ID is in Info.
func (l *Leg) ID() string { return l.id }

// Info is what the INVITE told.
func (l *Leg) Info() Info { return l.info }

// Events tells what happens to the leg. Ended comes last, then it closes. Take
// them: when 40 wait, digits and progress are dropped and counted, and peers
// that want to change the call are asked to try later.
func (l *Leg) Events() <-chan Event { return l.box.ch }

func (l *Leg) post(e Event) {
	if !l.box.post(e) {
		l.ep.count.dropped.Add(1)
	}
}

// is tells whether the leg is in one of the states.
func (l *Leg) is(states ...state) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range states {
		if l.state == s {
			return true
		}
	}
	return false
}

// finish ends the leg once: off the books, Ended posted.
func (l *Leg) finish(end Ended) {
	l.mu.Lock()
	if l.state == over {
		l.mu.Unlock()
		return
	}
	l.state = over
	refer, timer, held, cancel := l.calls.refer, l.calls.timer, l.calls.held, l.calls.cancel
	l.calls = calls{}
	l.ep.legs.remove(l) // at once with the state: whoever finds the leg over finds it gone
	l.mu.Unlock()
	refer.stop()
	timer.stop()
	now := time.Now()
	for _, a := range held {
		l.ep.gate.peers.admit(now, a, l.trunk, now.Add(128*gosip.T1), -1)
	}
	l.box.post(end)
	close(l.gone)
	if cancel != nil {
		cancel()
	}
}

// whenGone has f called at the end of the leg, or now.
func (l *Leg) whenGone(f context.CancelFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == over {
		f()
		return
	}
	l.calls.cancel = f
}

// admit lets an address talk to us as long as the leg lives.
func (l *Leg) admit(a netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == over || !a.IsValid() {
		return
	}
	for _, h := range l.calls.held {
		if h == a {
			return
		}
	}
	if len(l.calls.held) < 8 {
		l.calls.held = append(l.calls.held, a)
		l.ep.gate.peers.admit(time.Now(), a, l.trunk, time.Time{}, 1)
	}
}

// route is where the leg's next request goes.
func (l *Leg) route(ctx context.Context) (hop, error) {
	l.mu.Lock()
	_, _, next := l.dlg.plan()
	network, source, routed := l.dlg.network, l.dlg.source, len(l.dlg.routes) > 0
	l.mu.Unlock()
	// behind NAT the Contact is worth nothing; and a connection that lives is
	// better than one that may not be had (RFC 5923)
	if source.IsValid() && l.trunk.NAT && !routed {
		return hop{network, source}, nil
	}
	h, err := l.ep.locateURI(ctx, network, next)
	if source.IsValid() && network == "TCP" && (err != nil || h.addr.Addr() == source.Addr()) && l.ep.connected(source) {
		return hop{network, source}, nil
	}
	if err == nil {
		l.admit(h.addr.Addr())
	}
	return h, err
}

// ask sends a request in the leg and waits for its final response. decorate may
// add headers and a body.
func (l *Leg) ask(ctx context.Context, method string, decorate func(*gosip.Request)) (*gosip.Response, error) {
	h, err := l.route(ctx)
	if err != nil {
		return nil, err
	}
	return l.ep.transact(ctx, h, l.trunk, func() *gosip.Request {
		l.mu.Lock()
		req := l.dlg.request(method)
		l.mu.Unlock()
		if decorate != nil {
			decorate(req)
		}
		return req
	})
}

// Params is what the offer of an inbound INVITE would give; false if it had no
// SDP (the offer then goes out with Answer).
func (l *Leg) Params() (media.Params, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.talk.params, l.talk.remote != nil
}
