package store

import (
	"context"
	"time"

	"github.com/parley-voice/parley/customer/label"
)

// LabelsChanged is what changed of one customer's labels.
type LabelsChanged struct {
	Customer string
	Before   time.Time // as of when the old ones were; zero: there were none
	Changes  []label.Change
	Why      map[string]string // of the new ones, by label
}

// Teller makes messages of the changes of some customers' labels as of a time. They
// are posted in the transaction that keeps the labels: once for each change. Nil:
// nobody listens.
type Teller func(asOf time.Time, all []LabelsChanged) []Message

// labelsBefore are labels as they are kept, by customer.
type labelsBefore map[string]Portrait

// labelsOf reads the labels of customers.
func (q queries) labelsOf(ctx context.Context, ids []string) (labelsBefore, error) {
	out := make(labelsBefore, len(ids))
	err := q.among(ctx, ids, "SELECT customer, labels, as_of FROM portraits WHERE customer IN", "", func(scan func(...any) error) error {
		var p Portrait
		var asOf int64
		err := scan(&p.Customer, &p.Labels, &asOf)
		p.AsOf = time.Unix(0, asOf).UTC()
		out[p.Customer] = p
		return err
	})
	return out, err
}

// telling tells of a page of labels.
type telling struct {
	tell   Teller
	before labelsBefore // as they were when the page was read: whose whys are worth writing
	ids    []string
	lines  []string
	whys   []map[string]string // nil: nothing seemed to change
}

// add takes a customer's new labels; explain gives their whys.
func (t *telling) add(id, lines string, explain func() []label.Value) {
	if t.tell == nil {
		return
	}
	var why map[string]string
	if len(label.Changes(t.before[id].Labels, lines)) > 0 {
		why = map[string]string{}
		for _, v := range explain() {
			why[v.Name] = v.Why
		}
	}
	t.ids, t.lines, t.whys = append(t.ids, id), append(t.lines, lines), append(t.whys, why)
}

// post tells what changes now that the labels are about to be kept. Nobody else keeps
// any meanwhile.
func (t *telling) post(ctx context.Context, q queries, asOf time.Time) error {
	if t.tell == nil || len(t.ids) == 0 {
		return nil
	}
	if err := q.alone(ctx, "portraits"); err != nil {
		return err
	}
	kept, err := q.labelsOf(ctx, t.ids)
	if err != nil {
		return err
	}
	var all []LabelsChanged
	for i, id := range t.ids {
		old, known := kept[id]
		if known && old.AsOf.After(asOf) {
			continue // these are not kept
		}
		if changes := label.Changes(old.Labels, t.lines[i]); len(changes) > 0 {
			all = append(all, LabelsChanged{id, old.AsOf, changes, t.whys[i]})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return q.post(ctx, t.tell(asOf, all)...)
}
