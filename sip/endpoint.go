package sip

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"
)

var errUnbuilt = errors.New("sip: not built yet")

// Endpoint is a SIP user agent: sockets, trunks and live legs.
type Endpoint struct{}

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

// New binds the sockets of c. Errors say which address could not be had and why.
func New(c Config, log *slog.Logger) (*Endpoint, error) { return nil, errUnbuilt }

// Serve handles messages until ctx ends, hangs up what is left, and returns when
// every goroutine it started has ended.
func (e *Endpoint) Serve(ctx context.Context, h Handler) error { return errUnbuilt }

// Addr is the address bound for "udp" or "tcp", the first if there are several.
func (e *Endpoint) Addr(network string) netip.AddrPort { return netip.AddrPort{} }

// Drain makes new INVITEs answered 503 with Retry-After; live legs stay.
func (e *Endpoint) Drain(on bool) {}

// Options asks a trunk whether it is there and returns the round trip. Any
// response counts, also 4xx: the trunk is reachable.
func (e *Endpoint) Options(ctx context.Context, trunk string) (time.Duration, error) {
	return 0, errUnbuilt
}

// Stats returns the counters so far.
func (e *Endpoint) Stats() Stats { return Stats{} }

// Stats counts what an Endpoint saw since it was made.
type Stats struct {
	Invites      uint64         // initial INVITEs accepted for handling
	Dialled      uint64         // initial INVITEs sent
	Live         int            // legs now
	Rejected     map[int]uint64 // final responses >= 300 that we sent, by code
	Unknown      uint64         // packets and connections of unknown sources, dropped
	Malformed    uint64         // messages dropped or answered 400 before parsing
	AuthFailures uint64         // wrong credentials
	Limited      uint64         // requests over a trunk's rate
	Retransmits  uint64         // 2xx sent again for want of an ACK
	LostACKs     uint64         // legs given up for want of an ACK
	Dropped      uint64         // non-essential leg events dropped, mailbox full
	Panics       uint64         // handlers that panicked and were caught
}
