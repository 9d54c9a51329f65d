package audio

import (
	"context"
	"sync"
	"time"

	"github.com/parley-voice/parley/cmd/parley/softphone"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// person is whom calls are transferred to. Their telephone rings until the test
// says what they do.
type person struct {
	*softphone.Phone
	acts chan string // how the ringing transfer is to end

	mu    sync.Mutex
	rang  int // transfers that came in this call
	ended int // of those, how many are over
}

// fresh forgets the call before.
func (p *person) fresh() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rang, p.ended = 0, 0
	select {
	case <-p.acts:
	default:
	}
}

// counts are how many transfers came and how many are over.
func (p *person) counts() (rang, ended int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rang, p.ended
}

// joined is how long an answered transfer lasts.
const joined = 1500 * time.Millisecond

// Inbound rings, and then answers or refuses as the test says.
func (p *person) Inbound(ctx context.Context, leg *sip.Leg) {
	p.mu.Lock()
	p.rang++
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.ended++
		p.mu.Unlock()
	}()
	if leg.Ring(ctx) != nil {
		return
	}
	how, ok := p.wait(ctx, leg)
	if !ok {
		return
	}
	switch how {
	case "ok":
		p.answer(ctx, leg)
	case "no answer":
		_ = leg.Reject(ctx, 480, "Temporarily Unavailable")
	case "declined":
		_ = leg.Reject(ctx, 603, "Decline")
	case "unreachable":
		_ = leg.Reject(ctx, 503, "Service Unavailable")
	default:
		_ = leg.Reject(ctx, 486, "Busy Here")
	}
}

// wait gives what the person does, unless the caller leaves first.
func (p *person) wait(ctx context.Context, leg *sip.Leg) (how string, ok bool) {
	for {
		select {
		case how := <-p.acts:
			return how, true
		case e, more := <-leg.Events():
			if _, over := e.(sip.Ended); over || !more {
				return "", false
			}
		case <-ctx.Done():
			return "", false
		}
	}
}

// answer takes the call, and leaves it after a while.
func (p *person) answer(ctx context.Context, leg *sip.Leg) {
	params, ok := leg.Params()
	if !ok {
		params = media.Params{Codec: media.PCMA}
	}
	talk, err := p.Converse(ctx, params)
	if err != nil {
		_ = leg.Reject(ctx, 500, "Server Internal Error")
		return
	}
	defer talk.Close()
	if params, err = leg.Answer(ctx, talk.Session.LocalAddr()); err != nil {
		return
	}
	if talk.Session.Update(params) == nil {
		talk.Session.Start()
	}
	timer := time.AfterFunc(joined, func() { hangUp(ctx, leg) })
	defer timer.Stop()
	drain(ctx, leg)
}

func hangUp(ctx context.Context, leg *sip.Leg) {
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = leg.Hangup(end, 16, "")
}

// drain waits until a leg has ended.
func drain(ctx context.Context, leg *sip.Leg) {
	for {
		select {
		case e, ok := <-leg.Events():
			if _, over := e.(sip.Ended); over || !ok {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
