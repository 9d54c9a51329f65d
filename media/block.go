package media

import "sync"

// A recording is written in blocks of 80 ms; at most blockDepth of them wait for
// the disk, 1.28 s.
const (
	blockFrames = 4
	blockDepth  = 16
	blockShare  = 4    // blocks that a recording brings to its wheel: one fills, the others wait
	blockSpare  = 1024 // more than these a wheel gives to the collector
)

// recordFrameBytes is 20 ms of stereo PCM16.
const recordFrameBytes = 4 * frameSize

// block is a piece of a recording as it will lie in the file: left the caller,
// right what we sent.
type block struct {
	index  int64 // of its first frame in the recording
	frames int
	data   [blockFrames * recordFrameBytes]byte
}

// bytes is what has been filled.
func (b *block) bytes() []byte { return b.data[:b.frames*recordFrameBytes] }

// follows tells whether b continues a run of so many bytes that begins at a frame,
// and still fits in.
func (b *block) follows(first int64, size, room int) bool {
	return size == 0 || b.index*recordFrameBytes == first*recordFrameBytes+int64(size) && size+len(b.bytes()) <= room
}

// blocks are one wheel's spare blocks, shared by all its recordings, so that the
// room for a slow disk is not set aside for each. The pacer takes, anyone gives.
type blocks struct {
	mu    sync.Mutex // givers
	spare *ring[*block]
}

func newBlocks() *blocks { return &blocks{spare: newRing[*block](blockSpare)} }

func (s *blocks) give(b *block) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slot := s.spare.slot(); slot != nil {
		*slot = b
		s.spare.commit()
	}
}

// stock makes n new ones.
func (s *blocks) stock(n int) {
	for range n {
		s.give(&block{})
	}
}

// take is called by the pacer. Spare blocks run out when the disk stands still;
// then, and only then, it allocates, which is better than to lose what was said.
func (s *blocks) take() *block {
	p := s.spare.peek()
	if p == nil {
		procUnpin()
		b := &block{}
		procPin()
		return b
	}
	b := *p
	*p = nil
	s.spare.release()
	b.frames = 0
	return b
}
