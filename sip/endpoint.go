package sip

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	gosip "github.com/emiago/sipgo/sip"
	"golang.org/x/time/rate"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip/screen"
)

// Endpoint is a SIP user agent: sockets, trunks and live legs.
type Endpoint struct {
	cfg      Config
	log      *slog.Logger
	gate     *gate
	net      network
	direct   *trunk // of calls placed without one
	ua       agent
	legs     registry
	homes    homes
	count    counters
	draining atomic.Bool
	crew     crew
	up       chan struct{} // closed when Serve can send
}

// agent is what we use of sipgo.
type agent struct {
	*sipgo.UserAgent
	server *sipgo.Server
}

// Handler takes inbound calls. Inbound runs in a goroutine of its own for each
// leg; the INVITE is answered by it (Ring, Early, Answer, Reject). When it
// returns, a leg without a final response gets 500 and one that is still up is
// hung up. ctx ends when the leg has ended or the endpoint closes.
type Handler interface {
	Inbound(ctx context.Context, leg *Leg)
}

// Resolver finds addresses of a host; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// sipgo keeps its settings in package variables; they are set once, before the
// first use.
var setUp = sync.OnceFunc(func() {
	gosip.UDPMTUSize = 65535 // it refuses to send more than this less 200
	gosip.TransportBufferReadSize = 65535
	gosip.SetDefaultLogger(slog.New(slog.DiscardHandler))
})

// New binds the sockets of c. Errors say which address could not be had and why.
func New(c Config, log *slog.Logger) (*Endpoint, error) {
	setUp()
	c.UserAgent = screen.Clean(cmp.Or(c.UserAgent, "Parley"))
	if len(c.Codecs) == 0 {
		c.Codecs = []media.Codec{media.PCMA, media.PCMU}
	}
	c.NoAnswer = cmp.Or(c.NoAnswer, time.Minute)
	c.MaxLegs = cmp.Or(c.MaxLegs, 2000)
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails, see crypto/rand
	table, err := newTrunks(c.Trunks, secret)
	if err != nil {
		return nil, err
	}
	phones, err := newAgents(c.Registrar, table, secret)
	if err != nil {
		return nil, err
	}
	e := &Endpoint{cfg: c, log: log, legs: registry{m: map[legKey]*Leg{}}, up: make(chan struct{})}
	e.gate = &gate{
		trunks: table, peers: newPeers(), recent: newRecent(64 * gosip.T1), tags: screen.NewTags(secret),
		homes: &e.homes, agents: phones, count: &e.count, crowd: rate.NewLimiter(100, 200), full: e.full,
		banner: screen.Header{Name: "Server", Value: c.UserAgent},
	}
	e.homes.from = map[netip.Addr]welcome{}
	for _, c := range c.Trunks {
		if c.Register > 0 {
			e.homes.list = append(e.homes.list, e.newHome(table.byName[c.Name]))
		}
	}
	e.direct, _ = newTrunk(Trunk{Name: direct, Host: "direct"})
	e.direct.Host = ""
	e.crew.idle = sync.NewCond(&e.crew.mu)
	if err := e.net.bind(c.Listen, e.gate); err != nil {
		e.net.close()
		return nil, err
	}
	if err := e.startAgent(); err != nil {
		e.net.close()
		return nil, err
	}
	return e, nil
}

func (e *Endpoint) startAgent() error {
	quietly := slog.New(newQuiet(e.log.Handler()))
	ua, err := sipgo.NewUA(
		sipgo.WithUserAgent(e.cfg.UserAgent),
		sipgo.WithUserAgentParser(gosip.NewParser(gosip.WithHeadersParsers(parsers()))),
		sipgo.WithUserAgentTransportLayerOptions(gosip.WithTransportLayerLogger(quietly)),
		sipgo.WithUserAgentTransactionLayerOptions(
			gosip.WithTransactionLayerLogger(quietly),
			gosip.WithTransactionLayerUnhandledResponseHandler(e.strayResponse),
			gosip.WithTransactionLayerTerminateOnConnClose(),
		),
	)
	if err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	srv, err := sipgo.NewServer(ua, sipgo.WithServerLogger(quietly))
	if err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	e.ua = agent{UserAgent: ua, server: srv}
	return nil
}

