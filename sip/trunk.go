package sip

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/parley-voice/parley/sip/digest"
	"github.com/parley-voice/parley/sip/screen"
)

// trunk is a Trunk at work.
type trunk struct {
	Trunk
	network string // "UDP" or "TCP"
	calls   *rate.Limiter
	packets *rate.Limiter
	auth    *digest.Server // nil when the peer is not challenged
}

// direct is the trunk of calls placed without one.
const direct = ""

const (
	defaultRate = 100
	// a trunk may send this many messages a second, whatever they are; more is
	// dropped at the cost of a look at the source
	packetsFloor   = 200
	packetsPerCall = 20
)

// trunks finds trunks. It does not change after newTrunks.
type trunks struct {
	byName   map[string]*trunk
	prefixes []prefix // longest first
	users    map[string]*trunk
	digest   *digest.Server // for sources that no prefix holds
}

type prefix struct {
	netip.Prefix
	trunk *trunk
}

func newTrunks(list []Trunk, secret []byte) (*trunks, error) {
	t := &trunks{byName: map[string]*trunk{}, users: map[string]*trunk{}}
	for _, c := range list {
		if c.Name == "" {
			return nil, fmt.Errorf("sip: a trunk has no name")
		}
		if t.byName[c.Name] != nil {
			return nil, fmt.Errorf("sip: trunk %q is there twice", c.Name)
		}
		tr, err := newTrunk(c)
		if err != nil {
			return nil, err
		}
		t.byName[c.Name] = tr
		for _, p := range tr.Match {
			t.prefixes = append(t.prefixes, prefix{p.Masked(), tr})
		}
		realm := cmp.Or(c.Realm, "parley")
		if tr.Challenge || len(tr.Match) == 0 && c.Username != "" && c.Register == 0 {
			if c.Username == "" || c.Password == "" {
				return nil, fmt.Errorf("sip: trunk %q: to challenge it, username and password are needed", c.Name)
			}
			tr.auth = digest.NewServer(realm, secret)
		}
		if tr.auth != nil && len(tr.Match) == 0 {
			if t.users[c.Username] != nil {
				return nil, fmt.Errorf("sip: trunks %q and %q have the same username and no match to tell them apart", t.users[c.Username].Name, c.Name)
			}
			t.users[c.Username] = tr
			if t.digest == nil {
				t.digest = digest.NewServer(realm, secret)
			}
		}
	}
	slices.SortStableFunc(t.prefixes, func(a, b prefix) int { return cmp.Compare(b.Bits(), a.Bits()) })
	return t, nil
}

func newTrunk(c Trunk) (*trunk, error) {
	tr := &trunk{Trunk: c}
	switch strings.ToLower(c.Transport) {
	case "", "udp":
		tr.network = "UDP"
	case "tcp":
		tr.network = "TCP"
	default:
		return nil, fmt.Errorf("sip: trunk %q: transport %q is not known, use udp or tcp", c.Name, c.Transport)
	}
	if c.Host != "" {
		host, _, ok := screen.HostPort(c.Host)
		if !ok {
			return nil, fmt.Errorf("sip: trunk %q: host %q is not a host or host:port", c.Name, c.Host)
		}
		// a trunk by address and without match or login can only mean that one
		if a, err := netip.ParseAddr(host); err == nil && len(c.Match) == 0 && c.Username == "" {
			tr.Match = []netip.Prefix{netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())}
		}
	}
	if len(tr.Match) == 0 && c.Username == "" && c.Host == "" {
		return nil, fmt.Errorf("sip: trunk %q: give match, host, or username and password", c.Name)
	}
	if c.Register > 0 && (c.Host == "" || c.Username == "" || c.Password == "") {
		return nil, fmt.Errorf("sip: trunk %q: to register, host, username and password are needed", c.Name)
	}
	perSecond := cmp.Or(c.Rate, defaultRate)
	tr.calls = rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))
	tr.packets = rate.NewLimiter(rate.Limit(packetsFloor+packetsPerCall*perSecond), packetsFloor+int(packetsPerCall*perSecond))
	return tr, nil
}

func (t *trunks) bySource(a netip.Addr) *trunk {
	a = a.Unmap()
	for i := range t.prefixes {
		if t.prefixes[i].Contains(a) {
			return t.prefixes[i].trunk
		}
	}
	return nil
}

// peers are addresses that may talk to us although no prefix holds them: those
// that we called and those that showed their password.
type peers struct {
	mu    sync.Mutex
	m     map[netip.Addr]*peer
	swept time.Time
}

type peer struct {
	trunk *trunk
	legs  int       // while there are any, the address is good
	until time.Time // and after them, until then
}

const maxPeers = 4096

func newPeers() *peers { return &peers{m: map[netip.Addr]*peer{}} }

func (p *peers) find(now time.Time, a netip.Addr) *trunk {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.m[a.Unmap()]
	if e == nil || e.legs == 0 && now.After(e.until) {
		return nil
	}
	return e.trunk
}

// admit lets a in until then, and for as long as it has legs. It says no when
// the table is full of live entries.
func (p *peers) admit(now time.Time, a netip.Addr, tr *trunk, until time.Time, legs int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	a = a.Unmap()
	e := p.m[a]
	if e == nil {
		if len(p.m) >= maxPeers && now.Sub(p.swept) >= time.Second {
			p.swept = now
			for k, old := range p.m {
				if old.legs == 0 && now.After(old.until) {
					delete(p.m, k)
				}
			}
		}
		if len(p.m) >= maxPeers && legs == 0 {
			return false
		}
		e = &peer{trunk: tr}
		p.m[a] = e
	}
	if tr.Name != direct { // a configured trunk is worth more than a call without one
		e.trunk = tr
	}
	e.legs += legs
	if until.After(e.until) {
		e.until = until
	}
	return true
}
