package media

import (
	"sync/atomic"
	"time"
)

// arrivals times the packets of one source by the kernel's receive clock:
// interarrival jitter (RFC 3550 A.8) and lateness against the fastest packet.
type arrivals struct {
	started bool
	lastTS  uint32
	lastAt  time.Duration
	transit time.Duration // of the last packet, against the first one's
	fastest time.Duration
	jitter  time.Duration
	shown   atomic.Int64 // jitter for other threads
	late    histogram
}

// drift lets the fastest transit grow, so that a peer whose clock is up to
// 50 ppm slow does not look later and later.
const drift = time.Microsecond

// maxStep is the change of transit that is a jump of a clock or of the
// timestamps rather than jitter.
const maxStep = 2 * time.Second

// restart forgets the source, not what was counted.
func (a *arrivals) restart() { a.started = false }

// see takes a packet with this RTP timestamp that came at this time.
func (a *arrivals) see(ts uint32, at time.Duration) {
	sent := time.Duration(int32(ts-a.lastTS)) * time.Second / TelephoneRate
	d := at - a.lastAt - sent
	a.lastTS, a.lastAt = ts, at
	if !a.started || d > maxStep || d < -maxStep {
		a.started, a.transit, a.fastest = true, 0, 0
		return
	}
	a.transit += d
	a.jitter += (max(d, -d) - a.jitter) / 16
	a.shown.Store(int64(a.jitter))
	a.fastest = min(a.fastest+drift, a.transit)
	a.late.add(a.transit - a.fastest)
}
