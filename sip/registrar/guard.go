package registrar

import (
	"net/netip"
	"time"
)

// Guard tells when a source has guessed enough. Wrong passwords are counted for
// each source and account, and for the source alone: one phone with a wrong
// password does not silence an office, and a scanner does not get a fresh count
// with every name. Only who has met a challenge can be counted, so forged sources
// fill nothing.
type Guard struct{ m map[suspect]*tries }

type suspect struct {
	net  netip.Prefix
	user string // empty: whatever the account
}

type tries struct {
	n     int
	until time.Time // when all is forgotten
}

// Bounds of guessing.
const (
	UserTries   = 5  // of one account from one source
	SourceTries = 20 // of any
	Silence     = 10 * time.Minute
	maxSuspects = 8192
)

// NewGuard makes one that suspects nobody.
func NewGuard() *Guard { return &Guard{m: map[suspect]*tries{}} }

// network is what one guesser can have: an IPv4 address, an IPv6 /64.
func network(a netip.Addr) netip.Prefix {
	a = a.Unmap()
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}

// SilentSource tells whether nothing from here is worth a look.
func (g *Guard) SilentSource(now time.Time, a netip.Addr) bool {
	return g.over(now, suspect{net: network(a)}, SourceTries)
}

// SilentUser tells whether nothing for this account from here is.
func (g *Guard) SilentUser(now time.Time, a netip.Addr, user string) bool {
	return g.over(now, suspect{network(a), user}, UserTries)
}

func (g *Guard) over(now time.Time, s suspect, most int) bool {
	t := g.m[s]
	return t != nil && now.Before(t.until) && t.n >= most
}

// Failed counts a wrong password; user is empty when there is no such account.
func (g *Guard) Failed(now time.Time, a netip.Addr, user string) {
	g.count(now, suspect{net: network(a)})
	if user != "" {
		g.count(now, suspect{network(a), user})
	}
}

func (g *Guard) count(now time.Time, s suspect) {
	t := g.m[s]
	if t == nil || !now.Before(t.until) {
		g.makeRoom(now)
		t = &tries{}
		g.m[s] = t
	}
	t.n++
	t.until = now.Add(Silence)
}

// Passed forgets the failures of an account that has shown its password.
func (g *Guard) Passed(a netip.Addr, user string) { delete(g.m, suspect{network(a), user}) }

// makeRoom looks at a few entries, whichever come, and drops what is over; when
// none is, one goes all the same.
func (g *Guard) makeRoom(now time.Time) {
	looked := 0
	for s, t := range g.m {
		if looked++; looked > 8 {
			break
		}
		if !now.Before(t.until) || looked == 8 && len(g.m) >= maxSuspects {
			delete(g.m, s)
		}
	}
}
