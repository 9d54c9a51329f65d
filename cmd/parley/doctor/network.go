package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
)

func ports(_ context.Context, c *config.Config, m Machine) []Finding {
	var out []Finding
	for _, l := range c.SIP.Listen {
		out = append(out, bind(m, "sip "+l.String(), l.Network, l.Addr.String(), "sip.listen"))
	}
	if c.HTTP.Listen != "off" {
		out = append(out, bind(m, "http", "tcp", c.HTTP.Listen, "http.listen"))
	}
	return append(out, rtp(c, m))
}

func bind(m Machine, check, network, addr, key string) Finding {
	err := m.Bind(network, addr)
	switch {
	case err == nil:
		return Finding{check, OK, addr + " is free", ""}
	case errors.Is(err, syscall.EADDRINUSE):
		return Finding{check, Broken, addr + " is taken",
			fmt.Sprintf("if Parley itself runs, all is well; else find who has it (ss -lnp | grep %s) or change %s", addr, key)}
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return Finding{check, Broken, addr + " is not an address of this machine", "see ip addr, then change " + key}
	case errors.Is(err, syscall.EACCES):
		return Finding{check, Broken, "no right to bind " + addr, "take a port of 1024 or above in " + key + ", or give the program CAP_NET_BIND_SERVICE"}
	}
	return Finding{check, Broken, err.Error(), "change " + key}
}

// rtpProbes is how many RTP ports are tried; the range may be thousands.
const rtpProbes = 16

// rtp tries ports spread over the range.
func rtp(c *config.Config, m Machine) Finding {
	r := c.Media.Ports
	if r.Last == 0 {
		return Finding{"rtp ports", OK, "any free ones", ""}
	}
	addr := c.Media.Address
	if !addr.IsValid() {
		addr = netip.IPv4Unspecified()
	}
	count := int(r.Last-r.First+1) / 2
	taken, tried := 0, 0
	for i := 0; i < count; i += max(1, count/rtpProbes) {
		tried++
		if m.Bind("udp", netip.AddrPortFrom(addr, r.First+uint16(2*i)).String()) != nil {
			taken++
		}
	}
	f := Finding{"rtp ports", OK, fmt.Sprintf("%s on %s, room for %d calls", r, addr, count), ""}
	switch {
	case taken == tried:
		f.State, f.Found = Broken, fmt.Sprintf("none of %d ports tried in %s on %s can be bound", tried, r, addr)
		f.Mend = "change media.ports or media.address"
	case taken > 0:
		f.State, f.Found = Warn, fmt.Sprintf("%d of %d ports tried in %s are taken", taken, tried, r)
		f.Mend = "choose a range of media.ports that nothing else uses (below 32768, where the kernel's own begin)"
	case count < c.Media.MaxCalls:
		f.State = Warn
		f.Mend = fmt.Sprintf("media.max_calls is %d: widen media.ports to %d ports, or lower it", c.Media.MaxCalls, 2*c.Media.MaxCalls)
	}
	return f
}

func trunks(ctx context.Context, c *config.Config, m Machine) []Finding {
	if len(c.Trunks) == 0 {
		return []Finding{{"trunks", Warn, "none configured: every call is met with silence", "add a trunk; docs/trunks.md shows how"}}
	}
	var out []Finding
	for _, t := range c.Trunks {
		check := "trunk " + t.Name
		if t.Host == "" {
			out = append(out, Finding{check, OK, "takes calls only (no host)", ""})
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
		rtt, err := m.Options(ctx, t.Name)
		cancel()
		if err != nil {
			out = append(out, Finding{check, Broken, fmt.Sprintf("%s does not answer OPTIONS: %v", t.Host, err),
				"check host, transport and the firewall; some carriers answer only to addresses that they know"})
			continue
		}
		out = append(out, Finding{check, OK, fmt.Sprintf("%s answers OPTIONS in %s", t.Host, rtt.Round(100*time.Microsecond)), ""})
	}
	return out
}
