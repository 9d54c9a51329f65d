package media

import (
	"errors"
	"sync"
)

// Bridge joins two sessions that hear each other, each in its own codec, with
// one frame of delay on top of their jitter buffers. Digits pass through as
// telephone-events. What a session's own queue holds is mixed in.
type Bridge struct {
	a, b *Session
	once sync.Once
}

// ErrBridged says that a session is part of another bridge.
var ErrBridged = errors.New("media: session is bridged already")

// Join lets a and b hear each other until Close.
func Join(a, b *Session) (*Bridge, error) {
	if a == b {
		return nil, errors.New("media: cannot bridge a session with itself")
	}
	ab, ba := newLane(), newLane()
	if err := a.attach(ba, ab); err != nil {
		return nil, err
	}
	if err := b.attach(ab, ba); err != nil {
		a.detach()
		return nil, err
	}
	return &Bridge{a: a, b: b}, nil
}

// Close parts them; both sessions go on, each with its own queue.
func (b *Bridge) Close() {
	b.once.Do(func() {
		b.a.detach()
		b.b.detach()
	})
}

func (s *Session) attach(from, to *lane) error {
	var err error
	if !s.wheel.do(func(*wheel) {
		switch {
		case !s.seat.taken:
			err = ErrClosed
		case s.tap.to != nil:
			err = ErrBridged
		default:
			s.tap.from, s.tap.to = from, to
		}
	}) {
		return ErrClosed
	}
	return err
}

func (s *Session) detach() {
	s.wheel.do(func(*wheel) { s.tap.from, s.tap.to = nil, nil })
}
