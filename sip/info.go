package sip

import (
	"net/netip"
	"time"
)

// Info is what is known of a leg from its INVITE. Header values are clean: no CR,
// LF or control characters.
type Info struct {
	CallID    string
	Inbound   bool
	Trunk     string            // name of the trunk it came by or goes out by
	Source    netip.AddrPort    // where the INVITE came from (inbound)
	Agent     string            // account of the agent: whose password the call showed, or whose phone we call
	Called    string            // user part of the Request-URI
	Caller    string            // number or user: P-Asserted-Identity of a trusted trunk, else From
	Name      string            // display name
	Withheld  bool              // Privacy: id, or an anonymous From
	Diverted  []string          // Diversion and History-Info, nearest first
	UserUser  string            // User-to-User (RFC 7433), as it came
	Headers   map[string]string // X-* headers of a trusted trunk
	UserAgent string
	At        time.Time

	MaxForwards int // hops the INVITE had left, for a leg bridged to this one; -1 if it did not say
}
