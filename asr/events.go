package asr

import (
	"context"
	"sync"
)

// maxEvents bounds what a stream keeps for a slow reader.
const maxEvents = 64

// events is a stream's bounded queue towards Next. When it is full the oldest
// Partial goes first, then the oldest event.
type events struct {
	mu    sync.Mutex
	queue []Transcript
	err   error // what Next returns once the queue is empty
	drops uint64
	bell  chan struct{}
}

func newEvents() *events { return &events{bell: make(chan struct{}, 1)} }

func (q *events) put(t Transcript) {
	q.mu.Lock()
	if q.err == nil {
		if len(q.queue) >= maxEvents {
			q.drop()
		}
		q.queue = append(q.queue, t)
	}
	q.mu.Unlock()
	q.ring()
}

func (q *events) drop() {
	victim := 0
	for i, t := range q.queue {
		if t.Kind == Partial {
			victim = i
			break
		}
	}
	q.queue = append(q.queue[:victim], q.queue[victim+1:]...)
	q.drops++
}

// end makes next return err after the waiting events. The first end counts.
func (q *events) end(err error) {
	q.mu.Lock()
	if q.err == nil {
		q.err = err
	}
	q.mu.Unlock()
	q.ring()
}

func (q *events) ring() {
	select {
	case q.bell <- struct{}{}:
	default:
	}
}

func (q *events) next(ctx context.Context) (Transcript, error) {
	for {
		q.mu.Lock()
		if len(q.queue) > 0 {
			t := q.queue[0]
			q.queue = q.queue[1:]
			q.mu.Unlock()
			return t, nil
		}
		err := q.err
		q.mu.Unlock()
		if err != nil {
			q.ring() // another waiter may sleep
			return Transcript{}, err
		}
		select {
		case <-q.bell:
		case <-ctx.Done():
			return Transcript{}, ctx.Err()
		}
	}
}
