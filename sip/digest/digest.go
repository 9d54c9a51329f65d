// Package digest does SIP digest authentication, both sides (RFC 3261 §22 with
// RFC 8760: SHA-256, and MD5 for those who know nothing else). It is pure but
// for the server's memory of nonces; the time is passed in.
package digest

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// fields are the parameters of one challenge or credential.
type fields map[string]string

// parse reads "Digest k=v, k="v", ..." values; one value may hold several
// challenges.
func parse(values []string) []fields {
	var out []fields
	for _, v := range values {
		var current fields
		for part := range splitQuoted(v) {
			name, value, ok := strings.Cut(part, "=")
			name = strings.TrimSpace(name)
			if scheme, rest, cut := strings.Cut(name, " "); cut && ok { // a scheme starts the next challenge
				current, name = nil, strings.TrimSpace(rest)
				if strings.EqualFold(scheme, "Digest") {
					current = fields{}
					out = append(out, current)
				}
			} else if !ok {
				current = nil
			}
			if current != nil && ok {
				current[strings.ToLower(name)] = unquote(strings.TrimSpace(value))
			}
		}
	}
	return out
}

// splitQuoted yields the parts between commas outside quotes.
func splitQuoted(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		from, quoted := 0, false
		for i := 0; i < len(s); i++ {
			switch {
			case quoted && s[i] == '\\':
				i++
			case s[i] == '"':
				quoted = !quoted
			case s[i] == ',' && !quoted:
				if !yield(strings.TrimSpace(s[from:i])) {
					return
				}
				from = i + 1
			}
		}
		yield(strings.TrimSpace(s[from:]))
	}
}

func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i+1 < len(s)-1 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// quote writes a quoted-string; controls have no place in one.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f {
			continue
		}
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return b.String()
}

// hash is the hash function of an algorithm name, "" meaning MD5. session tells
// the -sess variants.
func hash(algorithm string) (h func(string) string, session, ok bool) {
	name := strings.ToUpper(algorithm)
	name, session = strings.CutSuffix(name, "-SESS")
	switch name {
	case "SHA-256":
		return func(s string) string { x := sha256.Sum256([]byte(s)); return hex.EncodeToString(x[:]) }, session, true
	case "MD5", "":
		return func(s string) string { x := md5.Sum([]byte(s)); return hex.EncodeToString(x[:]) }, session, true
	}
	return nil, false, false
}

// response is RFC 7616 §3.4.1, for qop=auth and for no qop.
func response(f fields, user, password, method string) (string, bool) {
	h, session, ok := hash(f["algorithm"])
	if !ok {
		return "", false
	}
	a1 := h(user + ":" + f["realm"] + ":" + password)
	if session {
		a1 = h(a1 + ":" + f["nonce"] + ":" + f["cnonce"])
	}
	a2 := h(method + ":" + f["uri"])
	switch f["qop"] {
	case "":
		return h(a1 + ":" + f["nonce"] + ":" + a2), true
	case "auth":
		return h(fmt.Sprintf("%s:%s:%s:%s:auth:%s", a1, f["nonce"], f["nc"], f["cnonce"], a2)), true
	}
	return "", false
}
