package call

import (
	"sync"
	"sync/atomic"
	"time"
)

// Update is one thing that happened to a live call. The first of a call that comes
// in or goes out has neither Entry nor Done.
type Update struct {
	At       time.Time
	Snapshot Snapshot
	Entry    *Entry  // a line of the journal, also when it was amended (same Seq)
	Done     *Record // the call is over; the last update of a call
}

// Watcher follows all calls of a desk live. It holds a bounded number of
// updates: when its reader is too slow the oldest are dropped and counted.
type Watcher struct {
	ch    chan Update
	drops atomic.Uint64
	desk  *Desk
	once  sync.Once
}

// Watch starts to follow; size is how many updates may wait.
func (d *Desk) Watch(size int) *Watcher {
	w := &Watcher{ch: make(chan Update, max(size, 1)), desk: d}
	d.mu.Lock()
	d.watchers[w] = struct{}{}
	d.watched.Store(int32(len(d.watchers)))
	d.mu.Unlock()
	return w
}

// Updates brings what happens until Close.
func (w *Watcher) Updates() <-chan Update { return w.ch }

// Dropped counts the updates that its reader was too slow for.
func (w *Watcher) Dropped() uint64 { return w.drops.Load() }

// Close ends the watching and closes Updates.
func (w *Watcher) Close() {
	w.once.Do(func() {
		w.desk.mu.Lock()
		delete(w.desk.watchers, w)
		w.desk.watched.Store(int32(len(w.desk.watchers)))
		close(w.ch) // nobody sends: senders hold the same lock
		w.desk.mu.Unlock()
	})
}

func (d *Desk) tellWatchers(u Update) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for w := range d.watchers {
		w.put(u, &d.count.watcherDrops)
	}
}

// put never waits: it makes room by dropping the oldest.
func (w *Watcher) put(u Update, total *atomic.Uint64) {
	for {
		select {
		case w.ch <- u:
			return
		default:
		}
		select {
		case <-w.ch:
			w.drops.Add(1)
			total.Add(1)
		default:
		}
	}
}
