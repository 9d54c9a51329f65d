package screen

import (
	"net/netip"
	"strconv"
	"strings"
)

// Via is one value of a Via header field (RFC 3261 §20.42).
type Via struct {
	Version   string // "SIP/2.0"
	Transport string
	Host      string
	Port      int
	Params    Params
}

// Branch is the branch parameter.
func (v Via) Branch() string { b, _ := v.Params.Get("branch"); return b }

// String writes the value without needless white space.
func (v Via) String() string {
	var b strings.Builder
	b.WriteString(v.Version)
	b.WriteByte('/')
	b.WriteString(v.Transport)
	b.WriteByte(' ')
	if strings.Contains(v.Host, ":") {
		b.WriteString("[" + v.Host + "]")
	} else {
		b.WriteString(v.Host)
	}
	if v.Port > 0 {
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(v.Port))
	}
	v.Params.write(&b)
	return b.String()
}

// ParseVias reads one header field, which may hold several values.
func ParseVias(value string) ([]Via, bool) {
	l := &lexer{s: value}
	var out []Via
	for {
		v, ok := l.via()
		if !ok {
			return nil, false
		}
		out = append(out, v)
		if l.done() {
			return out, true
		}
		if !l.take(',') {
			return nil, false
		}
	}
}

func (l *lexer) via() (v Via, ok bool) {
	l.space()
	protocol := l.token()
	if !l.take('/') || protocol == "" {
		return v, false
	}
	version := l.token()
	if !l.take('/') || version == "" {
		return v, false
	}
	v.Version = strings.ToUpper(protocol) + "/" + version
	v.Transport = strings.ToUpper(l.token())
	before := l.pos
	l.space()
	if v.Transport == "" || l.pos == before {
		return v, false
	}
	hostport := l.run(func(c byte) bool { return tokenByte(c) || c == '[' || c == ']' || c == ':' })
	// COLON may have white space around it
	if l.take(':') {
		hostport += ":" + l.run(tokenByte)
	}
	hostport = strings.TrimSuffix(hostport, ":")
	if v.Host, v.Port, ok = HostPort(hostport); !ok {
		return v, false
	}
	v.Params, ok = l.params()
	return v, ok
}

// receivedFrom does what the server transport must (RFC 3261 §18.2.1, RFC 3581
// §4): what the sender claims about its own address is not believed. force asks
// for the answer to go where the packet came from, as for peers behind NAT.
func (v *Via) receivedFrom(src netip.AddrPort, force bool) {
	kept := v.Params[:0:0]
	rport := force
	for _, p := range v.Params {
		switch strings.ToLower(p.Name) {
		case "received", "maddr":
		case "rport":
			rport = true
		default:
			kept = append(kept, p)
		}
	}
	if rport {
		kept = append(kept, Param{Name: "rport"})
	}
	if a, err := netip.ParseAddr(v.Host); err != nil || a.Unmap() != src.Addr().Unmap() {
		kept = append(kept, Param{"received", src.Addr().Unmap().String()})
	}
	v.Params = kept
}

// replyTo is where the answer to a request goes (RFC 3261 §18.2.2, RFC 3581 §4).
func (v Via) replyTo(src netip.AddrPort) netip.AddrPort {
	port := uint16(v.Port)
	if port == 0 {
		port = 5060
	}
	if _, ok := v.Params.Get("rport"); ok {
		port = src.Port()
	}
	return netip.AddrPortFrom(src.Addr(), port)
}
