package config

import "fmt"

// Lookups says where scripts may ask.
type Lookups struct {
	Hosts   []string       `yaml:"hosts" doc:"HOST or HOST:PORT that scripts may fetch from. None: no script may fetch."`
	Private bool           `yaml:"private" default:"false" doc:"Those hosts may be at private, loopback and link-local addresses, and secrets may go over http."`
	Secrets []LookupSecret `yaml:"secrets" doc:"Headers with credentials. A script names one and never sees it."`
}

// LookupSecret is a header that goes to one host.
type LookupSecret struct {
	Name   string `yaml:"name" required:"true" doc:"Name that scripts use: fetch: {secret: NAME}."`
	Host   string `yaml:"host" required:"true" doc:"The only host that it is sent to; one of hosts."`
	Header string `yaml:"header" default:"Authorization" doc:"The header."`
	Value  Secret `yaml:"value" required:"true" doc:"Its value, best from the environment: Bearer ${ORDERS_TOKEN}."`
}

func (c *Config) checkOutside(fail failer) {
	hosts := map[string]bool{}
	for i, h := range c.Lookups.Hosts {
		hosts[h] = true
		if what := hostPort(h, false); what != "" {
			fail(fmt.Sprintf("lookups.hosts[%d]", i), "write HOST or HOST:PORT, without https://", "lookups.hosts: %s", what)
		}
	}
	for i, s := range c.Lookups.Secrets {
		if !hosts[s.Host] {
			fail(fmt.Sprintf("lookups.secrets[%d].host", i), Suggest(s.Host, c.Lookups.Hosts), "the secret %q is for %q, which is not among lookups.hosts", s.Name, s.Host)
		}
	}
	checkURL(fail, "llm.url", c.LLM.URL, "http", "https")
}
