package sip

import (
	"context"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// Hangup ends the leg in the way its state asks for: CANCEL, a final response,
// or BYE with a Reason header (Q.850 cause and text; cause 0 sends none). It
// waits for the end within ctx and may be called again.
func (l *Leg) Hangup(ctx context.Context, cause int, text string) error {
	end := Ended{By: Us, Cause: cause, Reason: text}
	l.mu.Lock()
	st, inv, out := l.state, l.calls.server, l.calls.client
	l.mu.Unlock()
	switch {
	case st == over:
		return nil
	case st == early && inv != nil:
		code, phrase := refusal(cause)
		end.Code = code
		_ = l.reject(code, phrase, end, reasonHeader(cause, text))
	case st == early && out != nil:
		end.Code = 487
		out.giveUp(end)
	default:
		l.byeLater(end, cause, text)
	}
	select {
	case <-l.gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refusal is the response for a Q.850 cause (RFC 3398 §8.2.6.1).
func refusal(cause int) (int, string) {
	switch cause {
	case 1, 2, 3:
		return 404, "Not Found"
	case 17:
		return 486, "Busy Here"
	case 21:
		return 603, "Decline"
	case 34, 38, 41, 42, 47:
		return 503, "Service Unavailable"
	}
	return 480, "Temporarily Unavailable"
}

// byeLater sends BYE in a goroutine of its own.
func (l *Leg) byeLater(end Ended, cause int, text string) {
	l.ep.spawn(func() { l.bye(context.Background(), end, cause, text) })
}

// byePatience is how long the end of a leg waits for the answer to our BYE. The
// BYE itself goes on being sent for its full 32 s.
const byePatience = 2 * time.Second

// bye sends BYE, once. A callee must not before the ACK has come or is given up
// (RFC 3261 §15).
func (l *Leg) bye(ctx context.Context, end Ended, cause int, text string) {
	l.mu.Lock()
	st, wait := l.state, l.calls.ack
	if st == over || st == ending {
		l.mu.Unlock()
		return
	}
	l.calls.byHang = end
	pending := st == answered && wait != nil && end.By != Network
	if !pending {
		l.state = ending
	}
	l.mu.Unlock()
	if pending {
		select {
		case <-wait.done:
		case <-l.gone:
			return
		case <-time.After(64 * gosip.T1):
		}
		l.mu.Lock()
		if l.state == over || l.state == ending {
			l.mu.Unlock()
			return
		}
		l.state = ending
		l.mu.Unlock()
	}
	patience := time.AfterFunc(byePatience, func() { l.finish(end) })
	defer patience.Stop()
	// whatever the peer says to a BYE, the leg is over: also a 481 or a 500
	_, _ = l.ask(ctx, "BYE", func(req *gosip.Request) {
		if h := reasonHeader(cause, text); h != nil {
			req.AppendHeader(h)
		}
	})
	l.finish(end)
}
