package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"syscall"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// bind takes the ports before anything slow, so that a second start by mistake
// ends at once.
func (s *Server) bind(_ context.Context, o Options) error {
	c := s.cfg
	phones := sipConfig(c)
	phones.Registrar = registrar(c)
	endpoint, err := sip.New(phones, s.log.With("room", "sip"))
	if err != nil {
		return err
	}
	s.Endpoint = endpoint
	s.life.close = append(s.life.close, s.unbind)
	if c.HTTP.Listen != "off" {
		l, err := net.Listen("tcp", c.HTTP.Listen)
		if err != nil {
			return listenError(c.HTTP.Listen, err)
		}
		s.web.listener = l
		s.life.close = append(s.life.close, func() error { return ignoreClosed(l.Close()) })
	}
	addr := mediaAddress(c, net.InterfaceAddrs)
	engine, err := media.NewEngine(media.Config{
		Addr: addr, MinPort: c.Media.Ports.First, MaxPort: c.Media.Ports.Last, Threads: c.Media.Threads,
		RTPTimeout: c.Media.RTPTimeout, MaxSessions: 2 * c.Media.MaxCalls, Realtime: c.Media.Realtime,
	})
	if err != nil {
		return fmt.Errorf("media on %s: %w", addr, err)
	}
	s.engine = engine
	s.life.close = append(s.life.close, engine.Close)
	return nil
}

func listenError(addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("http.listen: another program has %s; stop that one or choose another address (off for none)", addr)
	}
	return fmt.Errorf("http.listen: %w; choose another address (off for none)", err)
}

func sipConfig(c *config.Config) sip.Config {
	out := sip.Config{UserAgent: c.SIP.UserAgent, Advertise: c.SIP.Advertise, MaxLegs: 2 * c.Media.MaxCalls}
	for _, l := range c.SIP.Listen {
		out.Listen = append(out.Listen, sip.Listen{Network: l.Network, Addr: l.Addr.String()})
	}
	for _, t := range c.Trunks {
		out.Trunks = append(out.Trunks, sip.Trunk{
			Name: t.Name, Match: t.Match, Host: t.Host, Transport: t.Transport,
			Username: t.Username, Password: t.Password.Reveal(), Realm: t.Realm, Challenge: t.Challenge,
			NAT: t.NAT, Trusted: t.Trusted, Rate: float64(t.Rate), Register: t.Register,
		})
	}
	return out
}

// registrations is the file in the data folder that keeps them over a restart.
const registrations = "phones.json"

// registrar is nil when agents' phones are not to register here.
func registrar(c *config.Config) *sip.Registrar {
	r := c.Registrar
	if r == nil {
		return nil
	}
	accounts := c.Accounts()
	return &sip.Registrar{
		Realm: r.Realm, Min: r.MinExpires, Max: r.MaxExpires, Networks: r.Networks, Keepalive: r.Keepalive, Digest: r.Digest,
		Accounts: func(user string) (string, bool) { p, ok := accounts[user]; return p, ok },
		Bindings: sip.BindingsFile(filepath.Join(c.Data, registrations)),
	}
}
