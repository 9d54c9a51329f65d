package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/customer/need"
)

// PortraitRun is how labels were computed for all customers.
type PortraitRun struct {
	AsOf      time.Time     `json:"as_of"`
	Customers int           `json:"customers"`
	Events    int           `json:"events"`
	Needs     int           `json:"needs"`   // findings
	Dropped   int           `json:"dropped"` // pairs of products that were not counted
	Took      time.Duration `json:"took"`
}

// PortraitAll computes the labels of all customers as of o.Now, a page at a time,
// and counts what buyers ask for next; progress, if not nil, is told after each
// page, and what changed is told by tell. One page is computed while the next is read
// and the one before is written.
func (e *Editor) PortraitAll(ctx context.Context, o label.Options, tell Teller, progress func(PortraitRun)) (run PortraitRun, err error) {
	if o.Needs, err = e.needs(ctx); err != nil {
		return run, err
	}
	run.AsOf = o.Now
	counter := need.NewCounter(o.Now)
	written := make(chan error, 1)
	written <- nil
	reading, stop := context.WithCancel(ctx)
	pages := e.pages(reading, tell != nil)
	defer func() { // the reader has ended when its channel is closed
		stop()
		for range pages {
		}
	}()
	for read := range pages {
		page := read.portraits(o, tell, counter)
		if err := errors.Join(read.err, <-written); err != nil {
			return run, fmt.Errorf("portraits: %w", err)
		}
		go func() { // waited for above or below, whatever happens
			written <- e.changes.change(ctx, func(q queries) error { return page.write(ctx, q) })
		}()
		run.Customers += page.n
		run.Events += read.n
		if progress != nil {
			progress(run)
		}
	}
	if err := errors.Join(<-written, ctx.Err()); err != nil {
		return run, fmt.Errorf("portraits: %w", err)
	}
	found := counter.Findings()
	run.Needs, run.Dropped = len(found), counter.Dropped
	return run, errors.Join(e.Learn(ctx, "needs", o.Now, found), e.Learn(ctx, "portraits", o.Now, run))
}

// peoplePage is a page of customers with their events.
type peoplePage struct {
	people []customer.Profile
	events [][]customer.Event
	before labelsBefore // nil: nobody is told of changes
	n      int          // events
	err    error
}

// pages reads all customers, one page ahead of whoever takes them. It ends with the
// last page, with the first error, or with ctx; then the channel is closed.
func (e *Editor) pages(ctx context.Context, before bool) <-chan peoplePage {
	out := make(chan peoplePage)
	go func() {
		defer close(out)
		for after := ""; ; {
			p := e.readPage(ctx, after, before)
			if p.err == nil && len(p.people) == 0 {
				return
			}
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				return
			}
			after = p.people[len(p.people)-1].ID
		}
	}()
	return out
}

// readPage reads the customers after an id, with their labels of before when asked to.
func (e *Editor) readPage(ctx context.Context, after string, before bool) (p peoplePage) {
	p.people, p.err = e.pageOf(ctx, after)
	if p.err != nil || len(p.people) == 0 {
		return p
	}
	at, ids := make(map[string]int, len(p.people)), make([]string, len(p.people))
	for i, one := range p.people {
		at[one.ID], ids[i] = i, one.ID
	}
	if before {
		if p.before, p.err = e.db.q().labelsOf(ctx, ids); p.err != nil {
			return p
		}
	}
	p.events = make([][]customer.Event, len(p.people))
	p.err = eventsOf(ctx, e.db.q(), p.people[0].ID, p.people[len(p.people)-1].ID, func(ev customer.Event) {
		if i, there := at[ev.Customer]; there {
			p.events[i] = append(p.events[i], ev)
			p.n++
		}
	})
	return p
}

// portraits computes a page's labels.
func (p peoplePage) portraits(o label.Options, tell Teller, counter *need.Counter) *portraits {
	page := &portraits{tally: label.NewTally(o), telling: telling{tell: tell, before: p.before}}
	if p.err != nil {
		return page
	}
	for i, one := range p.people {
		page.tally.Reset()
		for _, ev := range p.events[i] {
			page.tally.Add(ev)
		}
		counter.Add(p.events[i])
		page.add(one)
	}
	return page
}

// pageOf reads profiles with their numbers, in order of id.
func (e *Editor) pageOf(ctx context.Context, after string) (people []customer.Profile, err error) {
	q, at := e.db.q(), map[string]int{}
	err = q.each(ctx, func(scan func(...any) error) error {
		var doc string
		if err := scan(&doc); err != nil {
			return err
		}
		var p customer.Profile
		if err := json.Unmarshal([]byte(doc), &p); err != nil {
			return err
		}
		at[p.ID] = len(people)
		people = append(people, p)
		return nil
	}, "SELECT doc FROM customers WHERE merged = '' AND id > ? ORDER BY id LIMIT ?", after, portraitPage)
	if err != nil || len(people) == 0 {
		return people, err
	}
	err = q.each(ctx, func(scan func(...any) error) error {
		var id, number string
		err := scan(&id, &number)
		if i, there := at[id]; there {
			people[i].Numbers = append(people[i].Numbers, number)
		}
		return err
	}, "SELECT customer, number FROM numbers WHERE customer >= ? AND customer <= ? ORDER BY customer, number", people[0].ID, people[len(people)-1].ID)
	return people, err
}
