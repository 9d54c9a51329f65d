package sip

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Stats counts what an Endpoint saw since it was made.
type Stats struct {
	Invites      uint64         // initial INVITEs accepted for handling
	Dialled      uint64         // initial INVITEs sent
	Live         int            // legs now
	Rejected     map[int]uint64 // final responses of 300 and above that we sent, by code
	Unknown      uint64         // packets and connections of unknown sources, dropped
	Malformed    uint64         // messages that were no SIP, or answered 400
	AuthFailures uint64         // wrong credentials
	Limited      uint64         // requests over a trunk's rate
	Retransmits  uint64         // 2xx sent again for want of an ACK
	LostACKs     uint64         // legs given up for want of an ACK
	Dropped      uint64         // leg events dropped, mailbox full
	Panics       uint64         // handlers that panicked and were caught
}

// counters are the live form of Stats.
type counters struct {
	invites, dialled, unknown, malformed, authFailures atomic.Uint64
	limited, retransmits, lostACKs, dropped, panics    atomic.Uint64

	mu       sync.Mutex
	rejected map[int]uint64
}

func (c *counters) reject(code int) {
	if code < 300 {
		return
	}
	c.mu.Lock()
	if c.rejected == nil {
		c.rejected = map[int]uint64{}
	}
	c.rejected[code]++
	c.mu.Unlock()
}

func (c *counters) snapshot(live int) Stats {
	c.mu.Lock()
	rejected := maps.Clone(c.rejected)
	c.mu.Unlock()
	return Stats{
		Invites: c.invites.Load(), Dialled: c.dialled.Load(), Live: live, Rejected: rejected,
		Unknown: c.unknown.Load(), Malformed: c.malformed.Load(), AuthFailures: c.authFailures.Load(),
		Limited: c.limited.Load(), Retransmits: c.retransmits.Load(), LostACKs: c.lostACKs.Load(),
		Dropped: c.dropped.Load(), Panics: c.panics.Load(),
	}
}
