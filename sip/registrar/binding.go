// Package registrar keeps the contacts of agents' phones (RFC 3261 §10) and
// counts wrong passwords. It is pure: requests and the time come in, answers and
// bindings go out.
package registrar

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// Flow is how a phone is reached: over the path by which its REGISTER came. That
// works through NAT, where the Contact says an address that nobody can reach
// (RFC 5626 §3.1 has the idea).
type Flow struct {
	Network string         `json:"network"` // "UDP" or "TCP"
	Addr    netip.AddrPort `json:"addr"`
}

// Binding is one contact of an address of record.
type Binding struct {
	User      string    `json:"user"`    // of the address of record
	Contact   string    `json:"contact"` // URI, the Request-URI of calls to it
	Q         int       `json:"q"`       // preference in thousandths, 1000 is the highest
	CallID    string    `json:"call_id"`
	CSeq      uint32    `json:"cseq"`
	Since     time.Time `json:"since"`
	Until     time.Time `json:"until"`
	Flow      Flow      `json:"flow"`
	Device    string    `json:"device,omitempty"` // +sip.instance and reg-id (RFC 5626 §4.1)
	UserAgent string    `json:"user_agent,omitempty"`
	Lost      time.Time `json:"lost,omitzero"` // since when it has not answered our OPTIONS
}

// preferred orders bindings by whom to call first: those that answer before
// those that do not, then by q (RFC 3261 §16.6), then the one that came last.
func preferred(a, b Binding) int {
	lost := func(x Binding) int {
		if x.Lost.IsZero() {
			return 0
		}
		return 1
	}
	return cmp.Or(lost(a)-lost(b), b.Q-a.Q, b.Since.Compare(a.Since), cmp.Compare(a.Contact, b.Contact))
}

// Contacts are the live bindings of a user, the first to be called first.
func (t *Table) Contacts(now time.Time, user string) []Binding {
	t.expire(now)
	out := make([]Binding, 0, len(t.users[user]))
	for _, b := range t.users[user] {
		out = append(out, *b)
	}
	slices.SortFunc(out, preferred)
	return out
}

// Knows tells whether a live binding has this flow.
func (t *Table) Knows(now time.Time, f Flow) bool {
	t.expire(now)
	return t.flows[f] > 0
}

// KnowsSource tells whether a live binding has a flow from this address.
func (t *Table) KnowsSource(now time.Time, a netip.Addr) bool {
	t.expire(now)
	return t.sources[a] > 0
}

// Mark notes whether the phone of a binding answers. It is false when nothing
// has changed by it, or the binding is gone.
func (t *Table) Mark(now time.Time, user, contact string, reachable bool) bool {
	t.expire(now)
	for _, b := range t.users[user] {
		if b.Contact != contact || b.Lost.IsZero() == reachable {
			continue
		}
		if b.Lost = now; reachable {
			b.Lost = time.Time{}
		}
		return true
	}
	return false
}

// Snapshot is every live binding, by user and contact, to be kept over a restart.
func (t *Table) Snapshot(now time.Time) []Binding {
	t.expire(now)
	out := make([]Binding, 0, t.count)
	for _, list := range t.users {
		for _, b := range list {
			out = append(out, *b)
		}
	}
	slices.SortFunc(out, func(a, b Binding) int { return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Contact, b.Contact)) })
	return out
}

// Restore takes a snapshot back, but for what has run out since. A phone says
// sooner than any file whether it can be reached: all count as reachable.
func (t *Table) Restore(now time.Time, list []Binding) {
	for _, b := range list {
		if b.User == "" || b.Contact == "" || !b.Flow.Addr.IsValid() || !now.Before(b.Until) || len(t.users[b.User]) >= t.limits.Contacts {
			continue
		}
		b.Until = earlier(b.Until, now.Add(t.limits.Max)) // the limits may have come down meanwhile
		b.Lost = time.Time{}
		t.put(append(t.users[b.User], &b), b.User)
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
