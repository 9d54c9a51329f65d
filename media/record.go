package media

import (
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"sync/atomic"
)

// recordDepth is the frames that one recording holds for the writer: 1.28 s.
const recordDepth = 64

// recordFrame is 20 ms of a call at its place in the file: left the caller,
// right what we sent.
type recordFrame struct {
	index int64
	pcm   [2 * frameSize]int16
}

const recordFrameBytes = 4 * frameSize

// recording is one stereo WAV file while it is written. The pacer fills ring,
// the recorder empties it; index, last and told are the pacer's, file and size
// the recorder's under mu.
type recording struct {
	ring    *ring[recordFrame]
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
	rec, err := newRecording(path, o.Mode)
	if err != nil {
		return err
	}
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

func newRecording(path string, mode os.FileMode) (*recording, error) {
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
	return &recording{ring: newRing[recordFrame](recordDepth), last: -1, file: f}, nil
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
	slot := rec.ring.slot()
	if slot == nil {
		rec.dropped.Add(1)
		return
	}
	slot.index = rec.last
	for i, v := range w.pcm {
		slot.pcm[2*i], slot.pcm[2*i+1] = v, s.tx.pcm[i]
	}
	rec.ring.commit()
}

// fail keeps the first error.
func (r *recording) fail(err error, frames int) {
	r.failed.CompareAndSwap(nil, &err)
	r.dropped.Add(uint64(frames))
}

// flush writes what waits: each run of frames in one piece at its place, so that
// dropped frames leave silence and later ones stay in time, then the header.
func (r *recording) flush(buf []byte) {
	grown := false
	for r.ring.peek() != nil {
		at, run := r.ring.peek().index, buf[:0]
		frames := 0
		for f := r.ring.peek(); f != nil && f.index == at+int64(frames) && len(run)+recordFrameBytes <= cap(run); f = r.ring.peek() {
			for _, v := range f.pcm {
				run = binary.LittleEndian.AppendUint16(run, uint16(v))
			}
			r.ring.release()
			frames++
		}
		if _, err := r.file.WriteAt(run, waveHeaderSize+at*recordFrameBytes); err != nil {
			r.fail(err, frames)
			continue
		}
		r.size = max(r.size, at*recordFrameBytes+int64(len(run)))
		grown = true
	}
	if !grown {
		return
	}
	head := waveHeader(TelephoneRate, 2, r.size)
	if _, err := r.file.WriteAt(head[:], 0); err != nil {
		r.fail(err, 0)
	}
}
