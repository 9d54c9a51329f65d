package sip

import (
	"sync"
	"time"
)

// sequence puts the requests of one leg back into the order of their CSeq: they
// arrive in goroutines of their own. It lets one through at a time, holds one
// that comes early for a moment, and refuses what is late (RFC 3261 §12.2.2).
type sequence struct {
	mu    sync.Mutex
	known bool
	last  uint32
	busy  bool
	wake  chan struct{} // closed and renewed at every change
	queue map[uint32]int
}

// earlyHold is how long a request waits for the ones before it. Gaps are legal,
// so it cannot be long.
const (
	earlyHold = 100 * time.Millisecond
	firstHold = 20 * time.Millisecond // when no number is known yet and any may be the first
)

func newSequence() *sequence { return &sequence{wake: make(chan struct{}), queue: map[uint32]int{}} }

// start sets the number that the peer has used last.
func (s *sequence) start(n uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.last = true, n
}

// enter waits for the turn of request n; false means that it is late. leave
// must follow a true one.
func (s *sequence) enter(n uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := earlyHold
	if !s.known {
		wait = firstHold
	}
	hold := time.NewTimer(wait)
	defer hold.Stop()
	s.queue[n]++
	defer func() {
		if s.queue[n]--; s.queue[n] == 0 {
			delete(s.queue, n)
		}
		s.changed()
	}()
	held := false
	for {
		if s.known && n <= s.last {
			return false
		}
		if !s.busy && (s.known && n == s.last+1 || held && !s.lowerWaits(n)) {
			s.known, s.last, s.busy = true, n, true
			return true
		}
		wake := s.wake
		s.mu.Unlock()
		select {
		case <-wake:
		case <-hold.C:
			held = true
		}
		s.mu.Lock()
	}
}

// lowerWaits: a lower number that has come meanwhile goes first.
func (s *sequence) lowerWaits(n uint32) bool {
	for w := range s.queue {
		if w < n {
			return true
		}
	}
	return false
}

func (s *sequence) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
	s.changed()
}

func (s *sequence) changed() {
	close(s.wake)
	s.wake = make(chan struct{})
}
