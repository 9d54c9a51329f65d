package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// check finds what no single value can show by itself.
func (c *Config) check() Problems {
	var ps Problems
	fail := func(path, hint, format string, args ...any) {
		ps = append(ps, c.Problem(path, hint, format, args...))
	}
	if len(c.SIP.Listen) == 0 {
		fail("sip.listen", "add udp://0.0.0.0:5060", "sip.listen is empty: Parley would hear nobody")
	}
	if c.Data == "" {
		fail("data", "name a folder, like ./var", "data is empty: records and recordings need a place")
	}
	if c.HTTP.Listen != "off" {
		if what := hostPort(c.HTTP.Listen, true); what != "" {
			fail("http.listen", "write one like 127.0.0.1:8080, or off", "http.listen: %s", what)
		}
	}
	c.checkPublic(fail)
	c.checkTrunks(fail)
	c.checkRegistrar(fail)
	c.checkSpeech(fail)
	c.checkQueues(fail)
	c.checkDial(fail)
	c.checkOutside(fail)
	c.checkWebhooks(fail)
	c.checkStore(fail)
	c.checkNode(fail)
	c.checkReports(fail)
	c.checkSources(fail)
	c.checkClusters(fail)
	return ps
}

// checkPublic holds the address of links to what a person's browser can open.
func (c *Config) checkPublic(fail failer) {
	if c.HTTP.Public == "" {
		return
	}
	u, err := url.Parse(c.HTTP.Public)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "":
		fail("http.public_url", "write one like https://parley.example", "http.public_url: %q is no https:// address", c.HTTP.Public)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		fail("http.public_url", "write the host, and a path if the proxy has one", "http.public_url has more than a host and a path")
	case c.HTTP.Listen == "off":
		fail("http.public_url", "give http.listen an address, or leave public_url out", "nobody would answer the links: http.listen is off")
	case c.Node != "":
		fail("http.public_url", "leave it to the server", "node: links in messages are made and answered by the server")
	}
}

type failer func(path, hint, format string, args ...any)

func (c *Config) checkTrunks(fail failer) {
	seen := map[string]bool{}
	for i, t := range c.Trunks {
		at := fmt.Sprintf("trunks[%d]", i)
		if seen[t.Name] {
			fail(at+".name", "names must differ", "a second trunk is named %q", t.Name)
		}
		seen[t.Name] = true
		if len(t.Match) == 0 && t.Host == "" && t.Username == "" {
			fail(at, "match or username is for calls that come in, host for calls that go out", "trunk %q has none of match, username and host", t.Name)
		}
		if t.Host != "" {
			if what := hostPort(t.Host, false); what != "" {
				fail(at+".host", "write HOST or HOST:PORT", "%s.host: %s", at, what)
			}
		}
		if t.Password != "" && t.Username == "" {
			fail(at+".password", "add username", "trunk %q has a password but no username", t.Name)
		}
		if t.Register > 0 && (t.Host == "" || t.Username == "" || t.Password == "") {
			fail(at+".register", "add host, username and password, or leave register out", "trunk %q is to be registered with but lacks one of host, username and password", t.Name)
		}
		if t.Register > 0 && t.Register < time.Minute {
			fail(at+".register", "write 1m or more; carriers take an hour", "trunk %q: register is %v, and no registrar takes less than a minute", t.Name, t.Register)
		}
		if t.Register > 0 && t.Challenge {
			fail(at+".challenge", "leave challenge out", "trunk %q: username and password are ours at the registrar, and cannot be asked of it", t.Name)
		}
		if t.Challenge && (t.Username == "" || t.Password == "") {
			fail(at+".challenge", "", "trunk %q is to be challenged but has no username and password", t.Name)
		}
	}
}

func checkURL(fail failer, at, address string, schemes ...string) {
	u, err := url.Parse(address)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" {
		fail(at, "", "%s: %q is not a %s:// address", at, address, schemes[0])
	}
}

// Problem builds an error at a dotted path of the file, or at its nearest
// section that was written.
func (c *Config) Problem(path, hint, format string, args ...any) Problem {
	p := Problem{File: c.file, Line: 1, Column: 1, Text: fmt.Sprintf(format, args...), Hint: hint}
	for {
		if at, ok := c.positions[path]; ok {
			p.Line, p.Column = at.line, at.column
			return p
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return p
		}
		path = path[:i]
	}
}