// parsers leaves the headers that we read ourselves as they are: the typed ones
// of sipgo do not give back what they took.
func parsers() map[string]gosip.HeaderParser {
	all := gosip.DefaultHeadersParser()
	out := map[string]gosip.HeaderParser{}
	for _, n := range []string{"via", "from", "to", "call-id", "cseq", "max-forwards", "content-length", "content-type"} {
		out[n] = all[n]
	}
	return out
}

// Serve handles messages until ctx ends, hangs up what is left, and returns when
// every goroutine it started has ended.
func (e *Endpoint) Serve(ctx context.Context, h Handler) error {
	if h == nil {
		return errors.New("sip: Serve without a handler")
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	serve := func(req *gosip.Request, tx gosip.ServerTransaction) { e.serveRequest(base, h, req, tx) }
	for _, m := range methods {
		e.ua.server.OnRequest(gosip.RequestMethod(m), serve)
	}
	e.ua.server.OnNoRoute(serve)
	var sockets sync.WaitGroup
	for _, d := range e.net.udp {
		sockets.Go(func() { _ = e.ua.server.ServeUDP(d) })
	}
	for _, s := range e.net.tcp {
		sockets.Go(func() { _ = e.ua.server.ServeTCP(s) })
	}
	e.awaitSockets()
	close(e.up)
	var homes sync.WaitGroup
	for _, h := range e.homes.list {
		homes.Go(func() { h.keep(ctx) })
	}
	if a := e.gate.agents; a != nil {
		homes.Go(func() { a.keep(ctx, e) })
		homes.Go(func() { a.save(ctx, e.log) })
	}
	<-ctx.Done()
	e.draining.Store(true)
	e.hangupAll(closeGrace)
	homes.Wait()
	cancel()
	e.crew.shut()
	e.net.close()
	e.ua.TransactionLayer().Close()
	_ = e.ua.TransportLayer().Close()
	sockets.Wait()
	e.crew.wait()
	return nil
}

// awaitSockets waits until sipgo knows the UDP sockets: a request sent before
// that would go out by a socket of its own.
func (e *Endpoint) awaitSockets() {
	for _, d := range e.net.udp {
		for {
			if c, err := e.ua.TransportLayer().GetConnection("udp", d.LocalAddr().String()); err == nil {
				_, _ = c.TryClose()
				break
			}
			time.Sleep(time.Millisecond) //nolint:forbidigo // sipgo tells nobody
		}
	}
}

// closeGrace is how long the peers have to answer our BYEs when we close.
const closeGrace = 2 * time.Second

func (e *Endpoint) hangupAll(grace time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	var wg sync.WaitGroup
	for _, l := range e.legs.all() {
		wg.Go(func() { _ = l.Hangup(ctx, 0, "server is going down") })
	}
	wg.Wait()
	for _, l := range e.legs.all() {
		l.finish(Ended{By: Us, Reason: "server went down"})
	}
}

// Addr is the address bound for "udp" or "tcp", the first if there are several.
func (e *Endpoint) Addr(network string) netip.AddrPort {
	switch strings.ToLower(network) {
	case "udp":
		if len(e.net.udp) > 0 {
			return e.net.udp[0].addr
		}
	case "tcp":
		if len(e.net.tcp) > 0 {
			return e.net.tcp[0].addr
		}
	}
	return netip.AddrPort{}
}

// Drain makes new INVITEs answered 503 with Retry-After; live legs stay.
func (e *Endpoint) Drain(on bool) { e.draining.Store(on) }

func (e *Endpoint) full() bool { return e.draining.Load() || e.legs.count() >= e.cfg.MaxLegs }

// Stats returns the counters so far.
func (e *Endpoint) Stats() Stats { return e.count.snapshot(e.legs.count()) }

// crew counts the goroutines that work on messages. None starts after shut.
type crew struct {
	mu   sync.Mutex
	idle *sync.Cond
	n    int
	done bool
}

func (c *crew) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done {
		return false
	}
	c.n++
	return true
}

func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n == 0 {
		c.idle.Broadcast()
	}
}

func (c *crew) shut() {
	c.mu.Lock()
	c.done = true
	c.mu.Unlock()
}

func (c *crew) wait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.n > 0 {
		c.idle.Wait()
	}
}

// spawn runs f in a goroutine that Serve waits for; false when closing.
func (e *Endpoint) spawn(f func()) bool {
	if !e.crew.enter() {
		return false
	}
	go func() {
		defer e.crew.leave()
		defer e.rescue(nil)
		f()
	}()
	return true
}
