package media

import (
	"errors"
	"sync"
)

// maxPatches bounds the sessions that one session hears: a caller, a person, a
// supervisor and a few trainees.
const maxPatches = 8

// Errors of Patch and Join.
var (
	ErrBridged = errors.New("media: session hears the other already")
	ErrCrowded = errors.New("media: too many sessions are joined")
)

// Bridge is one direction or more in which sessions hear each other, each in its
// own codec, with one frame of delay on top of their jitter buffers. Digits pass
// through as telephone-events. What a session's own queue holds is mixed in, and
// so is what other bridges bring.
type Bridge struct {
	ways []way
	once sync.Once
}

// way is one direction.
type way struct {
	from, to *Session
	sent     bool // what from is sent, instead of what it says
	lane     *lane
}

// Join lets a and b hear each other until Close.
func Join(a, b *Session) (*Bridge, error) {
	there, err := Patch(a, b)
	if err != nil {
		return nil, err
	}
	back, err := Patch(b, a)
	if err != nil {
		there.Close()
		return nil, err
	}
	return &Bridge{ways: append(there.ways, back.ways...)}, nil
}

// Patch lets to hear from, and not the other way round, until Close. A supervisor
// who listens is patched from caller and person, one who whispers also to the
// person, one who barges in to both.
func Patch(from, to *Session) (*Bridge, error) {
	return patch(way{from: from, to: to, lane: newLane()})
}

// Overhear lets to hear what from hears, until Close: prompts, music, whoever is
// patched to it. Digits stay where they are.
func Overhear(from, to *Session) (*Bridge, error) {
	return patch(way{from: from, to: to, sent: true, lane: newLane()})
}

func patch(w way) (*Bridge, error) {
	from, to := w.from, w.to
	if from == to {
		return nil, errors.New("media: cannot bridge a session with itself")
	}
	if err := to.attach(func(t *tap) error { return t.hearFrom(w) }); err != nil {
		return nil, err
	}
	if err := from.attach(func(t *tap) error { return t.giveTo(w) }); err != nil {
		w.close()
		return nil, err
	}
	return &Bridge{ways: []way{w}}, nil
}

// Close parts them; the sessions go on, each with its own queue.
func (b *Bridge) Close() {
	b.once.Do(func() {
		for _, w := range b.ways {
			w.close()
		}
	})
}

func (w way) close() {
	w.from.wheel.do(func(*wheel) { w.from.tap.to = without(w.from.tap.to, w) })
	w.to.wheel.do(func(*wheel) { w.to.tap.from = without(w.to.tap.from, w) })
}

// attach changes a session's tap on its pacer.
func (s *Session) attach(change func(*tap) error) error {
	var err error
	if !s.wheel.do(func(*wheel) {
		if !s.seat.taken {
			err = ErrClosed
			return
		}
		err = change(&s.tap)
	}) {
		return ErrClosed
	}
	return err
}
