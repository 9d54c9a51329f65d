// Package impair makes networks bad on purpose, for tests: a channel decides each
// packet's fate, a pipe applies it to UDP between two addresses. Hosts without
// netem need nothing else.
package impair

import (
	"math/rand/v2"
	"time"
)

// Config says how bad a channel is. Shares are 0..1.
type Config struct {
	Loss      float64       // share of packets lost
	Burst     float64       // mean length of a run of losses, packets; 0 and 1: independent losses
	Duplicate float64       // share of packets that come twice
	Reorder   float64       // share of packets that are held back by Hold
	Hold      time.Duration // 0: 30 ms
	Delay     time.Duration // of every packet
	Jitter    time.Duration // uniform, on top of Delay; overtaking is avoided
	Seed      uint64
}

// Channel decides what becomes of each packet of one direction. The same seed
// gives the same fates. It belongs to one goroutine.
type Channel struct {
	cfg  Config
	rng  *rand.Rand
	lost bool          // inside a burst
	last time.Duration // latest regular delivery, since the first packet's epoch
}

// NewChannel makes a channel.
func NewChannel(c Config) *Channel {
	if c.Hold <= 0 {
		c.Hold = 30 * time.Millisecond
	}
	return &Channel{cfg: c, rng: rand.New(rand.NewPCG(c.Seed, 0x9e3779b97f4a7c15))}
}

// Fate says when the copies of a packet sent at now arrive: none when it is lost,
// two when it is duplicated. Times count from the same origin as now.
func (c *Channel) Fate(now time.Duration) []time.Duration {
	if c.lose() {
		return nil
	}
	at := now + c.cfg.Delay
	if c.cfg.Jitter > 0 {
		at += time.Duration(c.rng.Int64N(int64(c.cfg.Jitter)))
	}
	if c.rng.Float64() < c.cfg.Reorder {
		at += c.cfg.Hold
	} else {
		at = max(at, c.last)
		c.last = at
	}
	if c.rng.Float64() < c.cfg.Duplicate {
		return []time.Duration{at, at + time.Millisecond}
	}
	return []time.Duration{at}
}

// lose is the Gilbert model: losses come in runs of the mean length Burst, and
// their share in the long run is Loss.
func (c *Channel) lose() bool {
	p := c.cfg.Loss
	switch {
	case p <= 0:
		return false
	case p >= 1:
		return true
	case c.cfg.Burst <= 1:
		return c.rng.Float64() < p
	}
	leave := 1 / c.cfg.Burst
	if c.lost {
		c.lost = c.rng.Float64() >= leave
	} else {
		c.lost = c.rng.Float64() < leave*p/(1-p)
	}
	return c.lost
}
