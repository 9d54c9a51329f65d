package media

import "sync/atomic"

// sequence follows one source's sequence numbers (RFC 3550 A.1, A.3). The pacer
// writes; the counts may be read from anywhere.
type sequence struct {
	started bool
	max     uint16
	base    uint32
	cycles  uint32
	window  uint64 // bit n: max - n was seen
	bad     uint32 // the number that would confirm a restart
	before  uint64 // lost before the last restart

	highest  atomic.Uint32 // extended highest number
	expected atomic.Uint64
	received atomic.Uint64 // of this source, without duplicates
	lost     atomic.Int64
}

// RFC 3550 A.1
const (
	maxDropout  = 3000
	maxMisorder = 100
	noBad       = 1 << 17
)

// arrival is what a sequence number turned out to be.
type arrival uint8

const (
	inOrder   arrival = iota
	reordered         // older than the newest, first seen
	repeated          // a duplicate
	jumped            // far off: wait for a second one
	restarted         // the source began anew
)

// restart begins anew at n, keeping the losses so far.
func (s *sequence) restart(n uint16) {
	s.before = uint64(max(0, s.lost.Load()))
	s.started, s.max, s.base, s.cycles = true, n, uint32(n), 0
	s.window, s.bad = 1, noBad
	s.received.Store(1)
	s.count()
}

// see takes the next number.
func (s *sequence) see(n uint16) arrival {
	if !s.started {
		s.restart(n)
		return inOrder
	}
	delta := n - s.max
	switch {
	case delta == 0:
		return repeated
	case delta < maxDropout:
		if n < s.max {
			s.cycles += 1 << 16
		}
		s.max = n
		s.window = s.window<<delta | 1 // shifts of 64 and more clear it
	case delta <= 0xffff-maxMisorder:
		if uint32(n) == s.bad {
			s.restart(n)
			return restarted
		}
		s.bad = uint32(n + 1)
		return jumped
	default:
		back := s.max - n
		if back < 64 {
			if s.window>>back&1 == 1 {
				return repeated
			}
			s.window |= 1 << back
		}
		s.received.Store(s.received.Load() + 1)
		s.count()
		return reordered
	}
	s.received.Store(s.received.Load() + 1)
	s.count()
	return inOrder
}

func (s *sequence) count() {
	top := s.cycles + uint32(s.max)
	s.highest.Store(top)
	s.expected.Store(uint64(top-s.base) + 1)
	s.lost.Store(int64(s.before) + int64(s.expected.Load()) - int64(s.received.Load()))
}
