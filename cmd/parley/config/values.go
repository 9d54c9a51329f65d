package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Secret is a string that no log and no print shows.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(secret)"
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Reveal gives the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Listen is one transport address to bind.
type Listen struct {
	Network string // "udp" or "tcp"
	Addr    netip.AddrPort
}

// UnmarshalText reads udp://HOST:PORT or tcp://HOST:PORT.
func (l *Listen) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Host == "" || u.Path != "" {
		return fmt.Errorf("%q is not udp://HOST:PORT or tcp://HOST:PORT", text)
	}
	if u.Scheme != "udp" && u.Scheme != "tcp" {
		return fmt.Errorf("transport %q is not one of udp, tcp", u.Scheme)
	}
	addr, err := netip.ParseAddrPort(u.Host)
	if err != nil {
		return fmt.Errorf("%q needs an IP address and a port, like udp://0.0.0.0:5060", text)
	}
	l.Network, l.Addr = u.Scheme, addr
	return nil
}

// String gives the form that UnmarshalText reads.
func (l Listen) String() string { return l.Network + "://" + l.Addr.String() }

// PortRange is an inclusive range of UDP ports; 0-0 means any free ones.
type PortRange struct{ First, Last uint16 }

// UnmarshalText reads FIRST-LAST.
func (p *PortRange) UnmarshalText(text []byte) error {
	first, last, ok := strings.Cut(string(text), "-")
	a, err1 := strconv.ParseUint(strings.TrimSpace(first), 10, 16)
	b, err2 := strconv.ParseUint(strings.TrimSpace(last), 10, 16)
	if !ok || err1 != nil || err2 != nil {
		return fmt.Errorf("%q is not a range of ports like 20000-29999", text)
	}
	if a > b {
		return fmt.Errorf("the range %s begins after its end", text)
	}
	if b != 0 && (a < 1024 || b-a < 1) {
		return fmt.Errorf("the range %s must begin at 1024 or above and hold two ports or more", text)
	}
	p.First, p.Last = uint16(a), uint16(b)
	return nil
}

// String gives the form that UnmarshalText reads.
func (p PortRange) String() string { return fmt.Sprintf("%d-%d", p.First, p.Last) }

// Voice is a speech engine and the voice it speaks with.
type Voice struct{ Engine, Voice string }

var voiceEngines = []string{"flite", "espeak", "openai"}

// UnmarshalText reads ENGINE or ENGINE/VOICE.
func (v *Voice) UnmarshalText(text []byte) error {
	engine, voice, _ := strings.Cut(string(text), "/")
	if !slices.Contains(voiceEngines, engine) {
		return fmt.Errorf("engine %q is not one of %s%s", engine,
			strings.Join(voiceEngines, ", "), didYouMean(engine, voiceEngines))
	}
	v.Engine, v.Voice = engine, voice
	return nil
}

// String gives the form that UnmarshalText reads.
func (v Voice) String() string {
	if v.Voice == "" {
		return v.Engine
	}
	return v.Engine + "/" + v.Voice
}

// hostPort tells what is wrong with a HOST or HOST:PORT, or "".
func hostPort(s string, needPort bool) string {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		if !needPort && s != "" && !strings.ContainsAny(s, " :/@") {
			return ""
		}
		return fmt.Sprintf("%q is not HOST:PORT", s)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || (n == 0 && !needPort) || strings.ContainsAny(host, " /@") {
		return fmt.Sprintf("%q has no valid port", s)
	}
	return ""
}
