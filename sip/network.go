package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// network is the sockets of an endpoint.
type network struct {
	udp   []*datagrams
	tcp   []*streams
	mu    sync.Mutex
	faces map[netip.Addr]netip.Addr // which of our addresses faces a peer
	dials map[netip.AddrPort]*sync.Mutex
}

func (n *network) bind(list []Listen, g *gate) error {
	if len(list) == 0 {
		return errors.New("sip: nothing to listen on: give at least one of udp://ip:port, tcp://ip:port")
	}
	n.faces, n.dials = map[netip.Addr]netip.Addr{}, map[netip.AddrPort]*sync.Mutex{}
	for _, l := range list {
		addr, err := netip.ParseAddrPort(l.Addr)
		if err != nil {
			return fmt.Errorf("sip: listen address %q: want ip:port", l.Addr)
		}
		switch strings.ToLower(l.Network) {
		case "udp":
			d, err := listenUDP(addr, g)
			if err != nil {
				return bindError("udp", l.Addr, err)
			}
			n.udp = append(n.udp, d)
		case "tcp":
			t, err := net.Listen("tcp", l.Addr)
			if err != nil {
				return bindError("tcp", l.Addr, err)
			}
			n.tcp = append(n.tcp, newStreams(t, addrOf(t.Addr()), g))
		default:
			return fmt.Errorf("sip: cannot listen on %q: use udp or tcp", l.Network)
		}
	}
	if len(n.tcp) == 0 { // trunks may still be called over TCP
		n.tcp = append(n.tcp, newStreams(nil, netip.AddrPortFrom(netip.IPv4Unspecified(), 0), g))
	}
	return nil
}

func bindError(network, addr string, err error) error {
	hint := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		hint = ": another program has it; stop that one or choose another port in sip.listen"
	case errors.Is(err, syscall.EACCES):
		hint = ": ports below 1024 need rights; choose a higher one"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		hint = ": this machine does not have that address"
	}
	return fmt.Errorf("sip: cannot listen on %s://%s%s (%w)", network, addr, hint, err)
}

func (n *network) close() {
	for _, d := range n.udp {
		_ = d.Close()
	}
	for _, s := range n.tcp {
		_ = s.Close()
	}
}

// udpFor is the socket that sends to dst: one of the same family.
func (n *network) udpFor(dst netip.Addr) *datagrams {
	for _, d := range n.udp {
		local := d.addr.Addr()
		if local.Is4() == dst.Is4() || local.Is6() && local.IsUnspecified() {
			return d
		}
	}
	return nil
}

// facing is our address as dst sees it.
func (e *Endpoint) facing(dst netip.Addr, bound netip.Addr) netip.Addr {
	if e.cfg.Advertise.IsValid() {
		return e.cfg.Advertise
	}
	if bound.IsValid() && !bound.IsUnspecified() {
		return bound
	}
	n := &e.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if a, ok := n.faces[dst]; ok {
		return a
	}
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(dst, 9))) // sends nothing
	if err != nil {
		return dst // no route: the send will tell
	}
	defer func() { _ = c.Close() }()
	local, _ := netip.AddrFromSlice(c.LocalAddr().(*net.UDPAddr).IP)
	if len(n.faces) > 1024 {
		clear(n.faces)
	}
	n.faces[dst] = local.Unmap()
	return n.faces[dst]
}

// origin is what we put into Via and Contact for a peer: host and port.
func (e *Endpoint) origin(network string, dst netip.Addr) netip.AddrPort {
	if network == "TCP" {
		s := e.net.tcp[0]
		return netip.AddrPortFrom(e.facing(dst, s.addr.Addr()), s.addr.Port())
	}
	if d := e.net.udpFor(dst); d != nil {
		return netip.AddrPortFrom(e.facing(dst, d.addr.Addr()), d.addr.Port())
	}
	return netip.AddrPort{}
}

// connect makes sure that there is a TCP connection to dst for sipgo to find.
func (e *Endpoint) connect(ctx context.Context, dst netip.AddrPort) error {
	if e.connected(dst) {
		return nil
	}
	n := &e.net
	n.mu.Lock()
	m := n.dials[dst]
	if m == nil {
		if len(n.dials) > 1024 {
			clear(n.dials)
		}
		m = &sync.Mutex{}
		n.dials[dst] = m
	}
	n.mu.Unlock()
	m.Lock() // one connection a peer, dialTimeout at most
	defer m.Unlock()
	if e.connected(dst) {
		return nil
	}
	return n.tcp[0].dial(ctx, dst)
}

func (e *Endpoint) connected(dst netip.AddrPort) bool {
	c, err := e.ua.TransportLayer().GetConnection("tcp", dst.String())
	if err != nil {
		return false
	}
	_, _ = c.TryClose() // gives back the reference that looking took
	return true
}

// hop is where a request goes next.
type hop struct {
	network string // "UDP" or "TCP"
	addr    netip.AddrPort
}

var errNoAddress = errors.New("sip: host has no address")

// locate finds the hop of a host and port, looking names up.
func (e *Endpoint) locate(ctx context.Context, network, host string, port int) (hop, error) {
	if port == 0 {
		port = 5060
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return hop{network, netip.AddrPortFrom(a.Unmap(), uint16(port))}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	list, err := e.cfg.Resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return hop{}, fmt.Errorf("sip: %w", err)
	}
	for _, a := range list {
		a = a.Unmap()
		if network == "TCP" || e.net.udpFor(a) != nil {
			return hop{network, netip.AddrPortFrom(a, uint16(port))}, nil
		}
	}
	return hop{}, fmt.Errorf("%w: %s", errNoAddress, host)
}

// locateURI finds the hop that a SIP URI names (RFC 3263 without SRV).
func (e *Endpoint) locateURI(ctx context.Context, network, uri string) (hop, error) {
	u, ok := screen.ParseURI(uri)
	if !ok || !u.IsSIP() {
		return hop{}, fmt.Errorf("sip: cannot send to %q", uri)
	}
	switch t, _ := u.Params.Get("transport"); strings.ToLower(t) {
	case "tcp":
		network = "TCP"
	case "udp":
		network = "UDP"
	}
	host := u.Host
	if m, ok := u.Params.Get("maddr"); ok {
		host = m
	}
	return e.locate(ctx, network, host, u.Port)
}

// laddr makes sipgo use our socket instead of opening one for each peer.
func (d *datagrams) laddr() gosip.Addr {
	return gosip.Addr{IP: d.addr.Addr().AsSlice(), Port: int(d.addr.Port())}
}
