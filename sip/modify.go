package sip

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/media"
)

// sentACK is the last ACK of a leg, to be sent again when its 2xx comes again.
type sentACK struct {
	cseq uint32
	req  *gosip.Request
	hop  hop
}

// glareTries is how often a re-INVITE that met one of the peer's is tried.
const glareTries = 4

// Hold puts the peer on hold (sendonly) or takes it back.
func (l *Leg) Hold(ctx context.Context, on bool) error {
	wish := media.SendRecv
	if on {
		wish = media.SendOnly
	}
	l.mu.Lock()
	same, up := l.talk.wish == wish, l.state == confirmed
	l.mu.Unlock()
	if !up {
		return ErrState
	}
	if same {
		return nil
	}
	result := make(chan error, 1)
	if !l.ep.spawn(func() { result <- l.changeHold(wish) }) {
		return ErrEnded
	}
	select {
	case err := <-result:
		return err
	case <-l.gone:
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// changeHold runs to its end even when the caller of Hold has left: an INVITE must
// be followed to its final response.
func (l *Leg) changeHold(wish media.Direction) error {
	ctx, cancel := context.WithTimeout(context.Background(), 4*64*gosip.T1)
	defer cancel()
	res, err := l.reoffer(ctx, wish)
	if err != nil {
		return err
	}
	if !res.IsSuccess() {
		return fmt.Errorf("sip: the peer refused the change: %d %s", res.StatusCode, res.Reason)
	}
	return nil
}

// renew refreshes the session: by UPDATE, which touches no media, when the peer
// can, else by the same offer again.
func (l *Leg) renew(ctx context.Context) (*gosip.Response, error) {
	l.mu.Lock()
	updates, wish, timer := l.dlg.updates, l.talk.wish, l.calls.timer
	l.mu.Unlock()
	if !updates {
		return l.reoffer(ctx, wish)
	}
	return l.ask(ctx, "UPDATE", func(req *gosip.Request) {
		announce(req)
		timer.request(req)
	})
}

// reoffer sends a re-INVITE and follows it to its end, through glare (RFC 3261
// §14.1: 491 means that both sides tried, and both wait a random while).
func (l *Leg) reoffer(ctx context.Context, wish media.Direction) (*gosip.Response, error) {
	for try := 1; ; try++ {
		res, err := l.reofferOnce(ctx, wish)
		if err != nil || res.StatusCode != 491 || try == glareTries {
			return res, err
		}
		pause := time.Duration(rand.IntN(200)) * 10 * time.Millisecond
		if !l.info.Inbound { // the owner of the Call-ID waits longer
			pause = 2100*time.Millisecond + time.Duration(rand.IntN(190))*10*time.Millisecond
		}
		select {
		case <-time.After(pause):
		case <-l.gone:
			return nil, ErrEnded
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (l *Leg) reofferOnce(ctx context.Context, wish media.Direction) (*gosip.Response, error) {
	l.mu.Lock()
	if l.state != confirmed || l.calls.ours {
		l.mu.Unlock()
		return nil, ErrState
	}
	l.calls.ours = true
	was := l.talk.wish
	l.talk.wish = wish
	body := l.talk.offer(l.ep.cfg.Codecs)
	l.mu.Unlock()
	res, err := l.invite(ctx, body)
	ok := err == nil && res.IsSuccess()
	l.mu.Lock()
	l.calls.ours = false
	var changed bool
	if ok {
		l.dlg.refresh(res)
		var answer []byte
		if answer, err = description(res); err == nil && answer != nil {
			changed, err = l.talk.take(answer, l.ep.cfg.Codecs, true)
		} else if err == nil {
			err = ErrNoAnswer
		}
	} else {
		l.talk.wish = was
	}
	p := l.talk.params
	l.mu.Unlock()
	switch {
	case ok && err != nil:
		l.bye(context.WithoutCancel(ctx), Ended{By: Us, Cause: 79, Reason: "no usable SDP in a 200"}, 79, "no usable SDP")
		return nil, err
	case changed:
		l.post(MediaChanged{Params: p})
	case errors.Is(err, ErrTimeout), res != nil && (res.StatusCode == 408 || res.StatusCode == 481):
		// the peer does not know the leg any more, RFC 3261 §14.1
		l.bye(context.WithoutCancel(ctx), Ended{By: Network, Reason: "the peer has lost the call"}, 0, "")
	}
	return res, err
}

// invite sends one re-INVITE with its authentication, and the ACK of a 2xx.
func (l *Leg) invite(ctx context.Context, body []byte) (*gosip.Response, error) {
	h, err := l.route(ctx)
	if err != nil {
		return nil, err
	}
	var creds credentials
	for {
		l.mu.Lock()
		req := l.dlg.request("INVITE")
		timer := l.calls.timer
		l.mu.Unlock()
		announce(req)
		timer.request(req)
		setDescription(req, body)
		creds.sign(req, l.trunk)
		l.ep.address(req, h, newBranch())
		tx, err := l.ep.begin(ctx, req, h, l.trunk)
		if err != nil {
			return nil, err
		}
		tx.OnRetransmission(l.ep.strayResponse)
		res, err := finalInvite(ctx, tx)
		if err != nil || creds.challenged(res, l.trunk) {
			if err != nil {
				return nil, err
			}
			continue
		}
		if res.IsSuccess() {
			err = l.acknowledge(ctx, req.CSeq().SeqNo, creds)
			tx.Terminate()
		}
		return res, err
	}
}

// finalInvite waits for the final response of a re-INVITE. A refused
// transaction stays, so that it can acknowledge retransmissions.
func finalInvite(ctx context.Context, tx *gosip.ClientTx) (*gosip.Response, error) {
	deadline := time.NewTimer(64 * gosip.T1)
	defer deadline.Stop()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, ErrTimeout
		case <-deadline.C:
			tx.Terminate()
			return nil, ErrTimeout
		case <-ctx.Done():
			tx.Terminate()
			return nil, ctx.Err()
		}
	}
}

// acknowledge sends the ACK of a 2xx: a request of its own, with the number and
// the credentials of the INVITE (RFC 3261 §13.2.2.4 and §22.1).
func (l *Leg) acknowledge(ctx context.Context, cseq uint32, creds credentials) error {
	h, err := l.route(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	ack := l.dlg.requestAt("ACK", cseq)
	l.mu.Unlock()
	creds.sign(ack, l.trunk)
	l.ep.address(ack, h, newBranch())
	l.mu.Lock()
	l.calls.sent = &sentACK{cseq: cseq, req: ack.Clone(), hop: h} // sending changes what is sent
	l.mu.Unlock()
	return l.ep.write(ctx, ack, h)
}

// request puts the timer into a refresh of ours.
func (s *sessionTimer) request(req *gosip.Request) {
	if s == nil {
		return
	}
	who := "uas"
	if s.ours {
		who = "uac"
	}
	req.AppendHeader(header("Session-Expires", fmt.Sprintf("%d;refresher=%s", int(s.interval.Seconds()), who)))
}
