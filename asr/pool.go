package asr

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrBusy ends a stream whose turn found the decoders' queue full.
var ErrBusy = errors.New("asr: too many turns wait to be decoded")

// job is one decode. run is called once, on a worker, unless the job was
// abandoned before.
type job struct {
	run    func(ctx context.Context, waited time.Duration)
	quit   func(error) // called instead of run when the job was dropped
	final  bool
	aside  bool // nobody waits for it
	queued time.Time
	cancel context.CancelFunc // set while it runs
}

// pool is a bounded set of workers. Final jobs go ahead of speculative ones, and
// both of those that nobody waits for, which leave a worker free where there are
// two. A full queue drops its oldest speculative job; one full of final jobs refuses.
type pool struct {
	mu      sync.Mutex
	wake    *sync.Cond
	finals  []*job
	guesses []*job
	asides  asides
	limit   int
	closed  bool
	now     func() time.Time
	wg      sync.WaitGroup
	stats   PoolStats
	running map[*job]bool
}

// PoolStats counts what a pool of decoders did.
type PoolStats struct {
	Finals, Guesses uint64        // decodes begun
	Dropped         uint64        // speculative decodes that gave way
	Refused         uint64        // turns refused because the queue was full
	Asides          uint64        // decodes begun that nobody waited for
	Waiting         int           // jobs in the queue now
	LongestWait     time.Duration // of a final job in the queue
}

func newPool(workers, limit int, now func() time.Time) *pool {
	p := &pool{limit: limit, now: now, running: make(map[*job]bool), asides: asides{room: max(1, workers-1)}}
	p.wake = sync.NewCond(&p.mu)
	for range workers {
		p.wg.Go(p.work)
	}
	return p
}

func (p *pool) submit(j *job) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return ErrClosed
	}
	j.queued = p.now()
	if j.aside {
		err := p.asides.add(j, p.limit)
		if err != nil {
			p.stats.Refused++
		}
		p.mu.Unlock()
		p.wake.Broadcast()
		return err
	}
	if len(p.finals)+len(p.guesses) >= p.limit {
		if len(p.guesses) == 0 {
			p.stats.Refused++
			p.mu.Unlock()
			return ErrBusy
		}
		dropped := p.guesses[0]
		p.guesses = p.guesses[1:]
		p.stats.Dropped++
		// On a goroutine of its own: the submitter may hold its stream's lock.
		p.wg.Go(func() { dropped.quit(ErrBusy) })
	}
	if j.final {
		p.finals = append(p.finals, j)
	} else {
		p.guesses = append(p.guesses, j)
	}
	p.mu.Unlock()
	p.wake.Signal()
	return nil
}

// promote puts a speculative job among the final ones.
func (p *pool) promote(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j.final = true
	if q, ok := without(p.guesses, j); ok {
		p.guesses = q
		p.finals = append(p.finals, j)
	}
}

// abandon takes a job out of the queue, or cancels it while it runs. It tells
// whether neither run nor quit will be called any more.
func (p *pool) abandon(j *job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running[j] {
		j.cancel()
		return false
	}
	var was, is bool
	p.guesses, was = without(p.guesses, j)
	p.finals, is = without(p.finals, j)
	return was || is || p.asides.drop(j)
}

func without(q []*job, j *job) ([]*job, bool) {
	for i, other := range q {
		if other == j {
			return append(q[:i:i], q[i+1:]...), true
		}
	}
	return q, false
}

func (p *pool) work() {
	for {
		ctx, j, waited := p.next()
		if j == nil {
			return
		}
		j.run(ctx, waited)
		j.cancel()
		p.ended(j)
	}
}

// next waits for a job; nil means that the pool was closed.
func (p *pool) next() (context.Context, *job, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.finals)+len(p.guesses) == 0 && !p.asides.ready() && !p.closed {
		p.wake.Wait()
	}
	if p.closed {
		return nil, nil, 0
	}
	var j *job
	switch {
	case len(p.finals) > 0:
		j, p.finals = p.finals[0], p.finals[1:]
	case len(p.guesses) > 0:
		j, p.guesses = p.guesses[0], p.guesses[1:]
	default:
		j = p.asides.take()
	}
	waited := p.now().Sub(j.queued)
	if j.aside {
		p.stats.Asides++
	} else if j.final {
		p.stats.Finals++
		p.stats.LongestWait = max(p.stats.LongestWait, waited)
	} else {
		p.stats.Guesses++
	}
	ctx, cancel := context.WithCancel(context.Background())
	j.cancel = cancel
	p.running[j] = true
	return ctx, j, waited
}

func (p *pool) snapshot() PoolStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Waiting = len(p.finals) + len(p.guesses) + len(p.asides.waiting)
	return s
}

// close ends the workers; jobs that wait are quit, those that run are cancelled.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	left := append(append(p.finals, p.guesses...), p.asides.waiting...)
	p.finals, p.guesses, p.asides.waiting = nil, nil, nil
	for j := range p.running {
		j.cancel()
	}
	p.mu.Unlock()
	p.wake.Broadcast()
	for _, j := range left {
		j.quit(ErrClosed)
	}
	p.wg.Wait()
}
