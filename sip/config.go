package sip

import (
	"net/netip"
	"time"

	"github.com/parley-voice/parley/media"
)

// Config is what New needs to know. The zero value of every field but Listen is
// usable.
type Config struct {
	Listen    []Listen
	Trunks    []Trunk
	UserAgent string        // User-Agent and Server header; "Parley" when empty
	Codecs    []media.Codec // in order of preference; PCMA, PCMU when empty
	Advertise netip.Addr    // address put into Via and Contact; by default the local address that faces the peer
	NoAnswer  time.Duration // how long Dial lets a phone ring; 0 means 60 s
	MaxLegs   int           // further calls get 503; 0 means 2000
	Resolver  Resolver      // nil means the system's
	Registrar *Registrar    // nil: REGISTER is refused, or not answered at all
}

// Listen is one socket to serve: Network is "udp" or "tcp", Addr is "ip:port";
// port 0 takes a free one (see Endpoint.Addr).
type Listen struct {
	Network string
	Addr    string
}

// Trunk is a peer that may call us and that we may call.
//
// An inbound request belongs to the trunk with the longest prefix in Match that
// holds its source address. A trunk with no Match but with a Username is matched
// by digest: whoever knows the password may call, from anywhere. With both, the
// source decides and the credentials are those that we answer challenges with,
// unless Challenge asks the peer for them as well. All else gets silence. A trunk
// that we register with knows the credentials as ours: it may call from where its
// registrar answers, for as long as the registration lasts.
type Trunk struct {
	Name      string
	Match     []netip.Prefix
	Host      string // where our calls go: host or host:port; empty for inbound only
	Transport string // "udp" (default) or "tcp"
	Username  string
	Password  string
	Realm     string        // realm of our own challenges; "parley" when empty
	Challenge bool          // ask for digest also from sources in Match
	NAT       bool          // peer is behind NAT: answer to where packets come from, RTP may latch anywhere
	Trusted   bool          // believe P-Asserted-Identity, Diversion, History-Info, User-to-User and X-*
	Rate      float64       // new calls a second; above it 503 with Retry-After; 0 means 100
	Register  time.Duration // register at Host, for so long each time (RFC 3261 §10); 0: do not
}
