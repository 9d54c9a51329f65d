package asr

// asides are the jobs of a pool that nobody waits for. room is how many of them
// may run at once: a decode cannot be interrupted, so where there are two workers
// one stays free for callers who wait.
type asides struct {
	waiting []*job
	running int
	room    int
}

// add puts a job in line, which is as long as the pool's own.
func (a *asides) add(j *job, limit int) error {
	if len(a.waiting) >= limit {
		return ErrBusy
	}
	a.waiting = append(a.waiting, j)
	return nil
}

// ready tells whether a worker may take one.
func (a *asides) ready() bool { return len(a.waiting) > 0 && a.running < a.room }

func (a *asides) take() (j *job) {
	j, a.waiting = a.waiting[0], a.waiting[1:]
	a.running++
	return j
}

func (a *asides) drop(j *job) (was bool) {
	a.waiting, was = without(a.waiting, j)
	return was
}

// ended is a job that a worker is done with.
func (p *pool) ended(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, j)
	if j.aside {
		p.asides.running--
		p.wake.Signal()
	}
}
