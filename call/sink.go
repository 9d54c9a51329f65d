package call

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
)

const (
	tapFrames = 64  // 1.28 s that wait for the recogniser
	tapPCM    = 160 // samples of one slot: 20 ms at 8 kHz
)

// sink is what the pacer thread gives one call's audio to.
type sink struct {
	box   *mailbox
	tap   tap
	voice overheard
	line  *tap // of an attempt that listens to who picks up; nil for others
}

func newSink(box *mailbox, listens bool) *sink {
	s := &sink{box: box}
	s.tap.lost = func() { box.offer(tapBroke{}) }
	if listens {
		s.tap.slots = make([]slot, tapFrames)
	}
	return s
}

// Frame is called on the pacer thread.
func (s *sink) Frame(f media.Frame) {
	s.tap.push(f)
	s.voice.Frame(f)
	if s.line != nil {
		s.line.push(f)
	}
}

// Event is called on the pacer thread.
func (s *sink) Event(e media.Event) { s.box.offerWire(e) }

// tap hands frames from the pacer to the feeder: a ring with one writer and one
// reader, no lock and no allocation. When it is full the new frame is dropped
// and counted: the reader may be in the middle of the oldest.
type tap struct {
	slots  []slot // nil: this call never listens
	head   atomic.Uint64
	tail   atomic.Uint64
	open   atomic.Bool // someone listens, or is about to
	stream atomic.Pointer[earStream]
	drops  atomic.Uint64
	broken atomic.Bool // a Write panicked
	lost   func()      // tells of it
}

type slot struct {
	at   int64 // Unix nanoseconds
	rate int
	n    int
	pcm  [tapPCM]int16
}

// earStream is one recogniser's stream and how much audio it was given.
type earStream struct {
	asr.Stream
	fed  atomic.Int64 // nanoseconds of audio
	last atomic.Int64 // when the end of that audio came, Unix nanoseconds
}

func (t *tap) push(f media.Frame) {
	if t.slots == nil || !t.open.Load() {
		return
	}
	at := time.Now().UnixNano()
	for pcm := f.PCM; len(pcm) > 0; {
		tail := t.tail.Load()
		if tail-t.head.Load() >= uint64(len(t.slots)) {
			t.drops.Add(1)
			return
		}
		s := &t.slots[tail%uint64(len(t.slots))]
		s.at, s.rate, s.n = at, f.Rate, copy(s.pcm[:], pcm)
		pcm = pcm[s.n:]
		t.tail.Store(tail + 1)
	}
}

// drain gives what waits to the stream, if there is one. Only the feeder calls it.
func (t *tap) drain() {
	to := t.stream.Load()
	if to == nil {
		if !t.open.Load() {
			t.head.Store(t.tail.Load())
		}
		return
	}
	for head, tail := t.head.Load(), t.tail.Load(); head != tail; head++ {
		s := &t.slots[head%uint64(len(t.slots))]
		f := media.Frame{Rate: s.rate, PCM: s.pcm[:s.n]}
		_ = to.Write(f) // Next tells of a stream that failed
		to.fed.Add(int64(f.Duration()))
		to.last.Store(s.at)
		t.head.Store(head + 1)
	}
}

// catchUp gives the stream what was said before it was opened, faster than it was
// said: detectors keep half a second that they have not judged yet.
func (e *earStream) catchUp(ctx context.Context, pcm []int16) {
	const burst = 400 * time.Millisecond
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for given := time.Duration(0); len(pcm) > 0; {
		f := media.Frame{Rate: media.TelephoneRate, PCM: pcm[:min(len(pcm), tapPCM)]}
		pcm = pcm[len(f.PCM):]
		_ = e.Write(f) // Next tells of a stream that failed
		e.fed.Add(int64(f.Duration()))
		e.last.Store(time.Now().UnixNano())
		if given += f.Duration(); given < burst {
			continue
		}
		given = 0
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
	}
}

// wall is when the sound at an offset into the stream came from the wire.
func (e *earStream) wall(offset time.Duration) time.Time {
	return time.Unix(0, e.last.Load()).Add(offset - time.Duration(e.fed.Load()))
}
