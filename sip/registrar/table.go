package registrar

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/parley-voice/parley/sip/screen"
)

// Limits of what phones may ask for.
type Limits struct {
	Min, Max time.Duration // of a binding's life; 0 means 1 min and 1 h
	Contacts int           // of one user; 0 means 8
	Total    int           // 0 means 20,000
}

func (l Limits) orDefault() Limits {
	l.Min, l.Max = cmp.Or(l.Min, time.Minute), cmp.Or(l.Max, time.Hour)
	l.Contacts, l.Total = cmp.Or(l.Contacts, 8), cmp.Or(l.Total, 20_000)
	return l
}

// Table holds the bindings. It is not safe for concurrent use.
type Table struct {
	limits  Limits
	users   map[string][]*Binding
	flows   index[Flow]
	sources index[netip.Addr]
	count   int
	soonest time.Time // nothing runs out before
}

// NewTable makes an empty one.
func NewTable(l Limits) *Table {
	return &Table{limits: l.orDefault(), users: map[string][]*Binding{}, flows: index[Flow]{}, sources: index[netip.Addr]{}}
}

// Outcome of a REGISTER. Code is 200 or says why nothing was changed at all.
type Outcome struct {
	Code     int
	Reason   string
	Least    time.Duration // with 423: Min-Expires
	Bindings []Binding     // with 200: all of the user
	Changed  bool
}

// Register adds, refreshes and removes the bindings that a REGISTER names, all or
// none (RFC 3261 §10.3 step 7). A request that was carried out before is answered
// again in the same way.
func (t *Table) Register(now time.Time, r Request) Outcome {
	t.expire(now)
	next := slices.Clone(t.users[r.User])
	var bad Outcome
	changed := false
	if r.All {
		if late(next, r) {
			return outOfOrder
		}
		next, changed = nil, len(next) > 0
	}
	for _, c := range r.Contacts {
		var did bool
		if next, did, bad = t.contact(now, next, r, c); bad.Code != 0 {
			return bad
		}
		changed = changed || did
	}
	if t.count-len(t.users[r.User])+len(next) > t.limits.Total {
		return Outcome{Code: 503, Reason: "Registrar Full"}
	}
	t.put(next, r.User)
	return Outcome{Code: 200, Reason: "OK", Bindings: t.Contacts(now, r.User), Changed: changed}
}

// outOfOrder: RFC 3261 §10.3 wants the request to fail, and has no code but 500
// for that.
var outOfOrder = Outcome{Code: 500, Reason: "CSeq Out Of Order"}

// contact works one Contact into a user's list.
func (t *Table) contact(now time.Time, list []*Binding, r Request, c Contact) ([]*Binding, bool, Outcome) {
	life := t.life(r, c)
	if life > 0 && life < t.limits.Min {
		return nil, false, Outcome{Code: 423, Reason: "Interval Too Brief", Least: t.limits.Min}
	}
	var same []*Binding
	for _, b := range list {
		if c.Device != "" && c.Device == b.Device || screen.SameURI(c.URI, b.Contact) {
			same = append(same, b)
		}
	}
	if late(same, r) {
		return nil, false, outOfOrder
	}
	if slices.ContainsFunc(same, func(b *Binding) bool { return b.CallID == r.CallID && b.CSeq == r.CSeq }) {
		return list, false, Outcome{} // this very request, once more
	}
	kept := slices.DeleteFunc(list, func(b *Binding) bool { return slices.Contains(same, b) })
	if life == 0 {
		return kept, len(same) > 0, Outcome{}
	}
	if len(kept) >= t.limits.Contacts {
		return nil, false, Outcome{Code: 403, Reason: "Too Many Contacts"}
	}
	b := &Binding{
		User: r.User, Contact: c.URI, Q: c.Q, CallID: r.CallID, CSeq: r.CSeq, Since: now, Until: now.Add(life),
		Flow: r.Flow, Device: c.Device, UserAgent: r.UserAgent,
	}
	for _, old := range same { // a phone that has come back from elsewhere counts as new
		if old.Flow == b.Flow {
			b.Since = earlier(b.Since, old.Since)
		}
	}
	return append(kept, b), true, Outcome{}
}

// late tells whether one of the bindings was made by a later request of the same
// Call-ID.
func late(list []*Binding, r Request) bool {
	return slices.ContainsFunc(list, func(b *Binding) bool { return b.CallID == r.CallID && r.CSeq < b.CSeq })
}

// life is how long a contact may stay: what it asks for, what the request asks
// for, or all that there is to have.
func (t *Table) life(r Request, c Contact) time.Duration {
	want := t.limits.Max
	switch {
	case c.Expires >= 0:
		want = c.Expires
	case r.Expires >= 0:
		want = r.Expires
	}
	return min(want, t.limits.Max)
}

// put replaces a user's bindings and keeps the indexes in step.
func (t *Table) put(list []*Binding, user string) {
	for _, b := range t.users[user] {
		t.flows.drop(b.Flow)
		t.sources.drop(b.Flow.Addr.Addr())
	}
	t.count += len(list) - len(t.users[user])
	delete(t.users, user)
	if len(list) > 0 {
		t.users[user] = list
	}
	for _, b := range list {
		t.flows.add(b.Flow)
		t.sources.add(b.Flow.Addr.Addr())
		if t.soonest.IsZero() || b.Until.Before(t.soonest) {
			t.soonest = b.Until
		}
	}
}

// expire drops what has run out. It looks at the bindings only when one may have.
func (t *Table) expire(now time.Time) {
	if t.soonest.IsZero() || now.Before(t.soonest) {
		return
	}
	t.soonest = time.Time{}
	for user, list := range t.users {
		t.put(slices.DeleteFunc(slices.Clone(list), func(b *Binding) bool { return !now.Before(b.Until) }), user)
	}
}
