package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Registrar is where agents' phones register.
type Registrar struct {
	Realm      string         `yaml:"realm" default:"parley" doc:"Digest realm, and the host in agents' addresses: sip:1001@parley. Phones do not need to write it: any host in their address will do."`
	MinExpires time.Duration  `yaml:"min_expires" default:"60s" min:"10s" max:"1h" doc:"Shorter registrations are refused with 423; phones then ask for this."`
	MaxExpires time.Duration  `yaml:"max_expires" default:"1h" min:"1m" max:"24h" doc:"Longer ones are shortened to this."`
	Networks   []netip.Prefix `yaml:"networks" doc:"Where phones may be. None: anywhere; guessing passwords ends in silence."`
	Digest     []string       `yaml:"digest" default:"MD5" oneof:"SHA-256|MD5" doc:"Algorithms offered to phones, the better first. Many phones give up when one is offered that they do not know."`
	Keepalive  time.Duration  `yaml:"keepalive" default:"30s" min:"5s" max:"1h" doc:"Between two OPTIONS to each phone. They keep the ports of routers open; a phone that does not answer is called last."`
}

// Accounts are the passwords of phones, by the name that they register with.
func (c *Config) Accounts() map[string]string {
	out := map[string]string{}
	for _, a := range c.Agents {
		if a.Password != "" {
			out[a.Address] = a.Password.Reveal()
		}
	}
	return out
}

func (c *Config) checkRegistrar(fail failer) {
	if r := c.Registrar; r != nil {
		if r.MinExpires > r.MaxExpires {
			fail("registrar.min_expires", "", "registrar.min_expires is %v, longer than max_expires, %v", r.MinExpires, r.MaxExpires)
		}
		for i, t := range c.Trunks {
			if t.Name == "agents" {
				fail(fmt.Sprintf("trunks[%d].name", i), "choose another name", "with a registrar, calls of agents' phones come by a trunk named %q", t.Name)
			}
		}
	}
	seen := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(c.Agents)) {
		a := c.Agents[id]
		at := join("agents", id)
		switch other := seen[a.Address]; {
		case a.Password == "":
			continue
		case strings.ContainsAny(a.Address, "@:"):
			fail(at+".password", "write address: 1001, or the like", "agent %q: a phone registers with a bare name, not with %q", id, a.Address)
		case c.Registrar == nil:
			fail(at+".password", "add registrar: {}", "agent %q has a password to register with, but there is no registrar", id)
		case other != "":
			fail(at+".address", "give each agent another address", "agents %q and %q register with the same name, %q", other, id, a.Address)
		}
		seen[a.Address] = id
	}
}
