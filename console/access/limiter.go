package access

import (
	"net/netip"
	"sync"
	"time"
)

const (
	burst        = 10              // wrong keys at once
	refill       = 6 * time.Second // and one more after so long
	maxAddresses = 4096
)

// limiter counts wrong keys by address: the generic cell rate algorithm, which
// needs one time for each address.
type limiter struct {
	mu   sync.Mutex
	full map[netip.Addr]time.Time // when the address's bucket will be full again
}

// place is the address that is counted: a whole /64 of IPv6, which is what one
// subscriber gets.
func place(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Masked().Addr()
		}
	}
	return a
}

// wait tells how long an address has to wait before its next wrong key is looked at.
func (l *limiter) wait(a netip.Addr, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	full, known := l.full[place(a)]
	if !known {
		return 0
	}
	return full.Sub(now) - (burst-1)*refill
}

// hit counts a wrong key; more than 0 tells that it was one too many.
func (l *limiter) hit(a netip.Addr, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	a = place(a)
	full := l.full[a]
	if full.Before(now) {
		full = now
	}
	if wait := full.Sub(now) - (burst-1)*refill; wait > 0 {
		return wait
	}
	if l.full == nil {
		l.full = map[netip.Addr]time.Time{}
	}
	if _, known := l.full[a]; !known && len(l.full) >= maxAddresses {
		l.sweep(now)
	}
	l.full[a] = full.Add(refill)
	return 0
}

// sweep forgets the addresses whose time is over, and when that does not help all
// of them: whoever has thousands of addresses is not stopped by counting.
func (l *limiter) sweep(now time.Time) {
	for a, full := range l.full {
		if !full.After(now) {
			delete(l.full, a)
		}
	}
	if len(l.full) >= maxAddresses {
		clear(l.full)
	}
}
