package sip

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
)

// srvResolver is a Resolver that finds services, too; *net.Resolver is one, and
// puts them into the order of RFC 2782.
type srvResolver interface {
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// maxHops bounds the places that one call is tried at.
const maxHops = 6

// locateAll finds the hops of a trunk's host, in the order to try them: by SRV
// when it is a name without a port (RFC 3263 §4.2), and every address of a name.
func (e *Endpoint) locateAll(ctx context.Context, network, host string, port int) ([]hop, error) {
	if _, err := netip.ParseAddr(host); err == nil {
		h, err := e.locate(ctx, network, host, port)
		return []hop{h}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var out []hop
	if r, ok := e.cfg.Resolver.(srvResolver); ok && port == 0 {
		// no record and no answer are the same: the name itself is asked next
		_, list, _ := r.LookupSRV(ctx, "sip", strings.ToLower(network), host)
		if len(list) == 1 && list[0].Target == "." {
			return nil, fmt.Errorf("sip: %s says that it takes no calls over %s", host, network)
		}
		for _, s := range list {
			found, err := e.addresses(ctx, network, strings.TrimSuffix(s.Target, "."), int(s.Port))
			if err == nil && len(out) < maxHops {
				out = append(out, found...)
			}
		}
	}
	if len(out) == 0 {
		var err error
		if out, err = e.addresses(ctx, network, host, port); err != nil {
			return nil, err
		}
	}
	return out[:min(len(out), maxHops)], nil
}

// addresses are all that we can send to of a name.
func (e *Endpoint) addresses(ctx context.Context, network, host string, port int) ([]hop, error) {
	list, err := e.cfg.Resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, fmt.Errorf("sip: %w", err)
	}
	var out []hop
	for _, a := range list {
		if a = a.Unmap(); network == "TCP" || e.net.udpFor(a) != nil {
			out = append(out, hop{network, netip.AddrPortFrom(a, uint16(cmp.Or(port, 5060)))})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: %s", errNoAddress, host)
	}
	return out, nil
}
