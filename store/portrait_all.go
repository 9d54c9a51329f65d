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
// page. One page is computed while the one before is written.
func (e *Editor) PortraitAll(ctx context.Context, o label.Options, progress func(PortraitRun)) (run PortraitRun, err error) {
	if o.Needs, err = e.needs(ctx); err != nil {
		return run, err
	}
	run.AsOf = o.Now
	counter := need.NewCounter(o.Now)
	written := make(chan error, 1)
	written <- nil
	for after := ""; ; {
		page, last, events, err := e.portraitPage(ctx, o, counter, after)
		if failed := <-written; err == nil {
			err = failed
		}
		if err != nil {
			return run, fmt.Errorf("portraits: %w", err)
		}
		if page.n == 0 {
			break
		}
		go func() { // waited for above, whatever happens
			written <- e.changes.change(ctx, func(q queries) error { return page.write(ctx, q) })
		}()
		run.Customers += page.n
		run.Events += events
		if after = last; progress != nil {
			progress(run)
		}
	}
	found := counter.Findings()
	run.Needs, run.Dropped = len(found), counter.Dropped
	return run, errors.Join(e.Learn(ctx, "needs", o.Now, found), e.Learn(ctx, "portraits", o.Now, run))
}

// portraitPage computes the customers after an id.
func (e *Editor) portraitPage(ctx context.Context, o label.Options, counter *need.Counter, after string) (page *portraits, last string, n int, err error) {
	page = &portraits{tally: label.NewTally(o)}
	people, err := e.pageOf(ctx, after)
	if err != nil || len(people) == 0 {
		return page, after, 0, err
	}
	first, last := people[0].ID, people[len(people)-1].ID
	at := make(map[string]int, len(people))
	for i, p := range people {
		at[p.ID] = i
	}
	events := make([][]customer.Event, len(people))
	if err := eventsOf(ctx, e.db.q(), first, last, func(ev customer.Event) {
		if i, there := at[ev.Customer]; there {
			events[i] = append(events[i], ev)
			n++
		}
	}); err != nil {
		return page, last, n, err
	}
	for i, p := range people {
		page.tally.Reset()
		for _, ev := range events[i] {
			page.tally.Add(ev)
		}
		counter.Add(events[i])
		page.add(p)
	}
	return page, last, n, nil
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

// Clustered keeps the cluster of each customer.
func (e *Editor) Clustered(ctx context.Context, of map[string]int) error {
	by := map[int][]any{}
	for id, c := range of {
		by[c] = append(by[c], id)
	}
	err := e.changes.change(ctx, func(q queries) error {
		if _, err := q.exec(ctx, "UPDATE portraits SET cluster = NULL WHERE cluster IS NOT NULL"); err != nil {
			return err
		}
		for c, ids := range by {
			for len(ids) > 0 {
				n := min(500, len(ids))
				if _, err := q.exec(ctx, "UPDATE portraits SET cluster = ? WHERE customer IN ("+marks(n)+")", append([]any{c}, ids[:n]...)...); err != nil {
					return err
				}
				ids = ids[n:]
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("clusters: %w", err)
	}
	return nil
}
