package digest

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Verdict is what Check found.
type Verdict uint8

// The verdicts.
const (
	Missing Verdict = iota // no credentials for us: challenge
	Stale                  // nonce too old or used up, password right: challenge with stale=true
	Denied                 // wrong
	OK
)

const (
	nonceLife = time.Minute
	resend    = 32 * time.Second // 64*T1: how long the same request may come again
	maxNonces = 1 << 16
)

// Server challenges and checks. A nonce proves itself by its MAC, which covers
// the source address; only nonces that were answered rightly are remembered, so
// that a flood of requests costs no memory.
type Server struct {
	realm  string
	secret []byte
	offers []string // algorithms, the strongest first
	mu     sync.Mutex
	used   map[string]use
	swept  time.Time
}

type use struct {
	nc    uint64
	token string // of the request that used nc
	at    time.Time
}

// NewServer makes a server for one realm. It offers these algorithms, SHA-256 and
// MD5 when none are named.
func NewServer(realm string, secret []byte, offers ...string) *Server {
	if len(offers) == 0 {
		offers = []string{"SHA-256", "MD5"}
	}
	return &Server{realm: realm, secret: secret, offers: offers, used: map[string]use{}}
}

// Challenge returns the values of WWW-Authenticate, the strongest first (RFC
// 8760 §2.1).
func (s *Server) Challenge(now time.Time, src netip.Addr, stale bool) []string {
	tail := ", realm=" + quote(s.realm) + `, nonce="` + s.nonce(now, src) + `", qop="auth"`
	if stale {
		tail += ", stale=true"
	}
	var out []string
	for _, algorithm := range s.offers {
		out = append(out, "Digest algorithm="+algorithm+tail)
	}
	return out
}

func (s *Server) nonce(now time.Time, src netip.Addr) string {
	b := make([]byte, 16, 32)
	binary.BigEndian.PutUint64(b, uint64(now.Add(nonceLife).UnixMilli()))
	_, _ = rand.Read(b[8:16]) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(append(b, s.mac(b, src)...))
}

func (s *Server) mac(b []byte, src netip.Addr) []byte {
	h := hmac.New(sha256.New, s.secret)
	h.Write(b)
	h.Write([]byte(src.Unmap().String()))
	return h.Sum(nil)[:16]
}

// genuine tells whether we made this nonce for src, and until when it is good.
func (s *Server) genuine(nonce string, src netip.Addr) (time.Time, bool) {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != 32 || !hmac.Equal(b[16:], s.mac(b[:16], src)) {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b))), true
}

// Check looks at the Authorization values of a request. password finds a user's
// password. token names the request (branch and CSeq): a retransmission may use
// its nonce count again, anything else may not (RFC 7616 §3.3 nc).
func (s *Server) Check(now time.Time, src netip.Addr, method string, values []string, token string, password func(user string) (string, bool)) (Verdict, string) {
	for _, f := range parse(values) {
		if f["realm"] != s.realm {
			continue
		}
		until, ours := s.genuine(f["nonce"], src)
		if !ours {
			return Missing, "" // from before a restart, or made up: a fresh challenge tells
		}
		pass, known := password(f["username"])
		want, can := response(f, f["username"], pass, method)
		can = can && s.offered(f["algorithm"])
		if !known || !can || subtle.ConstantTimeCompare([]byte(want), []byte(f["response"])) != 1 {
			return Denied, f["username"]
		}
		if now.After(until) || !s.first(now, f, token) {
			return Stale, f["username"]
		}
		return OK, f["username"]
	}
	return Missing, ""
}

// offered: what was not asked for is not taken, or the weakest would do.
func (s *Server) offered(algorithm string) bool {
	return slices.ContainsFunc(s.offers, func(o string) bool {
		return strings.EqualFold(o, cmp.Or(algorithm, "MD5")) || strings.EqualFold(o+"-sess", algorithm)
	})
}

// first notes the use of a nonce count and tells whether it is new.
func (s *Server) first(now time.Time, f fields, token string) bool {
	nc, err := strconv.ParseUint(f["nc"], 16, 32)
	if f["qop"] == "" {
		nc, err = 1, nil // without qop a nonce is good for one request
	}
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last, seen := s.used[f["nonce"]]
	if seen && nc <= last.nc {
		return nc == last.nc && token == last.token && now.Sub(last.at) < resend
	}
	if now.Sub(s.swept) > nonceLife {
		s.forget(now)
	}
	if len(s.used) >= maxNonces && !seen {
		return false // a fresh challenge is the worst that comes of it
	}
	s.used[f["nonce"]] = use{nc: nc, token: token, at: now}
	return true
}

// forget drops nonces that have run out.
func (s *Server) forget(now time.Time) {
	s.swept = now
	for n, u := range s.used {
		if now.Sub(u.at) > nonceLife+resend {
			delete(s.used, n)
		}
	}
}
