package media

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Gen numbers what is to be said: Flush begins a new generation, and audio that
// was made for an older one is refused.
type Gen uint32

// Errors of a Queue.
var (
	ErrStale = errors.New("media: audio of a flushed generation")
	ErrFull  = errors.New("media: playout queue is full")
)

// maxItems bounds the clips, chunks and marks that wait in one queue.
const maxItems = 4096

// Queue is what one session has yet to say. Writers share a mutex among
// themselves; the pacer takes from the other end of a lock-free list, so that a
// writer that is descheduled cannot hold up a packet.
type Queue struct {
	limit int // samples of streamed speech

	mu     sync.Mutex // writers only
	tail   *item
	pushed uint64
	resamp *Resampler
	resGen Gen

	state  atomic.Uint64 // generation << 32 | streamed samples that wait
	paused atomic.Bool
	out    playout // the pacer's end
}

// item is one node of the list: a clip, a run of streamed samples, or a mark.
// Only next is written after it was published.
type item struct {
	next atomic.Pointer[item]
	gen  Gen
	kind itemKind
	loop bool
	mark uint64
	clip *Clip
	pcm  []int16
}

type itemKind uint8

const (
	itemPCM itemKind = iota
	itemClip
	itemMark
	itemCue
)

func newQueue(limit time.Duration) *Queue {
	q := &Queue{limit: int(limit * TelephoneRate / time.Second)}
	q.tail = &item{}
	q.out.head = q.tail
	q.state.Store(1 << 32)
	return q
}

// Gen is the current generation; the first is 1.
func (q *Queue) Gen() Gen { return Gen(q.state.Load() >> 32) }

// Clip queues a whole prompt, without copying it. With loop it plays until
// Flush. It returns ErrStale or ErrFull.
func (q *Queue) Clip(g Gen, c *Clip, loop bool) error {
	if c == nil || len(c.pcm) == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.push(&item{gen: g, kind: itemClip, clip: c, loop: loop})
}

// Write queues streamed speech of any rate; f is copied. It never blocks: when f
// does not fit in Room it returns ErrFull and takes nothing of it.
func (q *Queue) Write(g Gen, f Frame) error {
	if len(f.PCM) == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if g != q.Gen() {
		return ErrStale
	}
	if q.waiting()+int(f.Duration()*TelephoneRate/time.Second) > q.limit {
		return ErrFull
	}
	pcm, err := q.narrow(g, f)
	if err != nil {
		return err
	}
	if err := q.push(&item{gen: g, kind: itemPCM, pcm: pcm}); err != nil {
		return err
	}
	q.state.Add(uint64(len(pcm))) // only Flush changes the upper half, under mu
	return nil
}

// narrow brings f to 8 kHz, keeping the filter's state from frame to frame.
func (q *Queue) narrow(g Gen, f Frame) ([]int16, error) {
	if f.Rate == TelephoneRate {
		return append(make([]int16, 0, len(f.PCM)), f.PCM...), nil
	}
	if q.resamp == nil || q.resamp.from != f.Rate {
		r, err := NewResampler(f.Rate, TelephoneRate)
		if err != nil {
			return nil, err
		}
		q.resamp = r
	} else if q.resGen != g {
		q.resamp.Reset()
	}
	q.resGen = g
	return q.resamp.Process(nil, f.PCM), nil
}

// Room is how much Write still takes.
func (q *Queue) Room() time.Duration {
	return time.Duration(max(0, q.limit-q.waiting())) * time.Second / TelephoneRate
}

// Mark asks for EventMark with this number once everything queued before it has
// left as packets.
func (q *Queue) Mark(g Gen, number uint64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.push(&item{gen: g, kind: itemMark, mark: number})
}

// Cue asks for EventCue with this number when the first audible packet of what
// is queued after it has left: the end of the caller's wait for an answer.
func (q *Queue) Cue(g Gen, number uint64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.push(&item{gen: g, kind: itemCue, mark: number})
}

// Flush drops everything, marks included, and begins the next generation. No
// packet of the old one leaves after the session's next tick. Paused queues
// stay paused.
func (q *Queue) Flush() Gen {
	q.mu.Lock()
	defer q.mu.Unlock()
	g := q.Gen() + 1
	q.state.Store(uint64(g) << 32)
	return g
}

// Pause holds playout within 20 ms and loses nothing; Resume goes on from the
// same sample.
func (q *Queue) Pause() { q.paused.Store(true) }

// Resume ends a Pause.
func (q *Queue) Resume() { q.paused.Store(false) }

// Speaking tells whether the last packet that left held queued audio.
func (q *Queue) Speaking() bool { return q.out.speaking.Load() }

// FirstAudio is when the current generation's first audible packet left; zero
// when none has.
func (q *Queue) FirstAudio() time.Time { return q.out.heard(&q.out.span.first, q.Gen()) }

// LastAudio is when the current generation's latest audible packet left; zero
// when none has.
func (q *Queue) LastAudio() time.Time { return q.out.heard(&q.out.span.last, q.Gen()) }

// waiting is how many streamed samples have yet to leave.
func (q *Queue) waiting() int { return int(q.state.Load() & 0xffffffff) }

// push links it at the writers' end; q.mu is held.
func (q *Queue) push(it *item) error {
	if it.gen != q.Gen() {
		return ErrStale
	}
	if q.pushed-q.out.taken.Load() >= maxItems {
		return ErrFull
	}
	q.pushed++
	q.tail.next.Store(it)
	q.tail = it
	return nil
}
