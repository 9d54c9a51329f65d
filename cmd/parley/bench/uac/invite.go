package uac

import (
	"context"
	"time"
)

// invite is one INVITE transaction (RFC 3261 §17.1.1) and, for an abort, its
// CANCEL (§9.1).
type invite struct {
	call        *Call
	branch      string
	message     []byte
	again, end  *time.Timer
	wait        time.Duration
	provisional bool
	abort       bool // CANCEL when it is allowed
	cancelled   bool
}

// invite runs the transaction to its end. A call given up on is cancelled, not
// left ringing.
func (c *Call) invite(ctx context.Context) error {
	t := &invite{call: c, branch: branch(), wait: t1, abort: c.req.Abort}
	t.message = c.request("INVITE", c.req.Target.String(), t.branch, 1, c.peer.to, nil, offer(c.req.RTP))
	c.note(func(t *Times) { t.Invite = time.Now() })
	t.send(t.message)
	t.again, t.end = time.NewTimer(t1), time.NewTimer(life)
	defer t.again.Stop()
	defer t.end.Stop()
	given := ctx.Done()
	for {
		select {
		case <-given:
			given, t.abort = nil, true
			t.tryCancel()
			t.end.Reset(t2)
		case <-t.end.C:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return ErrSilent
		case <-t.again.C:
			t.resend()
		case in := <-c.inbox:
			if _, method := in.m.cseq(); method != "INVITE" {
				continue
			}
			if done, err := t.take(ctx, in); done {
				return err
			}
		}
	}
}

func (t *invite) send(b []byte) { t.call.agent.send(b, t.call.req.Target.Addr) }

func (t *invite) own(method, to string) []byte {
	return t.call.request(method, t.call.req.Target.String(), t.branch, 1, to, nil, "")
}

// tryCancel sends CANCEL once a provisional response allows it.
func (t *invite) tryCancel() {
	if t.abort && t.provisional && !t.cancelled {
		t.cancelled, t.wait = true, t1
		t.send(t.own("CANCEL", t.call.peer.to))
		t.again.Reset(t1)
	}
}

func (t *invite) resend() {
	t.wait = min(t.wait*2, t2)
	t.again.Reset(t.wait)
	switch {
	case t.cancelled:
		t.send(t.own("CANCEL", t.call.peer.to))
	case !t.provisional:
		t.send(t.message)
	}
}

// take reads one response; done is true after a final one.
func (t *invite) take(ctx context.Context, in arrived) (done bool, err error) {
	c := t.call
	c.note(func(t *Times) {
		if t.Progress.IsZero() {
			t.Progress = in.at
		}
	})
	switch {
	case in.m.code < 200:
		t.provisional = true
		t.tryCancel()
		return false, nil
	case in.m.code < 300:
		return true, c.answered(ctx, in, t.cancelled)
	}
	ack := t.own("ACK", in.m.get("to"))
	c.keepACK(ack)
	t.send(ack)
	switch {
	case ctx.Err() != nil:
		return true, ctx.Err()
	case t.cancelled && in.m.code == 487:
		return true, ErrAborted
	}
	return true, &Refused{in.m.code, in.m.reason}
}
