package screen

import "strings"

// canonicalNames maps lower-case and compact header names (RFC 3261 §7.3.3 and
// the IANA registry) to the form used here. Others keep their own spelling.
var canonicalNames = map[string]string{
	"i": "Call-ID", "m": "Contact", "e": "Content-Encoding", "l": "Content-Length",
	"c": "Content-Type", "f": "From", "s": "Subject", "k": "Supported", "t": "To", "v": "Via",
	"o": "Event", "r": "Refer-To", "b": "Referred-By", "u": "Allow-Events", "x": "Session-Expires",
}

func init() {
	for _, n := range []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Alert-Info", "Allow", "Allow-Events", "Authorization",
		"Call-ID", "Call-Info", "Contact", "Content-Disposition", "Content-Encoding", "Content-Language",
		"Content-Length", "Content-Type", "CSeq", "Date", "Diversion", "Event", "Expires", "From",
		"History-Info", "Info-Package", "Max-Forwards", "Min-SE", "P-Asserted-Identity", "Privacy",
		"Proxy-Authenticate", "Proxy-Authorization", "Proxy-Require", "RAck", "Reason", "Record-Route",
		"Refer-To", "Referred-By", "Remote-Party-ID", "Require", "Retry-After", "Route", "RSeq", "Server",
		"Session-Expires", "Subject", "Subscription-State", "Supported", "Timestamp", "To", "Unsupported",
		"User-Agent", "User-to-User", "Via", "Warning", "WWW-Authenticate",
	} {
		canonicalNames[strings.ToLower(n)] = n
	}
}

func canonicalName(name string) string {
	if n, ok := canonicalNames[strings.ToLower(name)]; ok {
		return n
	}
	return name
}

// tokenByte is RFC 3261 §25.1 token.
func tokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("-.!%*_+`'~", c) >= 0
}

func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if !tokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

// lexer walks one header value.
type lexer struct {
	s   string
	pos int
}

func (l *lexer) space() {
	for l.pos < len(l.s) && (l.s[l.pos] == ' ' || l.s[l.pos] == '\t') {
		l.pos++
	}
}

func (l *lexer) done() bool { l.space(); return l.pos >= len(l.s) }

// take eats c, with white space around it.
func (l *lexer) take(c byte) bool {
	l.space()
	if l.pos < len(l.s) && l.s[l.pos] == c {
		l.pos++
		l.space()
		return true
	}
	return false
}

func (l *lexer) peek() byte {
	if l.pos < len(l.s) {
		return l.s[l.pos]
	}
	return 0
}

func (l *lexer) token() string {
	return l.run(tokenByte)
}

func (l *lexer) run(in func(byte) bool) string {
	from := l.pos
	for l.pos < len(l.s) && in(l.s[l.pos]) {
		l.pos++
	}
	return l.s[from:l.pos]
}

// quoted eats a quoted-string and returns it with its quotes.
func (l *lexer) quoted() (string, bool) {
	from := l.pos
	for i := from + 1; i < len(l.s); i++ {
		switch l.s[i] {
		case '\\':
			i++
		case '"':
			l.pos = i + 1
			return l.s[from:l.pos], true
		}
	}
	return "", false
}

// Unquote takes the quotes and backslashes off a quoted-string; other text
// comes back as it is.
func Unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Param is one ;name=value; Value keeps its quotes.
type Param struct{ Name, Value string }

// Params are a header value's or a URI's parameters.
type Params []Param

// Get finds a parameter without regard to case.
func (p Params) Get(name string) (string, bool) {
	for _, kv := range p {
		if strings.EqualFold(kv.Name, name) {
			return kv.Value, true
		}
	}
	return "", false
}

func (p Params) write(b *strings.Builder) {
	for _, kv := range p {
		b.WriteByte(';')
		b.WriteString(kv.Name)
		if kv.Value != "" {
			b.WriteByte('=')
			b.WriteString(kv.Value)
		}
	}
}

// valueByte is more than RFC 3261's gen-value: peers put base64, slashes and
// at-signs into tags, and nothing is gained by refusing their calls.
func valueByte(c byte) bool { return c > ' ' && c != 0x7f && strings.IndexByte(`;,"<>`, c) < 0 }

// params eats *( SEMI name [ EQUAL value ] ); an empty one is a fault.
func (l *lexer) params() (Params, bool) {
	var out Params
	for l.take(';') {
		name := l.token()
		if name == "" {
			return nil, false
		}
		p := Param{Name: name}
		if l.take('=') {
			var ok bool
			if l.peek() == '"' {
				if p.Value, ok = l.quoted(); !ok {
					return nil, false
				}
			} else if p.Value = l.run(valueByte); p.Value == "" && !strings.EqualFold(name, "rport") {
				return nil, false
			}
		}
		out = append(out, p)
	}
	return out, true
}
