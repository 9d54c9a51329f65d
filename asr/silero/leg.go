package silero

import (
	"sync"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
)

// leg is one stream's side of a Detector.
type leg struct {
	d     *Detector
	limit int // samples kept

	mu      sync.Mutex // guards what Write and the rounds share
	pending []float32
	end     int64 // samples written in all
	closed  bool

	run   sync.Mutex // held while heard is called, so that Close can wait
	heard func(asr.Activity)
	gone  bool

	memory memory // the rounds' own
	window [window]float32
	at     int64 // where window ends, samples
}

// Write takes the next audio. It never blocks for longer than a copy.
func (l *leg) Write(f media.Frame) error {
	if err := asr.CheckFrame(f, rate); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return asr.ErrClosed
	}
	for _, v := range f.PCM {
		l.pending = append(l.pending, float32(v)/32768)
	}
	l.end += int64(len(f.PCM))
	if over := len(l.pending) - l.limit; over > 0 {
		l.d.dropped.Add(uint64(over))
		l.pending = l.pending[:copy(l.pending, l.pending[over:])]
	}
	return nil
}

// take moves the next window out of the queue, if there is a whole one.
func (l *leg) take() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.pending) < window {
		return false
	}
	copy(l.window[:], l.pending)
	l.at = l.end - int64(len(l.pending)) + window
	l.pending = l.pending[:copy(l.pending, l.pending[window:])]
	return true
}

func (l *leg) tell(speech float32) {
	l.run.Lock()
	defer l.run.Unlock()
	if !l.gone {
		l.heard(asr.Activity{End: samples(l.at), Length: samples(window), Speech: speech})
	}
}

func samples(n int64) time.Duration { return time.Duration(n) * time.Second / rate }

// Close ends the leg; heard is not called after it.
func (l *leg) Close() error {
	l.mu.Lock()
	l.closed, l.pending = true, nil
	l.mu.Unlock()
	l.d.remove(l)
	l.run.Lock()
	l.gone = true
	l.run.Unlock()
	return nil
}

// round is the loop's working space.
type round struct {
	d       *Detector
	next    int // where the next scan of the legs begins, so that none starves
	legs    []*leg
	windows [][]float32
	mem     []*memory
	probs   [maxBatch]float32
}

func newRound(d *Detector) *round { return &round{d: d} }

// once judges one window of up to maxBatch legs and tells whether there may be more.
func (r *round) once() bool {
	r.gather()
	if len(r.legs) == 0 {
		return false
	}
	if err := r.d.net.run(r.windows, r.mem, r.probs[:]); err != nil {
		// The legs hear silence instead: a turn that is open then ends.
		r.d.failed.Add(1)
		clear(r.probs[:])
	}
	r.d.runs.Add(1)
	r.d.windows.Add(uint64(len(r.legs)))
	for i, l := range r.legs {
		l.tell(r.probs[i])
	}
	return true
}

func (r *round) gather() {
	r.legs, r.windows, r.mem = r.legs[:0], r.windows[:0], r.mem[:0]
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	n := len(r.d.legs)
	for i := range n {
		l := r.d.legs[(r.next+i)%n]
		if !l.take() {
			continue
		}
		r.legs, r.windows, r.mem = append(r.legs, l), append(r.windows, l.window[:]), append(r.mem, &l.memory)
		if len(r.legs) == maxBatch {
			r.next = (r.next + i + 1) % n
			return
		}
	}
}
