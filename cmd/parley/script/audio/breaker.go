package audio

import (
	"context"
	"errors"
	"sync"

	"github.com/parley-voice/parley/asr"
)

// breaker makes recognisers fail on demand, as one does whose server is gone.
type breaker struct {
	mu   sync.Mutex
	gone chan struct{} // closed while broken
}

var errBroken = errors.New("the test has taken recognition away")

func newBreaker() *breaker { return &breaker{gone: make(chan struct{})} }

// wrap puts a recogniser behind the breaker.
func (b *breaker) wrap(r asr.Recognizer) asr.Recognizer { return breakable{r, b} }

func (b *breaker) broken() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gone
}

// trip takes recognition away.
func (b *breaker) trip() {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.gone:
	default:
		close(b.gone)
	}
}

// mend gives it back, to calls that begin after.
func (b *breaker) mend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.gone:
		b.gone = make(chan struct{})
	default:
	}
}

type breakable struct {
	asr.Recognizer
	b *breaker
}

// Open opens a stream that can be broken.
func (r breakable) Open(ctx context.Context, o asr.Options) (asr.Stream, error) {
	gone := r.b.broken()
	select {
	case <-gone:
		return nil, errBroken
	default:
	}
	s, err := r.Recognizer.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return breakableStream{s, gone}, nil
}

type breakableStream struct {
	asr.Stream
	gone <-chan struct{}
}

// Next fails when recognition is taken away, also while it waits.
func (s breakableStream) Next(ctx context.Context) (asr.Transcript, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-s.gone:
			cancel(errBroken)
		case <-ctx.Done():
		}
	})
	defer watch.Wait()
	defer cancel(nil)
	t, err := s.Stream.Next(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errBroken) {
		return asr.Transcript{}, errBroken
	}
	return t, err
}
