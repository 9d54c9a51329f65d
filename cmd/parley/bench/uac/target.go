package uac

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// Target is whom to call: sip:NUMBER@HOST:PORT.
type Target struct {
	Number string
	Addr   netip.AddrPort
}

// String gives the Request-URI.
func (t Target) String() string { return "sip:" + t.Number + "@" + t.Addr.String() }

// ParseTarget reads sip:NUMBER@HOST[:PORT] and looks HOST up (IPv4, UDP).
func ParseTarget(s string) (Target, error) {
	rest, ok := strings.CutPrefix(s, "sip:")
	number, host, at := strings.Cut(rest, "@")
	if !ok || !at || number == "" || strings.ContainsAny(s, " \r\n<>\"") {
		return Target{}, fmt.Errorf("target %q: write it as sip:NUMBER@HOST:PORT", s)
	}
	host, _, _ = strings.Cut(host, ";")
	if !strings.Contains(host, ":") {
		host += ":5060"
	}
	addr, err := net.ResolveUDPAddr("udp4", host)
	if err != nil {
		return Target{}, fmt.Errorf("target %q: %w", s, err)
	}
	ap := addr.AddrPort()
	return Target{Number: number, Addr: netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())}, nil
}

// hostPort reads the address out of a SIP URI when it is a literal one.
func hostPort(uri string) (netip.AddrPort, bool) {
	rest, ok := strings.CutPrefix(uri, "sip:")
	if !ok {
		return netip.AddrPort{}, false
	}
	if _, after, at := strings.Cut(rest, "@"); at {
		rest = after
	}
	rest, _, _ = strings.Cut(rest, ";")
	rest, _, _ = strings.Cut(rest, "?")
	if ap, err := netip.ParseAddrPort(rest); err == nil {
		return ap, true
	}
	if a, err := netip.ParseAddr(rest); err == nil {
		return netip.AddrPortFrom(a, 5060), true
	}
	return netip.AddrPort{}, false
}
