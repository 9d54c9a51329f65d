package sip

import "sync"

// mailbox is a leg's bounded queue of events. Ended always finds room. Digits
// and progress stop at lossy; what changes the call stops at essential, and the
// requests that cause such events are refused before that (see crowded), so
// that nothing essential is lost however slow the reader is.
type mailbox struct {
	mu     sync.Mutex
	ch     chan Event
	closed bool
}

const (
	boxSize   = 64
	lossy     = 40
	essential = boxSize - 1
)

func newMailbox() mailbox { return mailbox{ch: make(chan Event, boxSize)} }

// post tells whether e was taken.
func (m *mailbox) post(e Event) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	limit := essential
	switch e := e.(type) {
	case Digit, Progress:
		limit = lossy
	case ReferProgress:
		if !e.Final {
			limit = lossy
		}
	case Ended:
		limit = boxSize
	}
	if len(m.ch) >= limit {
		return false
	}
	m.ch <- e
	if _, last := e.(Ended); last {
		m.closed = true
		close(m.ch)
	}
	return true
}

// crowded tells that another change of the call should be refused for now.
func (m *mailbox) crowded() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.ch) >= lossy
}
