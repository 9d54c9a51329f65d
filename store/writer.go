package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	gather     = 20 * time.Millisecond // how long lines of the journal wait for company
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Stats of a store since it was opened.
type Stats struct {
	Written  uint64 // jobs that became durable
	Batches  uint64 // transactions
	Failed   uint64 // transactions that failed and were tried again
	Waiting  int    // jobs in memory now
	Dropped  uint64 // journal lines that found the backlog full
	Spilled  uint64 // records that found it full: they are lost
	Rejected uint64 // jobs that the database refused for what they are
}

// writer is the one goroutine that writes.
type writer struct {
	db   database
	wake chan struct{}
	quit chan struct{}
	end  chan struct{}
	sql  statements

	posted chan struct{} // holds one when messages became durable

	mu     sync.Mutex
	queue  backlog
	kept   journals
	flying int // jobs in the transaction under way
	closed bool
	count  Stats
}

func startWriter(ctx context.Context, db database, country, node string) (*writer, error) {
	w := &writer{
		db: db, wake: make(chan struct{}, 1), quit: make(chan struct{}), end: make(chan struct{}),
		queue: newBacklog(), kept: journals{}, posted: make(chan struct{}, 1),
	}
	var err error
	if w.sql, err = prepare(ctx, db, country, node); err != nil {
		return nil, err
	}
	go w.run()
	return w, nil
}

// add queues a job, or tells that there is no room.
func (w *writer) add(j *job) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return ErrClosed
	}
	if !w.queue.room(j) {
		w.kept.lost(j)
		if j.kind == jobAppend {
			w.count.Dropped++
		} else {
			w.count.Spilled++
		}
		return ErrBacklog
	}
	w.kept.took(j)
	w.queue.add(j)
	if j.kind != jobAppend || w.queue.lines >= restSize {
		w.nudge()
	} else if w.queue.len() == 1 {
		time.AfterFunc(gather, w.nudge)
	}
	return nil
}

func (w *writer) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// wait queues a job and waits until it is durable, its first try has failed, or
// ctx ends. The job stays queued in each case.
func (w *writer) wait(ctx context.Context, j *job) error {
	j.done = make(chan error, 1)
	if err := w.add(j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the database did not answer in time: %w", ctx.Err())
	}
}

func (w *writer) run() {
	defer close(w.end)
	retry := time.Duration(0)
	for {
		if retry > 0 {
			if !w.pause(retry) {
				return
			}
		} else {
			select {
			case <-w.wake:
			case <-w.quit:
				w.flush()
				return
			}
		}
		if w.flush() {
			retry = 0
		} else {
			retry = min(max(2*retry, firstRetry), lastRetry)
		}
	}
}

// pause waits before another try; those who come meanwhile are told at once.
func (w *writer) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			return true
		case <-w.quit:
			w.flush()
			return false
		case <-w.wake:
			w.tellAll(errBroken)
		}
	}
}

var errBroken = errors.New("the database is failing; the write is kept in memory")

// flush writes batches until nothing waits; false when the database failed.
func (w *writer) flush() bool {
	for {
		batch := w.take()
		if len(batch) == 0 {
			return true
		}
		err := w.commit(batch)
		if err == nil {
			w.written(batch)
			continue
		}
		if !w.db.d.refuses(err) {
			w.putBack(batch, err)
			return false
		}
		if !w.oneByOne(batch) {
			return false
		}
	}
}

// oneByOne finds the job that the database refuses for what it is, and drops it.
func (w *writer) oneByOne(batch []*job) bool {
	for i, j := range batch {
		err := w.commit(batch[i : i+1])
		switch {
		case err == nil:
			w.written(batch[i : i+1])
		case !w.db.d.refuses(err):
			w.putBack(batch[i:], err)
			return false
		default:
			w.mu.Lock()
			w.count.Rejected++
			w.flying--
			w.kept.lost(j)
			w.mu.Unlock()
			j.tell(fmt.Errorf("records: refused: %w", err))
		}
	}
	return true
}

func (w *writer) commit(batch []*job) error {
	ctx := context.Background() // SQLite's busy timeout bounds it, and turns are short
	if w.db.d.patience > 0 {
		bounded, cancel := context.WithTimeout(ctx, w.db.d.patience)
		defer cancel()
		ctx = bounded
	}
	tx, done, err := w.db.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	defer func() { _ = tx.Rollback() }() // nothing to roll back after the commit
	p := w.sql.in(tx)
	for _, j := range batch {
		if j.kind == jobFinish {
			w.mu.Lock()
			j.kept = w.kept[j.id]
			w.mu.Unlock()
		}
		if err := p.apply(ctx, j); err != nil {
			return err
		}
	}
	if err := p.q.seal(ctx); err != nil {
		return err
	}
	return tx.Commit()
}

// take removes the next batch from the queue.
func (w *writer) take() []*job {
	w.mu.Lock()
	defer w.mu.Unlock()
	batch := w.queue.take()
	w.flying = len(batch)
	return batch
}

func (w *writer) written(batch []*job) {
	w.mu.Lock()
	w.count.Written += uint64(len(batch))
	w.count.Batches++
	w.flying -= len(batch)
	for _, j := range batch {
		w.kept.written(j)
	}
	w.mu.Unlock()
	posted := false
	for _, j := range batch {
		j.tell(nil)
		posted = posted || j.posts
	}
	if posted {
		select {
		case w.posted <- struct{}{}:
		default:
		}
	}
}

// putBack keeps a failed batch for the next try, less the lines of records whose
// whole journal waits too.
func (w *writer) putBack(batch []*job, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count.Failed++
	w.flying = 0
	all := append(batch, w.queue.all()...)
	finished := make(map[string]bool)
	for _, j := range all {
		j.tell(err) // also those that came meanwhile: the next try is a while off
		if j.kind == jobFinish {
			finished[j.id] = true
		}
	}
	w.queue = newBacklog()
	for _, j := range all {
		if j.kind == jobFlush || j.kind < jobFinish && finished[j.id] {
			w.kept.lost(j)
			continue
		}
		w.queue.add(j)
	}
}

// tellAll answers everyone who waits.
func (w *writer) tellAll(err error) {
	w.mu.Lock()
	waiting := w.queue.all()
	w.mu.Unlock()
	for _, j := range waiting {
		j.tell(err)
	}
}

// tell answers the one who waits, once.
func (j *job) tell(err error) {
	if j.done == nil {
		return
	}
	select {
	case j.done <- err:
	default:
	}
}

func (w *writer) stats() Stats {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.count
	s.Waiting = w.queue.len() + w.flying
	return s
}

// close takes no more, tries once more to write what waits, and tells how much
// was lost. The busy timeout bounds it.
func (w *writer) close() int {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return 0
	}
	w.closed = true
	w.mu.Unlock()
	close(w.quit)
	<-w.end
	w.tellAll(ErrClosed)
	return w.stats().Waiting
}
