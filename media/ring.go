package media

import "sync/atomic"

// ring passes values from one goroutine or pacer to one other without locks or
// allocation. A full ring refuses: its user counts the drop.
type ring[T any] struct {
	buf  []T // a power of two long
	head atomic.Uint64
	tail atomic.Uint64
}

func newRing[T any](size int) *ring[T] {
	n := 1
	for n < size {
		n *= 2
	}
	return &ring[T]{buf: make([]T, n)}
}

// slot is where the producer may write the next value, nil when full; commit
// hands it over.
func (r *ring[T]) slot() *T {
	t := r.tail.Load()
	if t-r.head.Load() == uint64(len(r.buf)) {
		return nil
	}
	return &r.buf[t&uint64(len(r.buf)-1)]
}

func (r *ring[T]) commit() { r.tail.Store(r.tail.Load() + 1) }

// peek is the consumer's oldest value, nil when empty; release lets go of it.
func (r *ring[T]) peek() *T {
	h := r.head.Load()
	if h == r.tail.Load() {
		return nil
	}
	return &r.buf[h&uint64(len(r.buf)-1)]
}

func (r *ring[T]) release() { r.head.Store(r.head.Load() + 1) }

func (r *ring[T]) len() int { return int(r.tail.Load() - r.head.Load()) }
