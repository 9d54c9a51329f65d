package tts

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// How far synthesis may run ahead of the listener: a new piece starts only when
// less than aheadTime waits, and one piece may not make more than aheadMax.
const (
	aheadTime = 10 * time.Second
	aheadMax  = 2 * time.Minute
)

// Say synthesises one piece of text, writing runs of samples of any length, all
// of one rate. Write keeps a copy and never waits.
type Say func(ctx context.Context, piece string, write func(media.Frame) error) error

// Ahead speaks the pieces in order. Synthesis runs on a goroutine of its own
// into a bounded buffer, so that a listener who takes the audio at the speed of
// speech never holds an engine's process, voice or connection. Silence before
// the first and after the last sound is cut to what the ear needs. It returns
// when that goroutine has ended, with emit's error, ctx's, or the engine's.
func Ahead(ctx context.Context, pieces []string, say Say, emit func(media.Frame) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(pieces) == 0 {
		return nil
	}
	inner, cancel := context.WithCancel(ctx)
	b := &aheadBuffer{more: make(chan struct{}, 1), room: make(chan struct{}, 1)}
	var wg sync.WaitGroup
	wg.Go(func() { b.finish(b.produce(inner, pieces, say)) })
	err := b.consume(ctx, emit)
	cancel()
	wg.Wait()
	return err
}

// aheadBuffer holds audio between the engine and the listener.
type aheadBuffer struct {
	more, room chan struct{} // signals of capacity 1

	mu   sync.Mutex
	rate int
	pcm  []int16
	done bool
	err  error
}

func (b *aheadBuffer) produce(ctx context.Context, pieces []string, say Say) error {
	for _, piece := range pieces {
		for b.waiting() > aheadTime {
			select {
			case <-b.room:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		write := func(f media.Frame) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return b.write(f)
		}
		if err := say(ctx, piece, write); err != nil {
			return err
		}
	}
	return nil
}

func (b *aheadBuffer) waiting() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return media.Frame{Rate: b.rate, PCM: b.pcm}.Duration()
}

func (b *aheadBuffer) write(f media.Frame) error {
	if len(f.PCM) == 0 {
		return nil
	}
	if f.Rate < 50 {
		return fmt.Errorf("tts: an engine gave audio at %d Hz", f.Rate)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rate == 0 {
		b.rate = f.Rate
	}
	if b.rate != f.Rate {
		return fmt.Errorf("tts: an engine changed its rate from %d to %d Hz within one utterance", b.rate, f.Rate)
	}
	b.pcm = append(b.pcm, f.PCM...)
	if (media.Frame{Rate: b.rate, PCM: b.pcm}).Duration() > aheadTime+aheadMax {
		return fmt.Errorf("tts: one piece of text made more than %v of audio: the engine runs away", aheadMax)
	}
	signal(b.more)
	return nil
}

func (b *aheadBuffer) finish(err error) {
	b.mu.Lock()
	b.done, b.err = true, err
	b.mu.Unlock()
	signal(b.more)
}

// take empties the buffer.
func (b *aheadBuffer) take() (f media.Frame, done bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f = media.Frame{Rate: b.rate, PCM: b.pcm}
	b.pcm = nil
	signal(b.room)
	return f, b.done, b.err
}

func (b *aheadBuffer) consume(ctx context.Context, emit func(media.Frame) error) error {
	var framer *Framer
	var trim *trimmer
	gated := func(f media.Frame) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return emit(f)
	}
	for {
		run, done, err := b.take()
		if framer == nil && run.Rate > 0 {
			framer, trim = NewFramer(run.Rate, gated), &trimmer{rate: run.Rate}
		}
		if framer != nil {
			if err := framer.Write(trim.write(run.PCM)); err != nil {
				return err
			}
		}
		if done {
			return finishFrames(ctx, framer, trim, err)
		}
		select {
		case <-b.more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func finishFrames(ctx context.Context, framer *Framer, trim *trimmer, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if framer == nil {
		return err
	}
	if werr := framer.Write(trim.end()); werr != nil {
		return werr
	}
	if werr := framer.Flush(); werr != nil {
		return werr
	}
	return err
}

// signal wakes the one who waits on c, or leaves the wake-up for later.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
