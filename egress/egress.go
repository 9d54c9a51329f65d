// Package egress says which addresses requests that leave the house may go to, for
// every room that asks or tells other systems over HTTP.
package egress

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// Public tells whether an address is on the public internet: not private, loopback,
// link-local, multicast or unspecified, nor any of special. An IPv4 address inside
// an IPv6 one (::ffff:10.0.0.1) is judged as itself.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// special are addresses that look public and are not, or that hold another address
// and lead to it (RFC 6890).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // carrier NAT, RFC 6598
	netip.MustParsePrefix("192.0.0.0/24"),  // protocol assignments
	netip.MustParsePrefix("198.18.0.0/15"), // benchmarks, RFC 2544
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),          // IPv4-compatible, RFC 4291
	netip.MustParsePrefix("64:ff9b::/96"),   // NAT64, RFC 6052
	netip.MustParsePrefix("64:ff9b:1::/48"), // NAT64 of one network, RFC 8215
	netip.MustParsePrefix("2001::/32"),      // Teredo, RFC 4380
	netip.MustParsePrefix("2002::/16"),      // 6to4, RFC 3056
	netip.MustParsePrefix("fec0::/10"),      // site-local, RFC 3879
}

// Refuse is a net.Dialer's Control that dials public addresses only. It sees the
// address that a name has led to, so that no DNS answer opens the house's own
// network, whatever an earlier one said. allow is the setting that lifts it.
func Refuse(allow string) func(network, address string, c syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%s is no address", address)
		}
		if !Public(at.Addr()) {
			return fmt.Errorf("%s is a private address: set %s if it is meant", at.Addr().Unmap(), allow)
		}
		return nil
	}
}
