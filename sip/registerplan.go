package sip

import (
	"cmp"
	"time"
)

// registerPlan decides when to register again. It is pure: the clock and chance
// come from outside.
type registerPlan struct {
	expires time.Duration // to ask for
	fails   int           // in a row
	raised  int           // answers of 423 in a row
}

// Bounds of a registration.
const (
	maxExpires   = 24 * time.Hour
	maxRaises    = 3
	firstRetry   = 30 * time.Second // RFC 5626 §4.5
	lastRetry    = 10 * time.Minute
	deniedRetry  = 5 * time.Minute // a wrong password is not right a minute later
	longestLater = time.Hour       // that a Retry-After is believed
)

// next tells how long to wait before the next REGISTER. chance is from 0.5 to 1:
// it spreads the clients of a registrar that comes back (RFC 5626 §4.5).
func (p *registerPlan) next(a registered, chance float64) time.Duration {
	if a.code/100 == 2 && a.why == "" {
		p.fails, p.raised = 0, 0
		return max(cmp.Or(a.granted, p.expires)*3/4, time.Second)
	}
	if a.code == 423 && a.least > p.expires && a.least <= maxExpires && p.raised < maxRaises {
		p.raised++
		p.expires = a.least
		return 0
	}
	// a short registration runs out before a long wait is over
	wait := min(firstRetry, max(p.expires/8, time.Second)) << min(p.fails, 10)
	p.fails++
	if wait = min(wait, lastRetry); denied(a.code) {
		wait = max(wait, deniedRetry)
	}
	return max(time.Duration(float64(wait)*chance), min(a.later, longestLater))
}

// denied: asking again will not help; somebody has to change something.
func denied(code int) bool { return code == 401 || code == 403 || code == 404 || code == 407 }

// advice is what somebody could do.
func (p *registerPlan) advice(a registered) string {
	switch {
	case a.code == 401 || a.code == 407 || a.code == 403:
		return "check the trunk's username and password"
	case a.code == 404:
		return "the registrar does not know this username at this host"
	case a.code == 0:
		return "check the trunk's host and transport, and what lies between"
	}
	return "the registrar refused"
}
