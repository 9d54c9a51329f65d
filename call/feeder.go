package call

import (
	"sync"
	"time"
)

// feedEvery is how often frames go from the taps to the recognisers: one wake-up
// for all calls instead of one for each packet of each call.
const feedEvery = 10 * time.Millisecond

// feeder carries frames of all calls to their recognisers. Its one goroutine
// lives while any call listens.
type feeder struct {
	mu    sync.Mutex
	taps  map[*tap]struct{}
	stop  chan struct{}
	ended chan struct{}
}

func newFeeder() *feeder { return &feeder{taps: make(map[*tap]struct{})} }

func (f *feeder) add(t *tap) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taps[t] = struct{}{}
	if f.stop == nil {
		f.stop, f.ended = make(chan struct{}), make(chan struct{})
		go f.run(f.stop, f.ended)
	}
}

// remove takes a tap away. With the last one it waits for the goroutine's end.
func (f *feeder) remove(t *tap) {
	f.mu.Lock()
	delete(f.taps, t)
	var ended chan struct{}
	if len(f.taps) == 0 && f.stop != nil {
		close(f.stop)
		ended, f.stop = f.ended, nil
	}
	f.mu.Unlock()
	if ended != nil {
		<-ended
	}
}

func (f *feeder) run(stop, ended chan struct{}) {
	defer close(ended)
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	var list []*tap
	for {
		select {
		case <-tick.C:
		case <-stop:
			return
		}
		list = list[:0]
		f.mu.Lock()
		for t := range f.taps {
			list = append(list, t)
		}
		f.mu.Unlock()
		for _, t := range list {
			t.feed()
		}
	}
}

// feed drains one tap; a recogniser that panics loses its stream, not the process.
func (t *tap) feed() {
	defer func() {
		if recover() != nil {
			t.stream.Store(nil)
			t.open.Store(false)
			t.broken.Store(true)
			t.lost()
		}
	}()
	t.drain()
}
