package server

import (
	"context"
	"net"
	"net/netip"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/media"
)

// mediaAddress is where RTP binds: as configured, else where SIP listens, else
// the host's first address. SDP shows it, so it cannot be 0.0.0.0.
func mediaAddress(c *config.Config, interfaces func() ([]net.Addr, error)) netip.Addr {
	if a := c.Media.Address; a.IsValid() && !a.IsUnspecified() {
		return a
	}
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	for _, l := range c.SIP.Listen {
		if a := l.Addr.Addr().Unmap(); !a.IsUnspecified() {
			return a
		}
	}
	addrs, err := interfaces()
	if err != nil {
		return loopback
	}
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(n.IP)
		if ip = ip.Unmap(); ok && ip.Is4() && ip.IsGlobalUnicast() {
			return ip
		}
	}
	return loopback
}

// advertised is an Audio whose sessions tell the address that others see, for
// hosts behind NAT.
type advertised struct {
	call.Audio
	addr netip.Addr
}

type advertisedMedia struct {
	call.Media
	addr netip.Addr
}

// LocalAddr is the port bound, at the address that others see.
func (m advertisedMedia) LocalAddr() netip.AddrPort {
	return netip.AddrPortFrom(m.addr, m.Media.LocalAddr().Port())
}

// Open opens a session that tells the advertised address.
func (a advertised) Open(ctx context.Context, p media.Params, s media.Sink) (call.Media, error) {
	m, err := a.Audio.Open(ctx, p, s)
	if err != nil {
		return nil, err
	}
	return advertisedMedia{m, a.addr}, nil
}

// Join joins the sessions beneath.
func (a advertised) Join(x, y call.Media) (func(), error) {
	return a.Audio.Join(bare(x), bare(y))
}

// Patch lets the session beneath to hear the one beneath from.
func (a advertised) Patch(from, to call.Media) (func(), error) {
	return a.Audio.Patch(bare(from), bare(to))
}

// Overhear lets the session beneath to hear what the one beneath from hears.
func (a advertised) Overhear(from, to call.Media) (func(), error) {
	return a.Audio.Overhear(bare(from), bare(to))
}

func bare(m call.Media) call.Media {
	if am, ok := m.(advertisedMedia); ok {
		return am.Media
	}
	return m
}
