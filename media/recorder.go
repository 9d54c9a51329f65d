package media

import (
	"sync"
	"sync/atomic"
	"time"
)

// Each recording is written every flushEvery; with a block that is not yet full
// that is what a kill can cost. They take turns, an eighth of them at a time, so
// that blocks are shared and the disk is not asked for everything at once.
const (
	flushEvery = 400 * time.Millisecond
	flushTurns = 8
)

// recorder is the one goroutine that writes all recordings.
type recorder struct {
	mu      sync.Mutex
	open    map[*recording]int // and its turn
	opened  int
	bufs    sync.Pool
	dropped atomic.Uint64 // of finished recordings
	trouble atomic.Pointer[error]
	stop    chan struct{}
	ended   chan struct{}
}

func newRecorder() *recorder {
	r := &recorder{
		open: map[*recording]int{},
		stop: make(chan struct{}), ended: make(chan struct{}),
	}
	r.bufs.New = func() any { return new([blockDepth * blockFrames * recordFrameBytes]byte) }
	go r.run()
	return r
}

func (r *recorder) run() {
	defer close(r.ended)
	tick := time.NewTicker(flushEvery / flushTurns)
	defer tick.Stop()
	var batch []*recording
	for turn := 0; ; turn = (turn + 1) % flushTurns {
		select {
		case <-r.stop:
			return
		case <-tick.C:
		}
		batch = r.list(batch[:0], turn)
		for _, rec := range batch {
			rec.mu.Lock()
			if rec.file != nil {
				r.flush(rec)
			}
			rec.mu.Unlock()
			r.note(rec)
		}
		clear(batch)
	}
}

func (r *recorder) flush(rec *recording) {
	buf := r.bufs.Get().(*[blockDepth * blockFrames * recordFrameBytes]byte)
	rec.flush(buf[:0])
	r.bufs.Put(buf)
}

// list gives the recordings whose turn it is.
func (r *recorder) list(batch []*recording, turn int) []*recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	for rec, its := range r.open {
		if its == turn {
			batch = append(batch, rec)
		}
	}
	return batch
}

func (r *recorder) note(rec *recording) {
	if e := rec.failed.Load(); e != nil {
		r.trouble.Store(e)
	}
}

func (r *recorder) add(rec *recording) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened++
	r.open[rec] = r.opened % flushTurns
}

// finish writes the rest and closes the file. The pacer has let go of rec.
func (r *recorder) finish(rec *recording) error {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.file == nil {
		return nil
	}
	r.flush(rec)
	if rec.filling != nil { // the last one, not full
		rec.hand()
		r.flush(rec)
	}
	err := rec.file.Close()
	rec.file = nil
	if err != nil {
		rec.fail(err, 0)
	}
	r.note(rec)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, rec)
	r.dropped.Add(rec.dropped.Load())
	if e := rec.failed.Load(); e != nil {
		return *e
	}
	return nil
}

// drops counts the frames lost by all recordings.
func (r *recorder) drops() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.dropped.Load()
	for rec := range r.open {
		n += rec.dropped.Load()
	}
	return n
}

// close ends the goroutine; sessions have finished their recordings by then.
func (r *recorder) close() {
	close(r.stop)
	<-r.ended
}
