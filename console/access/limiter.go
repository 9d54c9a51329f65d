package access

import (
	"net/netip"
	"sync"
	"time"
)

const (
	burst   = 10              // at once
	refill  = 6 * time.Second // and one more after so long
	maxKeys = 4096
)

// Limiter counts what may come ten times at once, and then every six seconds, by
// whom or what it comes from: the generic cell rate algorithm, which needs one time
// for each. The zero value is ready.
type Limiter[K comparable] struct {
	mu   sync.Mutex
	full map[K]time.Time // when the key's bucket will be full again
}

// Place is the address that is counted: a whole /64 of IPv6, which is what one
// subscriber gets.
func Place(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Masked().Addr()
		}
	}
	return a
}

// Wait tells how long a key has to wait before it may come again.
func (l *Limiter[K]) Wait(k K, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	full, known := l.full[k]
	if !known {
		return 0
	}
	return full.Sub(now) - (burst-1)*refill
}

// Hit counts one; more than 0 tells that it was one too many.
func (l *Limiter[K]) Hit(k K, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := l.full[k]
	if full.Before(now) {
		full = now
	}
	if wait := full.Sub(now) - (burst-1)*refill; wait > 0 {
		return wait
	}
	if l.full == nil {
		l.full = map[K]time.Time{}
	}
	if _, known := l.full[k]; !known && len(l.full) >= maxKeys {
		l.sweep(now)
	}
	l.full[k] = full.Add(refill)
	return 0
}

// sweep forgets the keys whose time is over, and when that does not help all of
// them: whoever has thousands of addresses is not stopped by counting.
func (l *Limiter[K]) sweep(now time.Time) {
	for k, full := range l.full {
		if !full.After(now) {
			delete(l.full, k)
		}
	}
	if len(l.full) >= maxKeys {
		clear(l.full)
	}
}
