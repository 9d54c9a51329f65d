package uac

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Request says whom to call and how.
type Request struct {
	Target Target
	From   string         // user part of From and Contact
	RTP    netip.AddrPort // where our audio is to be sent
	Abort  bool           // CANCEL as soon as a provisional response allows it
}

// Times are the instants of a call's set-up; those of messages that came are the
// kernel's receive times.
type Times struct {
	Invite   time.Time
	Progress time.Time // first response of any kind
	OK       time.Time
	ACK      time.Time
	End      time.Time // the other side's BYE, or the answer to ours
}

// Call is one call, ours.
type Call struct {
	ID    string
	agent *Agent
	req   Request
	from  string
	inbox chan arrived
	gone  chan struct{} // closed when the other side hung up

	mu    sync.Mutex
	times Times
	media Media
	ack   []byte // sent again whenever the final response comes again
	peer  peer
}

// peer is the other end of the dialog (RFC 3261 §12.1.2).
type peer struct {
	to     string   // To, with its tag once there is one
	target string   // remote target
	routes []string // route set
}

type arrived struct {
	m  *message
	at time.Time
}

// Refused is a final response that is not a 2xx.
type Refused struct {
	Code   int
	Reason string
}

func (r *Refused) Error() string { return fmt.Sprintf("refused with %d %s", r.Code, r.Reason) }

// ErrAborted is how a call ends that Request.Abort cancelled.
var ErrAborted = errors.New("cancelled before the answer")

// ErrSilent is a server that does not answer.
var ErrSilent = errors.New("no answer to the INVITE within 32 s")

// The timers of RFC 3261 §17: T1, T2 and the life of a transaction.
const (
	t1   = 500 * time.Millisecond
	t2   = 4 * time.Second
	life = 64 * t1
)

// Place calls and waits until the call is answered (the ACK has been sent) or has
// failed. An aborted call that is answered all the same is hung up, and still
// ends with ErrAborted.
func (a *Agent) Place(ctx context.Context, req Request) (*Call, error) {
	if req.From == "" {
		req.From = "bench"
	}
	c := &Call{
		ID:    random(12),
		agent: a,
		req:   req,
		from:  fmt.Sprintf("<sip:%s@%s>;tag=%s", req.From, a.local, random(6)),
		inbox: make(chan arrived, 32),
		gone:  make(chan struct{}),
		peer:  peer{to: "<" + req.Target.String() + ">"},
	}
	a.add(c)
	err := c.invite(ctx)
	if err != nil {
		a.forget(c)
	}
	return c, err
}

// Times tells when what happened.
func (c *Call) Times() Times {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.times
}

// Media tells what was agreed on.
func (c *Call) Media() Media { return c.media }

// Gone is closed when the other side has hung up.
func (c *Call) Gone() <-chan struct{} { return c.gone }

func (c *Call) note(f func(*Times)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.times)
}

func (c *Call) keepACK(ack []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ack = ack
}

// answered takes the 2xx: ACK first, whatever follows (RFC 3261 §13.2.2.4).
func (c *Call) answered(ctx context.Context, in arrived, cancelled bool) error {
	routes := in.m.all("record-route")
	slices.Reverse(routes)
	remote := uri(in.m.get("contact"))
	if remote == "" {
		remote = c.req.Target.String()
	}
	c.mu.Lock()
	c.peer = peer{in.m.get("to"), remote, routes}
	c.ack = c.request("ACK", remote, branch(), 1, c.peer.to, routes, "")
	ack := c.ack
	c.times.OK, c.times.ACK = in.at, time.Now()
	c.mu.Unlock()
	c.agent.send(ack, c.hop())
	media, err := answer(in.m.body)
	c.media = media
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case cancelled || c.req.Abort:
		err = ErrAborted
	}
	if err != nil {
		hctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		_ = c.Hangup(hctx)
	}
	return err
}

// hop is where requests within the dialog go: the first route, else the target's
// own address when it is one, else where the INVITE went.
func (c *Call) hop() netip.AddrPort {
	next := c.peer.target
	if len(c.peer.routes) > 0 {
		next = uri(c.peer.routes[0])
	}
	if addr, ok := hostPort(next); ok {
		return addr
	}
	return c.req.Target.Addr
}

// response takes one of the server's. It runs on the reader.
func (c *Call) response(m *message, at time.Time) {
	n, method := m.cseq()
	c.mu.Lock()
	ack := c.ack
	c.mu.Unlock()
	if method == "INVITE" && n == 1 && m.code >= 200 && ack != nil {
		c.agent.send(ack, c.hop()) // a retransmission: our ACK was lost
		return
	}
	select {
	case c.inbox <- arrived{m, at}:
	default: // more than 32 responses waiting: let the server send it again
	}
}

func (c *Call) ended(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.gone:
	default:
		c.times.End = at
		close(c.gone)
		c.agent.forget(c)
	}
}

// Hangup sends BYE and waits for its answer. After the other side's BYE it does
// nothing.
func (c *Call) Hangup(ctx context.Context) error {
	msg := c.request("BYE", c.peer.target, branch(), 2, c.peer.to, c.peer.routes, "")
	wait := t1
	for {
		select {
		case <-c.gone:
			return nil
		default:
		}
		c.agent.send(msg, c.hop())
		again := time.After(wait)
		for resend := false; !resend; {
			select {
			case <-c.gone:
				return nil
			case <-ctx.Done():
				return fmt.Errorf("no answer to BYE: %w", ctx.Err())
			case <-again:
				resend = true
			case in := <-c.inbox:
				if _, method := in.m.cseq(); method == "BYE" && in.m.code >= 200 {
					c.ended(in.at)
					return nil
				}
			}
		}
		wait = min(wait*2, t2)
	}
}
