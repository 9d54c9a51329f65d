package asr

import (
	"sync"
	"time"
)

// breaker keeps calls away from an engine that fails, and tries it again later
// with one call at a time.
type breaker struct {
	mu       sync.Mutex
	limit    int           // failures in a row that open it
	rest     time.Duration // how long it stays open at first
	maxRest  time.Duration
	failures int
	backoff  time.Duration // the present rest; 0 while closed
	until    time.Time     // no call may try before this
	trial    bool          // one call is trying since the last rest
}

// allow tells whether a call may use the engine, and when to ask again if not.
func (b *breaker) allow(now time.Time) (bool, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.backoff == 0 {
		return true, 0
	}
	if wait := b.until.Sub(now); wait > 0 {
		return false, wait
	}
	// Half-open: this call is the trial; the next may try when it, too, is silent for a rest.
	b.until, b.trial = now.Add(b.backoff), true
	return true, 0
}

// resting tells how long nobody may try yet. It begins no trial.
func (b *breaker) resting(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.backoff == 0 {
		return 0
	}
	return max(b.until.Sub(now), time.Nanosecond)
}

// succeed closes the breaker.
func (b *breaker) succeed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures, b.backoff, b.trial = 0, 0, false
}

// fail counts a failure at now.
func (b *breaker) fail(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	switch {
	case b.trial:
		b.trial = false
		b.backoff = min(2*b.backoff, b.maxRest)
		b.until = now.Add(b.backoff)
	case b.backoff > 0: // a call from before the rest: it says nothing new
	case b.failures >= b.limit:
		b.backoff = b.rest
		b.until = now.Add(b.rest)
	}
}
