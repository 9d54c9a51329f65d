package media

import (
	"fmt"
	"sync"
	"time"
)

// portPool hands out the even ports of a range, longest unused first, and lets a
// closed one rest so that late packets of the old call do not reach a new one.
type portPool struct {
	min, max uint16
	rest     time.Duration

	mu   sync.Mutex
	free []portRest // a queue: given back at the end
	used int
}

type portRest struct {
	port  uint16
	until time.Time
}

// newPortPool returns a pool of the even ports in lo..hi whose odd neighbour is in it
// too. Both 0 means any port that the kernel has.
func newPortPool(lo, hi uint16, rest time.Duration) (*portPool, error) {
	p := &portPool{min: lo, max: hi, rest: rest}
	if lo == 0 && hi == 0 {
		return p, nil
	}
	for n := (int(lo) + 1) &^ 1; n+1 <= int(hi); n += 2 {
		p.free = append(p.free, portRest{port: uint16(n)})
	}
	if lo == 0 || len(p.free) == 0 {
		return nil, fmt.Errorf("media: ports %d-%d hold no even port with its odd neighbour: widen the range", lo, hi)
	}
	return p, nil
}

// any tells whether the kernel chooses.
func (p *portPool) any() bool { return p.max == 0 }

// take gives the longest unused port that has rested.
func (p *portPool) take(now time.Time) (uint16, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 || p.free[0].until.After(now) {
		return 0, fmt.Errorf("%w: %d of %d-%d in use, %d resting after a call: widen the range",
			ErrNoPorts, p.used, p.min, p.max, len(p.free))
	}
	port := p.free[0].port
	p.free = p.free[1:]
	p.used++
	return port, nil
}

// give takes a port back; one that was never opened needs no rest.
func (p *portPool) give(port uint16, now time.Time) {
	if p.any() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used--
	p.free = append(p.free, portRest{port: port, until: now.Add(p.rest)})
}

// available counts the ports that take would give.
func (p *portPool) available(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, f := range p.free {
		if f.until.After(now) {
			break
		}
		n++
	}
	return n
}

// size is how many ports there are, for trying each once.
func (p *portPool) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.free) + p.used
}
