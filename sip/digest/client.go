package digest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Challenge is what a 401 or 407 asks for.
type Challenge struct {
	fields fields
	Stale  bool // the nonce was too old, the password was right
}

// ErrNoChallenge means that no challenge could be met.
var ErrNoChallenge = errors.New("digest: no challenge with an algorithm we know (SHA-256, MD5)")

// Choose picks among the challenges of a response: the strongest algorithm,
// whatever the order (RFC 8760 §2.4 lets the client refuse the weak).
func Choose(values []string) (Challenge, error) {
	var best Challenge
	rank := 0
	for _, f := range parse(values) {
		r := 0
		if _, _, ok := hash(f["algorithm"]); ok && f["nonce"] != "" {
			r = 1
			if strings.HasPrefix(strings.ToUpper(f["algorithm"]), "SHA-256") {
				r = 2
			}
		}
		if r > rank {
			rank = r
			best = Challenge{fields: f, Stale: strings.EqualFold(f["stale"], "true")}
		}
	}
	if rank == 0 {
		return Challenge{}, ErrNoChallenge
	}
	return best, nil
}

// Answer is the value of Authorization or Proxy-Authorization. nc counts the
// uses of this challenge's nonce from 1.
func (c Challenge) Answer(user, password, method, uri string, nc uint32, cnonce string) string {
	f := fields{"uri": uri}
	for _, k := range []string{"realm", "nonce", "opaque", "algorithm"} {
		if v, ok := c.fields[k]; ok {
			f[k] = v
		}
	}
	for q := range strings.SplitSeq(c.fields["qop"], ",") {
		if strings.EqualFold(strings.TrimSpace(q), "auth") {
			f["qop"] = "auth"
		}
	}
	_, session, _ := hash(f["algorithm"])
	if f["qop"] != "" || session {
		f["cnonce"], f["nc"] = cnonce, fmt.Sprintf("%08x", nc)
	}
	sum, _ := response(f, user, password, method)
	out := []string{"username=" + quote(user)}
	for _, k := range []string{"realm", "nonce", "uri", "cnonce", "opaque"} {
		if v, ok := f[k]; ok {
			out = append(out, k+"="+quote(v))
		}
	}
	out = slices.Insert(out, 1, `response="`+sum+`"`)
	for _, k := range []string{"algorithm", "qop", "nc"} { // these stand without quotes
		if v, ok := f[k]; ok && isToken(v) {
			out = append(out, k+"="+v)
		}
	}
	return "Digest " + strings.Join(out, ", ")
}

func isToken(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}
