package sip

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip/screen"
)

// clientInvite is an INVITE of ours on its way to a final response. All but
// stop and settled belongs to the goroutine of follow.
type clientInvite struct {
	way     search
	timeout time.Duration
	extra   []screen.Header
	body    []byte
	stop    chan Ended        // from giveUp
	settled chan struct{}     // closed when a final response has been dealt with
	creds   credentials       //
	req     *gosip.Request    // as sent last
	early   map[string][]byte // SDP of provisional responses, by To tag
	rang    bool              // a provisional response has come
	end     *Ended            // why we cancel
	sent    bool              // CANCEL
}

// giveUp asks for a CANCEL; the leg ends with end.
func (c *clientInvite) giveUp(end Ended) {
	select {
	case c.stop <- end:
	default: // it has been asked before
	}
}

// send sends the INVITE with what the last challenge wanted.
func (c *clientInvite) send(ctx context.Context, l *Leg) (*gosip.ClientTx, error) {
	l.mu.Lock()
	req := l.dlg.request("INVITE")
	l.mu.Unlock()
	req.RemoveHeader("Max-Forwards")
	for _, h := range c.extra {
		req.AppendHeader(header(h.Name, h.Value))
	}
	announce(req)
	setDescription(req, c.body)
	c.creds.sign(req, l.trunk)
	l.ep.address(req, c.way.at.hop, newBranch())
	tx, err := l.ep.begin(ctx, req, c.way.at.hop, l.trunk)
	if err != nil {
		return nil, err
	}
	tx.OnRetransmission(l.ep.strayResponse)
	c.req, c.rang = req, false
	return tx, nil
}

// follow is the wait loop of an INVITE. It takes every response there is, keeps
// the order of CANCEL (only after a provisional response), and does not leave a
// 2xx without ACK.
func (c *clientInvite) follow(l *Leg, tx *gosip.ClientTx) {
	defer close(c.settled)
	noAnswer := time.NewTimer(c.timeout)
	defer noAnswer.Stop()
	var patience <-chan time.Time // for the answer to our CANCEL
	quiet := c.way.quiet()
	for {
		select {
		case res := <-tx.Responses():
			switch next, done := c.response(l, tx, res); {
			case done:
				return
			case next != nil:
				tx, quiet = next, c.way.quiet()
			}
		case end := <-c.stop:
			c.abandon(end)
		case <-noAnswer.C:
			c.abandon(Ended{By: Us, Code: 408, Reason: "no answer"})
		case <-patience:
			tx.Terminate()
			l.finish(*c.end)
			return
		case <-quiet:
			if c.rang {
				continue
			}
			if next := c.elsewhere(l, tx, 0); next != nil {
				tx, quiet = next, c.way.quiet()
			}
		case <-tx.Done():
			next := c.elsewhere(l, nil, 0)
			if next == nil {
				c.lost(l, tx.Err())
				return
			}
			tx, quiet = next, c.way.quiet()
		}
		if c.end != nil && c.rang && !c.sent {
			c.cancel(l)
			patience = time.After(64 * gosip.T1) // RFC 3261 §9.1
		}
	}
}

func (c *clientInvite) abandon(end Ended) {
	if c.end == nil {
		c.end = &end
	}
}

func (c *clientInvite) lost(l *Leg, err error) {
	end := Ended{By: Network, Code: 408, Reason: "no response to the INVITE"}
	if err != nil && !errors.Is(err, gosip.ErrTransactionTimeout) {
		end = Ended{By: Network, Code: 503, Reason: "the INVITE could not be sent"}
	}
	if c.end != nil {
		end = *c.end
	}
	l.finish(end)
}

// response deals with one response; next is the transaction of a new attempt.
func (c *clientInvite) response(l *Leg, tx *gosip.ClientTx, res *gosip.Response) (next *gosip.ClientTx, done bool) {
	switch {
	case res.IsProvisional():
		c.rang = true
		c.progress(l, res)
		return nil, false
	case res.IsSuccess():
		c.accepted(l, res)
		tx.Terminate() // more 2xx, of this or another fork, go to strayResponse
		return nil, true
	}
	if c.end == nil && (c.creds.challenged(res, l.trunk) || c.longer(res)) {
		ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
		defer cancel()
		if next, err := c.send(ctx, l); err == nil {
			return next, false
		}
	}
	if res.StatusCode/100 == 3 && c.end == nil && c.redirected(l, res) {
		if next := c.elsewhere(l, nil, 0); next != nil {
			return next, false
		}
	}
	if next := c.elsewhere(l, tx, res.StatusCode); next != nil {
		return next, false
	}
	end := Ended{By: Them, Code: res.StatusCode, Reason: screen.Clean(res.Reason)}
	var text string
	if end.Cause, text = reason(res); text == "" {
		text = warning(res)
	}
	if text != "" {
		end.Reason = text
	}
	if c.end != nil {
		end = *c.end
	}
	l.finish(end)
	return nil, true
}

