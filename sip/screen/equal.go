package screen

import (
	"net/url"
	"strings"
)

// decisive URI parameters must be in both URIs or in neither (RFC 3261 §19.1.4).
var decisive = []string{"user", "ttl", "method", "maddr", "transport"}

// SameURI compares two SIP URIs as RFC 3261 §19.1.4 does: the user by case, the
// host without, ports and what is decisive among the parameters as they stand;
// other parameters count only where both have them.
func SameURI(a, b string) bool {
	x, ok := ParseURI(a)
	y, ok2 := ParseURI(b)
	if !ok || !ok2 || x.Scheme != y.Scheme {
		return false
	}
	if !x.IsSIP() {
		return x.Rest == y.Rest
	}
	if unescaped(x.User) != unescaped(y.User) || !strings.EqualFold(x.Host, y.Host) || x.Port != y.Port || x.Headers != y.Headers {
		return false
	}
	for _, name := range decisive {
		_, in := x.Params.Get(name)
		if _, also := y.Params.Get(name); in != also {
			return false
		}
	}
	for _, p := range x.Params {
		if v, also := y.Params.Get(p.Name); also && !strings.EqualFold(unescaped(p.Value), unescaped(v)) {
			return false
		}
	}
	return true
}

func unescaped(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
