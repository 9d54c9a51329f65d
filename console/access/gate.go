package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Who is whoever sent a request.
type Who struct {
	Key    string // id; "" for a request without a key from this machine
	Name   string
	Role   Role
	Agent  string
	Source netip.Addr
}

// Denied is why a request does not get in.
type Denied struct {
	Why   string
	Retry time.Duration // more than 0: too many wrong keys, come back after it
}

func (d Denied) Error() string { return d.Why }

var (
	errWrong   = errors.New("the key is wrong")
	errRevoked = errors.New("the key was revoked")
	errExpired = errors.New("the key has expired")
)

const howTo = "make one with parley keys add --role ROLE --name NAME and send it as Authorization: Bearer KEY"

// Gate lets requests in by their key.
type Gate struct {
	Keys Keys
	// Local tells that only this machine can reach the listener. As long as no
	// key was ever made, requests without one are then taken as a Viewer's.
	Local bool
	Now   func() time.Time

	wrong Limiter[netip.Addr] // keys, by address
	mu    sync.Mutex
	noted map[string]time.Time // when a key's use was last written down
}

// noteEvery bounds how often a key's last use is written.
const noteEvery = time.Minute

// Enter checks an Authorization header. The error is a Denied, or that the keys
// cannot be read.
func (g *Gate) Enter(ctx context.Context, header string, source netip.Addr) (Who, error) {
	now := g.Now()
	if header == "" {
		return g.without(ctx, source)
	}
	scheme, text, _ := strings.Cut(header, " ")
	id, secret, ok := split(strings.TrimSpace(text))
	if !strings.EqualFold(scheme, "Bearer") || !ok {
		return Who{}, g.refuse(source, now, errors.New("this is no key of Parley"))
	}
	// A holder who was let in lately is not kept out by a neighbour behind the
	// same address who guesses.
	if wait := g.wrong.Wait(Place(source), now); wait > 0 && !g.lately(id, now) {
		return Who{}, tooMany(wait)
	}
	k, err := g.Keys.Find(ctx, id)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Who{}, err
	}
	if err != nil { // the comparison is made all the same, so that both take as long
		k.Hash = Hash("")
	}
	if err := k.opens(secret, now); err != nil {
		return Who{}, g.refuse(source, now, err)
	}
	g.note(ctx, id, now)
	return Who{Key: k.ID, Name: k.Name, Role: k.Role, Agent: k.Agent, Source: source}, nil
}

// without takes a request that shows no key.
func (g *Gate) without(ctx context.Context, source netip.Addr) (Who, error) {
	any, err := g.Keys.Any(ctx)
	switch {
	case err != nil:
		return Who{}, err
	case any:
		return Who{}, Denied{Why: "a key is needed: send it as Authorization: Bearer KEY"}
	case !g.Local:
		return Who{}, Denied{Why: "a key is needed, and there is none yet: " + howTo}
	}
	return Who{Name: "local", Role: Viewer, Source: source}, nil
}

func (g *Gate) refuse(source netip.Addr, now time.Time, why error) error {
	if wait := g.wrong.Hit(Place(source), now); wait > 0 {
		return tooMany(wait)
	}
	return Denied{Why: fmt.Sprintf("%v; parley keys list shows those that are valid", why)}
}

func tooMany(wait time.Duration) error {
	return Denied{Why: "too many wrong keys came from this address; wait and try again", Retry: wait}
}

// lately tells whether a key was right within the last minutes.
func (g *Gate) lately(id string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	at, ok := g.noted[id]
	return ok && now.Sub(at) < 2*noteEvery
}

// note writes down that a key was used, at most once a minute.
func (g *Gate) note(ctx context.Context, id string, now time.Time) {
	g.mu.Lock()
	last, known := g.noted[id]
	due := !known || now.Sub(last) >= noteEvery
	if due {
		if g.noted == nil || len(g.noted) >= maxKeys {
			g.noted = map[string]time.Time{}
		}
		g.noted[id] = now
	}
	g.mu.Unlock()
	if due {
		_ = g.Keys.Used(ctx, id, now) // only a hint for people; it must not keep anybody out
	}
}
