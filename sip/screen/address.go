package screen

import (
	"net/netip"
	"strconv"
	"strings"
)

// Address is a name-addr or addr-spec with its parameters (RFC 3261 §20.10).
type Address struct {
	Display string // as it came, with quotes if it had them
	URI     string
	Params  Params
}

// String writes the address as name-addr.
func (a Address) String() string {
	var b strings.Builder
	if a.Display != "" {
		b.WriteString(a.Display)
		b.WriteByte(' ')
	}
	b.WriteByte('<')
	b.WriteString(a.URI)
	b.WriteByte('>')
	a.Params.write(&b)
	return b.String()
}

// Tag is the tag parameter.
func (a Address) Tag() string { t, _ := a.Params.Get("tag"); return t }

// ParseAddresses reads a comma-separated list of addresses.
func ParseAddresses(value string) ([]Address, bool) {
	l := &lexer{s: value}
	var out []Address
	for {
		a, ok := l.address()
		if !ok {
			return nil, false
		}
		out = append(out, a)
		if l.done() {
			return out, true
		}
		if !l.take(',') {
			return nil, false
		}
	}
}

// ParseAddress reads exactly one address.
func ParseAddress(value string) (Address, bool) {
	l := &lexer{s: value}
	a, ok := l.address()
	return a, ok && l.done()
}

func (l *lexer) address() (a Address, ok bool) {
	l.space()
	from := l.pos
	if l.peek() == '"' {
		if a.Display, ok = l.quoted(); !ok {
			return a, false
		}
		l.space()
		if l.peek() != '<' {
			return a, false
		}
	} else {
		// display-name = *(token LWS): anything else must be an addr-spec
		l.run(func(c byte) bool { return tokenByte(c) || c == ' ' || c == '\t' })
		if l.peek() == '<' {
			a.Display = strings.TrimSpace(l.s[from:l.pos])
		} else {
			l.pos = from
			return l.addrSpec()
		}
	}
	l.pos++
	end := strings.IndexByte(l.s[l.pos:], '>')
	if end < 0 {
		return a, false
	}
	a.URI = l.s[l.pos : l.pos+end]
	l.pos += end + 1
	if _, ok = ParseURI(a.URI); !ok {
		return a, false
	}
	a.Params, ok = l.params()
	return a, ok
}

// addrSpec is a URI without brackets: it ends at ";", so that its parameters
// are the header's, and it may hold neither "," nor "?" (RFC 3261 §20).
func (l *lexer) addrSpec() (a Address, ok bool) {
	a.URI = l.run(func(c byte) bool { return strings.IndexByte(" \t;,<>\"", c) < 0 })
	if a.URI == "*" {
		return a, true
	}
	if u, valid := ParseURI(a.URI); !valid || u.Headers != "" {
		return a, false
	}
	a.Params, ok = l.params()
	return a, ok
}

// URI is a SIP URI taken apart, or another scheme with all else in Rest.
type URI struct {
	Scheme  string // lower case
	User    string // still escaped, with the password if there is one
	Host    string // without brackets
	Port    int    // 0 when not given
	Params  Params
	Headers string // after "?"
	Rest    string // what follows the scheme's colon
}

// IsSIP tells whether the scheme is sip or sips.
func (u URI) IsSIP() bool { return u.Scheme == "sip" || u.Scheme == "sips" }

// ParseURI reads a URI as a SIP element must (RFC 3261 §19.1.1).
func ParseURI(s string) (URI, bool) {
	scheme, rest, ok := strings.Cut(s, ":")
	u := URI{Scheme: strings.ToLower(scheme), Rest: rest}
	if !ok || !isToken(scheme) || rest == "" || !clean(rest) {
		return u, false
	}
	if !u.IsSIP() {
		return u, true
	}
	// "@" cannot stand unescaped in user or host, so the last one parts them
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		u.User, rest = rest[:i], rest[i+1:]
		if u.User == "" {
			return u, false
		}
	}
	rest, u.Headers, _ = strings.Cut(rest, "?")
	hostport, params, hasParams := strings.Cut(rest, ";")
	if hasParams {
		l := &uriParams{s: params}
		if u.Params, ok = l.all(); !ok {
			return u, false
		}
	}
	u.Host, u.Port, ok = HostPort(hostport)
	return u, ok
}

type uriParams struct{ s string }

func (p *uriParams) all() (Params, bool) {
	var out Params
	for part := range strings.SplitSeq(p.s, ";") {
		name, value, _ := strings.Cut(part, "=")
		if name == "" {
			return nil, false
		}
		out = append(out, Param{name, value})
	}
	return out, true
}

// clean: no white space, brackets, quotes or controls may stand in a URI.
func clean(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"' {
			return false
		}
	}
	return true
}

// HostPort parts "host", "host:port", "[v6]" and "[v6]:port".
func HostPort(s string) (host string, port int, ok bool) {
	var digits string
	var hasPort bool
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return "", 0, false
		}
		host = s[1:end]
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() {
			return "", 0, false
		}
		digits, hasPort = strings.CutPrefix(s[end+1:], ":")
		if !hasPort && digits != "" {
			return "", 0, false
		}
	} else {
		host, digits, hasPort = strings.Cut(s, ":")
		for i := 0; i < len(host); i++ {
			if c := host[i]; !tokenByte(c) || strings.IndexByte("!%*+`'~", c) >= 0 {
				return "", 0, false
			}
		}
	}
	if hasPort {
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || n == 0 {
			return "", 0, false
		}
		port = int(n)
	}
	return host, port, host != ""
}
