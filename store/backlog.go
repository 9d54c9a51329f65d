package store

const (
	batchSize = 512     // jobs in one transaction that somebody waits for
	restSize  = 128     // and others: whoever comes next waits for all of them
	maxLines  = 100_000 // journal lines that may wait; more are dropped and counted
	maxVital  = 20_000  // begun, answered and finished records that may wait
)

// backlog is what waits to be written. A job that somebody waits for (a phone
// that rings, a recording that may begin) overtakes those that nobody waits for,
// and takes along what its own call queued before it: each call is written in
// order.
type backlog struct {
	urgent []*job
	rest   []*job
	behind map[string]int // jobs in rest, by call
	lines  int            // of journals
}

func newBacklog() backlog { return backlog{behind: map[string]int{}} }

func (b *backlog) len() int { return len(b.urgent) + len(b.rest) }

// room tells whether there is room for j.
func (b *backlog) room(j *job) bool {
	if j.kind == jobAppend {
		return b.lines < maxLines
	}
	return b.len()-b.lines < maxVital
}

func (b *backlog) add(j *job) {
	if j.kind == jobAppend {
		b.lines++
	}
	if j.kind == jobAppend || j.kind == jobFinish {
		b.rest = append(b.rest, j)
		b.behind[j.id]++
		return
	}
	if b.behind[j.id] > 0 {
		b.hurry(j.id)
	}
	b.urgent = append(b.urgent, j)
}

// hurry moves what one call has in rest to the urgent jobs.
func (b *backlog) hurry(id string) {
	rest := b.rest[:0]
	for _, j := range b.rest {
		if j.id == id {
			b.urgent = append(b.urgent, j)
		} else {
			rest = append(rest, j)
		}
	}
	clear(b.rest[len(rest):])
	b.rest = rest
	delete(b.behind, id)
}

// take removes the next batch.
func (b *backlog) take() []*job {
	u, r := min(len(b.urgent), batchSize), min(len(b.rest), restSize)
	if u < len(b.urgent) {
		r = 0
	}
	batch := make([]*job, 0, u+r)
	batch = append(batch, b.urgent[:u]...)
	batch = append(batch, b.rest[:r]...)
	b.urgent = cut(b.urgent, u)
	b.rest = cut(b.rest, r)
	for i, j := range batch {
		if j.kind == jobAppend {
			b.lines--
		}
		if i < u {
			continue
		}
		if b.behind[j.id]--; b.behind[j.id] == 0 {
			delete(b.behind, j.id)
		}
	}
	return batch
}

// cut drops the first n and lets go of them.
func cut(jobs []*job, n int) []*job {
	left := copy(jobs, jobs[n:])
	clear(jobs[left:])
	return jobs[:left]
}

// all is a copy of what waits.
func (b *backlog) all() []*job {
	return append(append(make([]*job, 0, b.len()), b.urgent...), b.rest...)
}

// journals counts, for each call, the lines of its journal that were taken from
// the first on without a gap: Finish need not write them again.
type journals map[string]int

func (k journals) took(j *job) {
	if j.kind == jobAppend && j.entry.Seq == k[j.id]+1 {
		k[j.id] = j.entry.Seq
	}
}

// lost forgets what a job would have written.
func (k journals) lost(j *job) {
	switch n := k[j.id]; {
	case j.kind == jobAppend && n > 0:
		k[j.id] = min(n, max(j.entry.Seq-1, 0))
	case j.kind == jobFinish:
		delete(k, j.id)
	}
}

func (k journals) written(j *job) {
	if j.kind == jobFinish {
		delete(k, j.id)
	}
}