// longer puts the interval that a 422 wants into the next attempt, once.
func (c *clientInvite) longer(res *gosip.Response) bool {
	first := offerTimer()
	least, ok := raised(res, usualSE)
	if !ok || !slices.Equal(c.extra[:len(first)], first) {
		return false
	}
	for i := range first {
		c.extra[i].Value = strconv.Itoa(int(least.Seconds()))
	}
	return true
}

func (c *clientInvite) progress(l *Leg, res *gosip.Response) {
	if res.StatusCode == 100 {
		return
	}
	p := Progress{Code: res.StatusCode}
	p.Cause, _ = reason(res)
	if body, err := description(res); err == nil && body != nil {
		l.mu.Lock()
		_, choice, err := l.talk.view(body, l.ep.cfg.Codecs, true)
		l.mu.Unlock()
		if tag := toTag(res); err == nil {
			if len(c.early) < 8 {
				c.early[tag] = body
			}
			p.Early = &choice.Params
		}
	}
	l.post(p)
}

// accepted takes a 2xx: ACK first, whatever comes then.
func (c *clientInvite) accepted(l *Leg, res *gosip.Response) {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	src, _ := netip.ParseAddrPort(res.Source())
	l.mu.Lock()
	if l.state == over { // the endpoint is closing
		l.mu.Unlock()
		from, _ := screen.ParseAddress(res.From().Value())
		l.ep.dropFork(ctx, res, from)
		return
	}
	l.dlg.confirm(res)
	l.dlg.source = netip.AddrPortFrom(src.Addr().Unmap(), src.Port())
	l.state = confirmed
	l.mu.Unlock()
	l.admit(src.Addr().Unmap())
	ackErr := l.acknowledge(ctx, c.req.CSeq().SeqNo, c.creds)
	p, err := c.agree(l, res)
	switch {
	case c.end != nil: // the 200 crossed our CANCEL
		l.byeLater(*c.end, c.end.Cause, c.end.Reason)
	case ackErr != nil:
		l.byeLater(Ended{By: Network, Code: 503, Reason: "the ACK could not be sent"}, 0, "")
	case err != nil:
		l.byeLater(Ended{By: Us, Code: 488, Cause: 79, Reason: "no usable SDP in the 200"}, 79, "no usable SDP in the 200")
	default:
		l.post(Answered{Params: p})
		l.swapTimer(timerFrom(res))
	}
}

// agree reads the answer of a 2xx, or the one given early by the same fork.
func (c *clientInvite) agree(l *Leg, res *gosip.Response) (media.Params, error) {
	body, err := description(res)
	if err == nil && body == nil {
		body = c.early[toTag(res)]
	}
	if err == nil && body == nil {
		err = ErrNoAnswer
	}
	if err != nil {
		return media.Params{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err = l.talk.take(body, l.ep.cfg.Codecs, true)
	return l.talk.params, err
}

func toTag(m gosip.Message) string {
	if m.To() == nil {
		return ""
	}
	a, _ := screen.ParseAddress(m.To().Value())
	return a.Tag()
}

func (c *clientInvite) cancel(l *Leg) {
	c.sent = true
	l.ep.cancel(c.req, c.way.at.hop, l.trunk, reasonHeader(c.end.Cause, c.end.Reason))
}

// cancel sends CANCEL: the INVITE's own URI, Via, Route and number, nothing
// learnt since (RFC 3261 §9.1).
func (e *Endpoint) cancel(invite *gosip.Request, h hop, tr *trunk, why gosip.Header) {
	req := gosip.NewRequest(gosip.CANCEL, invite.Recipient)
	for _, name := range []string{"Route", "From", "To", "Call-ID"} {
		for _, v := range headerValues(invite, name) {
			req.AppendHeader(header(name, v))
		}
	}
	req.AppendHeader(&gosip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: gosip.CANCEL})
	req.AppendHeader(header("Max-Forwards", "70"))
	if why != nil {
		req.AppendHeader(why)
	}
	branch, _ := invite.Via().Params.Get("branch")
	e.address(req, h, branch)
	e.spawn(func() {
		ctx, done := context.WithTimeout(context.Background(), 64*gosip.T1)
		defer done()
		if tx, err := e.begin(ctx, req, h, tr); err == nil {
			_, _ = final(ctx, tx) // the INVITE's own final response is what counts
		}
	})
}
