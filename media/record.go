package media

import (
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"sync/atomic"
)

// recording is one stereo WAV file while it is written. The pacer fills blocks
// and puts them into ring, the recorder empties it; filling, first, last and told
// are the pacer's, file and size the recorder's under mu.
type recording struct {
	spare   *blocks // of the wheel
	ring    *ring[*block]
	filling *block
	first   int64 // wheel tick of frame 0
	last    int64 // newest frame's index
	told    bool  // EventRecording
	dropped atomic.Uint64
	failed  atomic.Pointer[error]

	mu   sync.Mutex
	file *os.File // nil once finished
	size int64    // bytes of samples that the header may promise
}

// RecordOptions of a recording.
type RecordOptions struct {
	Mode os.FileMode // of the new file; 0: 0600, for it holds what people said
}

// ErrRecording says that the session is being recorded already.
var ErrRecording = errors.New("media: session is being recorded already")

// Record begins a stereo WAV file, PCM16 at 8 kHz, left what the caller said and
// right what we sent. The file must not exist. It can be played at any time, up
// to half a second ago, also when the process is killed. A full disk costs
// frames, counts them and is told by EventRecording; the call goes on.
func (s *Session) Record(path string, o RecordOptions) error {
	if o.Mode == 0 {
		o.Mode = 0o600
	}
	rec, err := newRecording(path, o.Mode, s.wheel.show.spare)
	if err != nil {
		return err
	}
	s.wheel.show.spare.stock(blockShare)
	if !s.wheel.do(func(*wheel) {
		switch {
		case !s.seat.taken:
			err = ErrClosed
		case s.tap.rec != nil:
			err = ErrRecording
		default:
			s.tap.rec = rec
			if old := s.ending.rec.Swap(rec); old != nil {
				s.ending.dropped.Add(old.dropped.Load())
			}
		}
	}) {
		err = ErrClosed
	}
	if err != nil {
		rec.file.Close()
		os.Remove(path)
		return err
	}
	s.engine.recorder.add(rec)
	return nil
}

// StopRecording ends the recording; the file is whole when it returns. Without a
// recording it does nothing.
func (s *Session) StopRecording() error {
	var rec *recording
	s.wheel.do(func(*wheel) { rec, s.tap.rec = s.tap.rec, nil })
	if rec == nil {
		return nil
	}
	return s.engine.recorder.finish(rec)
}

// RecordError tells what went wrong with the latest recording, or nil.
func (s *Session) RecordError() error {
	if rec := s.ending.rec.Load(); rec != nil {
		if e := rec.failed.Load(); e != nil {
			return *e
		}
	}
	return nil
}

func newRecording(path string, mode os.FileMode, spare *blocks) (*recording, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return nil, err
	}
	head := waveHeader(TelephoneRate, 2, 0)
	if _, err := f.Write(head[:]); err != nil {
		f.Close()
		os.Remove(path)
		return nil, err
	}
	return &recording{spare: spare, ring: newRing[*block](blockDepth), last: -1, file: f}, nil
}

// record puts this visit's two frames into the recording.
func (t *tap) record(w *wheel, s *Session) {
	rec := t.rec
	if rec == nil {
		return
	}
	if !rec.told && rec.failed.Load() != nil {
		rec.told = true
		s.event(Event{Kind: EventRecording, At: w.at(w.now)})
	}
	if rec.last < 0 {
		rec.first = w.tick
	}
	rec.last = max(rec.last+1, (w.tick-rec.first)/wheelSlots)
	b := rec.room()
	to := b.data[b.frames*recordFrameBytes:][:recordFrameBytes]
	for i, v := range w.pcm {
		binary.LittleEndian.PutUint16(to[4*i:], uint16(v))
		binary.LittleEndian.PutUint16(to[4*i+2:], uint16(s.tx.pcm[i]))
	}
	if b.frames++; b.frames == blockFrames {
		rec.hand()
	}
}

// room is a block for the newest frame, right after the frames that it holds.
func (r *recording) room() *block {
	if r.filling != nil && r.filling.index+int64(r.filling.frames) != r.last {
		r.hand()
	}
	if r.filling == nil {
		r.filling = r.spare.take()
	}
	if r.filling.frames == 0 {
		r.filling.index = r.last
	}
	return r.filling
}

// hand gives the block to the recorder. When so many wait for the disk that there
// is no room, its frames are dropped.
func (r *recording) hand() {
	b := r.filling
	slot := r.ring.slot()
	if slot == nil {
		r.dropped.Add(uint64(b.frames))
		b.frames = 0
		return
	}
	*slot, r.filling = b, nil
	r.ring.commit()
}

// fail keeps the first error.
func (r *recording) fail(err error, frames int) {
	r.failed.CompareAndSwap(nil, &err)
	r.dropped.Add(uint64(frames))
}

// flush writes the blocks that wait: each run of frames in one piece at its
// place, so that dropped frames leave silence and later ones stay in time, then
// the header. buf holds a ring of blocks.
func (r *recording) flush(buf []byte) {
	grown := false
	for p := r.ring.peek(); p != nil; {
		at, run := (*p).index, buf[:0]
		for ; p != nil && (*p).follows(at, len(run), cap(run)); p = r.ring.peek() {
			run = append(run, (*p).bytes()...)
			r.spare.give(*p)
			*p = nil
			r.ring.release()
		}
		grown = r.write(run, at) || grown
	}
	if !grown {
		return
	}
	head := waveHeader(TelephoneRate, 2, r.size)
	if _, err := r.file.WriteAt(head[:], 0); err != nil {
		r.fail(err, 0)
	}
}

// write puts a run of frames at its place.
func (r *recording) write(run []byte, at int64) bool {
	if _, err := r.file.WriteAt(run, waveHeaderSize+at*recordFrameBytes); err != nil {
		r.fail(err, len(run)/recordFrameBytes)
		return false
	}
	r.size = max(r.size, at*recordFrameBytes+int64(len(run)))
	return true
}
