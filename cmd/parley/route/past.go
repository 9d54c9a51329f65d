package route

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/store"
)

// Records says where records are.
type Records struct {
	Config string `short:"c" placeholder:"FILE" help:"Configuration; parley.yaml in this folder when there is one."`
	Data   string `placeholder:"DIR" help:"Folder that holds records.db; that of the configuration when not given."`
}

// maxPast bounds the calls that are read.
const maxPast = 200_000

// past is the calls of a time, the earliest first.
type past struct {
	calls   []call.Record
	country string
}

// past reads the calls that came in since then. Without records there are none.
func (r Records) past(ctx context.Context, w *script.World, since time.Time) (p past, err error) {
	c, err := w.Config(r.Config)
	if err != nil {
		return p, err
	}
	p.country = c.Callers.Country
	if r.Data != "" {
		c.KeepIn(r.Data)
	}
	where := c.RecordsAt()
	if r.Data == "" && c.Store.DSN == "" {
		if _, err := os.Stat(where); errors.Is(err, fs.ErrNotExist) {
			return p, nil
		}
	}
	db, err := store.Read(ctx, where)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	list, err := db.List(ctx, store.Filter{Since: since, Limit: maxPast})
	if err != nil {
		return p, err
	}
	slices.Reverse(list)
	for _, one := range list {
		if one.Direction != "inbound" {
			continue
		}
		whole, err := db.Get(ctx, one.ID)
		if err != nil {
			return p, err
		}
		p.calls = append(p.calls, whole)
	}
	return p, nil
}

// facts is what the records tell of a call that comes in at now.
func (p past) facts(now time.Time, caller, called string) routing.Facts {
	number := customer.Parse(caller, p.country)
	c := customer.Facts{Number: number}
	for _, r := range slices.Backward(p.calls) {
		if number.Kind == customer.Withheld || !r.Began.Before(now) || customer.Parse(r.Caller, p.country).Text != number.Text {
			continue
		}
		c.History.Before = true
		if len(c.History.Calls) < customer.MaxCalls {
			c.History.Calls = append(c.History.Calls, customer.Past{Call: r.ID, Number: number.Text, Called: r.Called, Began: r.Began,
				Ended: r.Ended, Point: pointOf(r), HungUp: r.EndedBy == "them", Outcome: r.Outcome, Inbound: true})
		}
	}
	f := routing.OfCaller(now, called, c)
	// Records tell of calls and not of people.
	delete(f, "customer.known")
	delete(f, "customer.tags")
	delete(f, "customer.products")
	return f
}

// pointOf is how far a caller had come.
func pointOf(r call.Record) customer.Point {
	point := customer.InIVR
	if r.Answered.IsZero() {
		return customer.AtRing
	}
	for _, e := range r.Entries {
		switch {
		case e.Kind == call.EntryTransfer && e.Text == "done":
			return customer.AtPerson
		case e.Kind == call.EntryTransfer:
			point = customer.InQueue
		case e.Kind == call.EntryMoved && e.Stage == "close":
			point = customer.AtClose
		}
	}
	return point
}
