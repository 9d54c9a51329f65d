package sip

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/digest"
)

// ErrTimeout means that the peer did not answer a request at all.
var ErrTimeout = errors.New("sip: no answer from the peer")

// address fits a request out for its hop: Via, socket, destination.
func (e *Endpoint) address(req *gosip.Request, h hop, branch string) {
	o := e.origin(h.network, h.addr.Addr())
	via := &gosip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: h.network,
		Host: o.Addr().String(), Port: int(o.Port()),
		Params: gosip.HeaderParams{{K: "branch", V: branch}, {K: "rport"}},
	}
	if via.Port == 0 {
		via.Port = 5060 // TCP without a listener: the answer uses the connection anyway
	}
	req.PrependHeader(via)
	req.SetTransport(h.network)
	req.SetDestination(h.addr.String())
	if d := e.net.udpFor(h.addr.Addr()); h.network == "UDP" && d != nil {
		req.Laddr = d.laddr()
	}
	if req.GetHeader("user-agent") == nil {
		req.AppendHeader(header("User-Agent", e.cfg.UserAgent))
	}
	if req.Body() == nil {
		req.SetBody(nil) // writes Content-Length
	}
}

// begin sends a request in a transaction of its own. The peer may answer from
// the address it goes to, known or not.
func (e *Endpoint) begin(ctx context.Context, req *gosip.Request, h hop, tr *trunk) (*gosip.ClientTx, error) {
	select {
	case <-e.up:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if h.network == "UDP" && e.net.udpFor(h.addr.Addr()) == nil {
		return nil, fmt.Errorf("sip: no UDP socket to reach %s with; add one to sip.listen", h.addr)
	}
	now := time.Now()
	e.gate.peers.admit(now, h.addr.Addr(), tr, now.Add(128*gosip.T1), 0)
	if h.network == "TCP" {
		if err := e.connect(ctx, h.addr); err != nil {
			return nil, err
		}
	}
	return e.ua.TransactionLayer().Request(ctx, req)
}

// write sends an ACK.
func (e *Endpoint) write(ctx context.Context, req *gosip.Request, h hop) error {
	if h.network == "TCP" {
		if err := e.connect(ctx, h.addr); err != nil {
			return err
		}
	}
	return e.ua.TransportLayer().WriteMsg(req)
}

// final waits for the final response of a transaction other than INVITE.
func final(ctx context.Context, tx *gosip.ClientTx) (*gosip.Response, error) {
	defer tx.Terminate()
	deadline := time.NewTimer(64 * gosip.T1)
	defer deadline.Stop()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			if err := tx.Err(); err != nil && !errors.Is(err, gosip.ErrTransactionTimeout) {
				return nil, err
			}
			return nil, ErrTimeout
		case <-deadline.C:
			return nil, ErrTimeout
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// transact sends what build makes and waits for its final response, answering
// a challenge with the trunk's credentials. build is called again for that, as
// every attempt needs a CSeq of its own.
func (e *Endpoint) transact(ctx context.Context, h hop, tr *trunk, build func() *gosip.Request) (*gosip.Response, error) {
	var creds credentials
	for {
		req := build()
		creds.sign(req, tr)
		e.address(req, h, newBranch())
		tx, err := e.begin(ctx, req, h, tr)
		if err != nil {
			return nil, err
		}
		res, err := final(ctx, tx)
		if err != nil || !creds.challenged(res, tr) {
			return res, err
		}
	}
}

// credentials answer challenges during one exchange.
type credentials struct {
	challenge digest.Challenge
	header    string // "Authorization" or "Proxy-Authorization"; empty before a challenge
	uses      uint32
	tries     int
}

// challenged tells whether to try again after res.
func (c *credentials) challenged(res *gosip.Response, tr *trunk) bool {
	from := "www-authenticate"
	to := "Authorization"
	switch res.StatusCode {
	case 401:
	case 407:
		from, to = "proxy-authenticate", "Proxy-Authorization"
	default:
		return false
	}
	if tr == nil || tr.Username == "" {
		return false
	}
	ch, err := digest.Choose(headerValues(res, from))
	// twice is a wrong password, unless it was only the nonce that was old
	if err != nil || c.tries >= 3 || c.header == to && !ch.Stale {
		return false
	}
	c.challenge, c.header, c.uses = ch, to, 0
	c.tries++
	return true
}

// sign adds the credentials to a request.
func (c *credentials) sign(req *gosip.Request, tr *trunk) {
	if c.header == "" {
		return
	}
	c.uses++
	value := c.challenge.Answer(tr.Username, tr.Password, string(req.Method), req.Recipient.String(), c.uses, rand.Text())
	req.AppendHeader(header(c.header, value))
}

// number reads a header that is a plain number, -1 for anything else.
func number(s string) int {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}
