package server

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/sip"
)

// Prober asks trunks whether they are there, from a port of its own, so that it
// can do so beside a running server. It begins with the first question.
type Prober struct {
	Config *config.Config
	Log    *slog.Logger

	endpoint *sip.Endpoint
	cancel   context.CancelFunc
	done     sync.WaitGroup
}

// Options asks one trunk, and tells how long the answer took.
func (p *Prober) Options(ctx context.Context, trunk string) (time.Duration, error) {
	if p.endpoint == nil {
		if err := p.open(ctx); err != nil {
			return 0, err
		}
	}
	return p.endpoint.Options(ctx, trunk)
}

func (p *Prober) open(ctx context.Context) error {
	c := sipConfig(p.Config)
	for i, l := range p.Config.SIP.Listen {
		c.Listen[i].Addr = netip.AddrPortFrom(l.Addr.Addr(), 0).String()
	}
	for i := range c.Trunks {
		c.Trunks[i].Register = 0 // it would take the running server's calls
	}
	endpoint, err := sip.New(c, p.Log)
	if err != nil {
		return err
	}
	ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	p.endpoint = endpoint
	p.done.Go(func() { _ = endpoint.Serve(ctx, nobody{}) })
	return nil
}

// Close ends it.
func (p *Prober) Close() {
	if p.cancel != nil {
		p.cancel()
		p.done.Wait()
	}
}

// nobody takes no calls.
type nobody struct{}

// Inbound leaves the leg without an answer of its own; the endpoint sends 500.
func (nobody) Inbound(context.Context, *sip.Leg) {}
