package sip

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/registrar"
	"github.com/parley-voice/parley/sip/screen"
)

const (
	pingPatience = 4 * time.Second // more than a phone on a bad line needs
	pingsAtOnce  = 16
	saveDelay    = time.Second // so that a thousand phones are not a thousand writes
)

// keep asks the phones with OPTIONS whether they are there, until ctx ends. That
// keeps the ports of routers open, too.
func (a *agents) keep(ctx context.Context, e *Endpoint) {
	if a.cfg.Keepalive < 0 {
		return
	}
	tick := time.NewTicker(a.cfg.Keepalive)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		a.round(ctx, e)
	}
}

// round asks every phone once, a few at a time.
func (a *agents) round(ctx context.Context, e *Endpoint) {
	slots := make(chan struct{}, pingsAtOnce)
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, b := range e.Registered() {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		wg.Go(func() {
			defer func() { <-slots }()
			answers := e.ping(ctx, a.trunk, b)
			if ctx.Err() != nil {
				return
			}
			now := time.Now()
			a.mu.Lock()
			news := a.table.Mark(now, b.User, b.Contact, answers)
			a.mu.Unlock()
			switch {
			case news && answers:
				e.log.Info("an agent's phone answers again", "agent", b.User, "contact", b.Contact)
			case news:
				e.log.Warn("an agent's phone does not answer; it is called last until it does", "agent", b.User, "contact", b.Contact, "at", b.Flow.Addr)
			}
		})
	}
}

// ping is true when anything comes back, also a refusal.
func (e *Endpoint) ping(ctx context.Context, tr *trunk, b registrar.Binding) bool {
	ctx, cancel := context.WithTimeout(ctx, pingPatience)
	defer cancel()
	h, ok := e.flowHop(b)
	if !ok {
		return false
	}
	callID := rand.Text()
	d := dialog{
		callID: callID, localTag: e.gate.tags.Ours(callID), remote: screen.Address{URI: b.Contact}, target: b.Contact, seq: newSeq(),
		local:   screen.Address{URI: "sip:parley@" + e.origin(h.network, h.addr.Addr()).String()},
		contact: e.contact(tr, h.network, h.addr.Addr()),
	}
	_, err := e.transact(ctx, h, tr, func() *gosip.Request { return d.request("OPTIONS") })
	return err == nil
}

// flowHop is how to reach a phone. A connection that has gone cannot be made
// again from here, unless the Contact says the address that it came from.
func (e *Endpoint) flowHop(b registrar.Binding) (hop, bool) {
	h := hop{b.Flow.Network, b.Flow.Addr}
	if h.network == "UDP" || e.connected(h.addr) {
		return h, true
	}
	at, ok := flowAddr(b.Contact)
	return hop{h.network, at}, ok && at.Addr() == h.addr.Addr() && at != h.addr
}

func (a *agents) changed() {
	select {
	case a.change <- struct{}{}:
	default: // the next save has this one, too
	}
}

// save keeps the registrations, a moment after each change, and at the end.
func (a *agents) save(ctx context.Context, log *slog.Logger) {
	if a.cfg.Bindings == nil {
		return
	}
	for more := true; more; {
		select {
		case <-a.change:
			t := time.NewTimer(saveDelay)
			select {
			case <-t.C:
			case <-ctx.Done():
			}
			t.Stop()
		case <-ctx.Done():
			more = false
			select {
			case <-a.change:
			default:
				return
			}
		}
		a.mu.Lock()
		list := a.table.Snapshot(time.Now())
		a.mu.Unlock()
		if err := a.cfg.Bindings.Save(list); err != nil {
			log.Error("the registrations of agents' phones are not kept: they will have to register again after a restart", "error", err)
		}
	}
}
