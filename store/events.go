package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
)

const didColumns = "customer, at, source, id, kind, cents, currency, category, product, channel, discount, score, mood, lasted, words"

// eventRows is how many events go into one statement: SQLite takes 32766
// arguments, but a statement for each number of rows is compiled anew.
const eventRows = 64

// EventsKept is what became of events that were to be kept.
type EventsKept struct {
	New      int            `json:"new"`
	Known    int            `json:"known"` // told before, by source and id
	Problems []EventProblem `json:"problems,omitempty"`
}

// EventProblem is an event that was not kept: customer.ErrEvent, ErrNoCustomer.
type EventProblem struct {
	Index int
	Err   error
}

// AddEvents keeps events of customers, all in one transaction, and notes whose
// labels they change. An event that is known already changes nothing; one of a
// customer who was merged goes to the one who took that customer in.
func (e *Editor) AddEvents(ctx context.Context, now time.Time, events ...customer.Event) (kept EventsKept, err error) {
	err = e.changes.change(ctx, func(q queries) error {
		kept = EventsKept{}
		if err := q.alone(ctx, "customers"); err != nil {
			return err
		}
		owners, err := owners(ctx, q, events)
		if err != nil {
			return err
		}
		var good []customer.Event
		for i, ev := range events {
			err := ev.Check()
			if err == nil && owners[ev.Customer] == "" {
				err = fmt.Errorf("%w: %s", ErrNoCustomer, ev.Customer)
			}
			if err != nil {
				kept.Problems = append(kept.Problems, EventProblem{i, err})
				continue
			}
			ev.Customer = owners[ev.Customer]
			good = append(good, ev)
		}
		return addEvents(ctx, q, now, good, &kept)
	})
	if err != nil {
		return EventsKept{}, fmt.Errorf("events: %w", err)
	}
	return kept, nil
}

func addEvents(ctx context.Context, q queries, now time.Time, events []customer.Event, kept *EventsKept) error {
	due := map[string]bool{}
	for len(events) > 0 {
		n := min(eventRows, len(events))
		var args []any
		for _, ev := range events[:n] {
			args = append(args, ev.Customer, ev.At.UnixNano(), plain(ev.Source), ev.ID, string(ev.Kind), ev.Amount.Cents, plain(ev.Amount.Currency),
				plain(ev.Category), plain(ev.Product), plain(ev.Channel), ev.Discount, ev.Score, plain(ev.Mood), int64(ev.Lasted), plain(ev.Text))
			due[ev.Customer] = true
		}
		added, err := q.exec(ctx, "INSERT INTO events ("+didColumns+") VALUES "+tuples(n, 15)+" ON CONFLICT (source, id) DO NOTHING", args...)
		if err != nil {
			return err
		}
		kept.New += added
		kept.Known += n - added
		events = events[n:]
	}
	ids := slices.Sorted(maps.Keys(due)) // in one order: two who add wait for each other, and do not lock up
	for len(ids) > 0 {
		n := min(eventRows, len(ids))
		var args []any
		for _, id := range ids[:n] {
			args = append(args, id, now.UnixNano())
		}
		if _, err := q.exec(ctx, "INSERT INTO portraits_due (customer, since) VALUES "+tuples(n, 2)+" ON CONFLICT (customer) DO UPDATE SET since = excluded.since", args...); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// dueByNumber notes the same of the customer who has a number, if there is one.
const dueByNumber = "INSERT INTO portraits_due (customer, since) SELECT customer, CAST(? AS BIGINT) FROM numbers WHERE number = ? ON CONFLICT (customer) DO UPDATE SET since = excluded.since"

// dirty notes that a customer's labels are to be computed anew.
func dirty(ctx context.Context, q queries, id string, now time.Time) error {
	_, err := q.exec(ctx, insert("portraits_due", "customer, since", 1), id, now.UnixNano())
	return err
}

// tuples is n rows of width question marks, each in brackets.
func tuples(n, width int) string {
	one := "(" + marks(width) + "),"
	return strings.TrimSuffix(strings.Repeat(one, n), ",")
}

// owners finds whom events belong to, by the ids that they name.
func owners(ctx context.Context, q queries, events []customer.Event) (map[string]string, error) {
	out := map[string]string{}
	var ids []any
	for _, ev := range events {
		if _, asked := out[ev.Customer]; !asked {
			out[ev.Customer] = ""
			ids = append(ids, ev.Customer)
		}
	}
	for len(ids) > 0 {
		n := min(500, len(ids))
		err := q.each(ctx, func(scan func(...any) error) error {
			var id, merged string
			err := scan(&id, &merged)
			if out[id] = id; merged != "" {
				out[id] = merged
			}
			return err
		}, "SELECT id, merged FROM customers WHERE id IN ("+marks(n)+")", ids[:n]...)
		if err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}

// eventsOf gives take the events of the customers from first to last, one customer
// after the other: those that sources told, then calls and complaints.
func eventsOf(ctx context.Context, q queries, first, last string, take func(customer.Event)) error {
	err := toldOf(ctx, q, first, last, take)
	if err != nil {
		return err
	}
	err = q.each(ctx, func(scan func(...any) error) error {
		var ev customer.Event
		var began, ended int64
		var inbound bool
		err := scan(&ev.Customer, &ev.ID, &began, &ended, &ev.Product, &inbound)
		ev.Source, ev.Kind, ev.Channel, ev.At, ev.Lasted = "calls", customer.Called, "phone", time.Unix(0, began), time.Duration(ended-began)
		if !inbound {
			ev.Kind = customer.Contact
		}
		take(ev)
		if inbound && ev.Product != "" {
			ev.Kind = customer.Enquiry
			take(ev)
		}
		return err
	}, `SELECT n.customer, p.call, p.began, p.ended, COALESCE(p.product, ''), p.inbound FROM numbers AS n JOIN past AS p ON p.number = n.number
		WHERE n.customer >= ? AND n.customer <= ? AND p.point <> ?`, first, last, string(customer.AtRing))
	if err != nil {
		return err
	}
	return q.each(ctx, func(scan func(...any) error) error {
		ev := customer.Event{Source: "calls", Kind: customer.Complained, Channel: "phone"}
		var opened int64
		err := scan(&ev.Customer, &ev.ID, &opened, &ev.Product)
		ev.At = time.Unix(0, opened)
		take(ev)
		return err
	}, "SELECT n.customer, c.id, c.opened, c.about FROM numbers AS n JOIN complaints AS c ON c.number = n.number WHERE n.customer >= ? AND n.customer <= ?", first, last)
}
