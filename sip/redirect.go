package sip

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// maxRedirects is how often one call follows a 3xx.
const maxRedirects = 5

// redirected puts the Contacts of a 3xx before what was to be tried next, and
// tells whether there are any (RFC 3261 §8.1.3.4). Only what the trunk itself
// could be is followed: its host, where the INVITE went, or a source in its
// match; a peer does not choose whom else we call. What has been tried is not
// tried again.
func (c *clientInvite) redirected(l *Leg, res *gosip.Response) bool {
	if c.way.redirects >= maxRedirects || c.way.phone {
		return false
	}
	c.way.redirects++
	c.way.tried = append(c.way.tried, c.way.at.uri)
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	var list []screen.Address
	for _, v := range headerValues(res, "contact") {
		more, _ := screen.ParseAddresses(v)
		list = append(list, more...)
	}
	slices.SortStableFunc(list, func(a, b screen.Address) int { return strings.Compare(preference(b), preference(a)) })
	var next []target
	for _, a := range list[:min(len(list), maxHops)] {
		uri, _ := embedded(a.URI)
		if u, ok := screen.ParseURI(uri); !ok || u.Scheme != "sip" || c.way.knows(uri) {
			continue
		}
		if h, ok := c.within(ctx, l, uri); ok {
			c.way.tried = append(c.way.tried, uri)
			next = append(next, target{uri, h})
		}
	}
	c.way.rest = append(next, c.way.rest...)
	return len(next) > 0
}

// preference makes q values sort as text: "0.5" < "1".
func preference(a screen.Address) string {
	q, ok := a.Params.Get("q")
	if !ok {
		return "1"
	}
	return q
}

func (s *search) knows(uri string) bool {
	return slices.ContainsFunc(s.tried, func(u string) bool { return screen.SameURI(u, uri) })
}

// within is the hop of a URI that leads to the call's own trunk.
func (c *clientInvite) within(ctx context.Context, l *Leg, uri string) (hop, bool) {
	u, _ := screen.ParseURI(uri)
	at := c.way.at.hop
	if own, _, _ := screen.HostPort(l.trunk.Host); own != "" && strings.EqualFold(u.Host, own) && u.Port == 0 {
		return at, true
	}
	h, err := l.ep.locateURI(ctx, at.network, uri)
	ours := h.addr.Addr() == at.addr.Addr() || slices.ContainsFunc(l.trunk.Match, func(p netip.Prefix) bool { return p.Contains(h.addr.Addr()) })
	return h, err == nil && ours
}
