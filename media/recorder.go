package media

import (
	"sync"
	"sync/atomic"
	"time"
)

// flushEvery is how often the recorder writes: what a kill can cost.
const flushEvery = 400 * time.Millisecond

// recorder is the one goroutine that writes all recordings.
type recorder struct {
	mu      sync.Mutex
	open    map[*recording]struct{}
	dropped atomic.Uint64 // of finished recordings
	trouble atomic.Pointer[error]
	stop    chan struct{}
	ended   chan struct{}
}

func newRecorder() *recorder {
	r := &recorder{
		open: map[*recording]struct{}{},
		stop: make(chan struct{}), ended: make(chan struct{}),
	}
	go r.run()
	return r
}

func (r *recorder) run() {
	defer close(r.ended)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	buf := make([]byte, 0, recordDepth*recordFrameBytes)
	var batch []*recording
	for {
		select {
		case <-r.stop:
			return
		case <-tick.C:
		}
		batch = r.list(batch[:0])
		for _, rec := range batch {
			rec.mu.Lock()
			if rec.file != nil {
				rec.flush(buf)
			}
			rec.mu.Unlock()
			r.note(rec)
		}
		clear(batch)
	}
}

func (r *recorder) list(batch []*recording) []*recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	for rec := range r.open {
		batch = append(batch, rec)
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
	r.open[rec] = struct{}{}
}

// finish writes the rest and closes the file. The pacer has let go of rec.
func (r *recorder) finish(rec *recording) error {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.file == nil {
		return nil
	}
	rec.flush(make([]byte, 0, recordDepth*recordFrameBytes))
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
