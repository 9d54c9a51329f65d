package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
)

// Facts tells all that is known of a caller at now: the profile that the number
// belongs to, and what happened with any of that person's numbers. A withheld
// number is nobody's.
func (r *Reader) Facts(ctx context.Context, n customer.Number, now time.Time) (customer.Facts, error) {
	f := customer.Facts{Number: n}
	if n.Text == "" {
		return f, nil
	}
	p, err := r.ByNumber(ctx, n.Text)
	switch {
	case err == nil:
		f.Known, f.Profile = true, p
		if f.Need.What, err = needOf(ctx, r.db.q(), p.ID, now); err != nil {
			return f, err
		}
	case !errors.Is(err, ErrNoCustomer):
		return f, err
	}
	numbers := []any{n.Text}
	for _, other := range p.Numbers {
		if other != n.Text {
			numbers = append(numbers, other)
		}
	}
	if f.History, err = lookBack(ctx, r.db.q(), numbers, p.Products, customer.Last(now, customer.Month)); err != nil {
		return f, fmt.Errorf("history: %w", err)
	}
	return f, nil
}

// needOf is the need that was predicted when the customer's labels were computed
// last: one row by its key, so that a telephone that rings does not wait for it.
func needOf(ctx context.Context, q queries, id string, now time.Time) (string, error) {
	const name = "predicted_need"
	var labels string
	var asOf int64
	err := q.row(ctx, "SELECT labels, as_of FROM portraits WHERE customer = ?", id).Scan(&labels, &asOf)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("portraits: %w", err)
	}
	if l, ok := label.Find(name); !ok || customer.Days(time.Unix(0, asOf).In(now.Location()), now) > l.Days {
		return "", nil // it has expired
	}
	_, rest, _ := strings.Cut(labels, "\n"+name+"=")
	need, _, _ := strings.Cut(rest, "\n")
	return need, nil
}

func lookBack(ctx context.Context, q queries, numbers []any, products []string, w customer.Window) (h customer.History, err error) {
	theirs := "number IN (" + marks(len(numbers)) + ")"
	if h.Calls, err = calls(ctx, q, theirs+" AND began >= ?", append(slices.Clone(numbers), w.From.UnixNano())); err != nil {
		return h, err
	}
	if h.Before = h.LastPoint().Call != ""; !h.Before {
		n := 0
		err := q.row(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM past WHERE "+theirs+" AND inbound = 1 LIMIT 1) AS found", numbers...).Scan(&n)
		if h.Before = n > 0; err != nil {
			return h, err
		}
	}
	if h.Complaints, err = complaints(ctx, q, theirs, numbers); err != nil {
		return h, err
	}
	products = slices.Clone(products)
	for _, c := range h.Calls {
		if c.Product != "" && c.Inbound && w.Has(c.Began) {
			products = append(products, c.Product)
		}
	}
	slices.Sort(products)
	for _, product := range slices.Compact(products) {
		var n int
		if err := q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM past WHERE product = ? AND inbound = 1 AND began >= ? AND began <= ?
			LIMIT ?) AS found`, product, w.From.UnixNano(), w.To.UnixNano(), customer.MaxEnquiries).Scan(&n); err != nil {
			return h, err
		}
		if h.Enquiries == nil {
			h.Enquiries = map[string]int{}
		}
		h.Enquiries[product] = n
	}
	return h, nil
}

const pastColumns = "call, number, called, began, ended, point, node, stage, hung_up, outcome, product, inbound"

const complaintColumns = "id, number, call, about, opened, closed"

// calls reads calls that have ended, the latest first.
func calls(ctx context.Context, q queries, where string, args []any) (all []customer.Past, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var p customer.Past
		var began, ended int64
		var product sql.NullString
		err := scan(&p.Call, &p.Number, &p.Called, &began, &ended, &p.Point, &p.Node, &p.Stage, &p.HungUp, &p.Outcome, &product, &p.Inbound)
		p.Began, p.Ended, p.Product = time.Unix(0, began).UTC(), time.Unix(0, ended).UTC(), product.String
		all = append(all, p)
		return err
	}, "SELECT "+pastColumns+" FROM past WHERE "+where+" ORDER BY began DESC, call DESC LIMIT ?", append(args, customer.MaxCalls)...)
	return all, err
}

func complaints(ctx context.Context, q queries, where string, args []any) (all []customer.Complaint, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var c customer.Complaint
		var opened int64
		var closed sql.NullInt64
		err := scan(&c.ID, &c.Number, &c.Call, &c.About, &opened, &closed)
		c.Opened, c.Closed = time.Unix(0, opened).UTC(), when(closed)
		all = append(all, c)
		return err
	}, "SELECT "+complaintColumns+" FROM complaints WHERE "+where+" ORDER BY opened DESC, id DESC LIMIT ?",
		append(slices.Clone(args), customer.MaxComplaints)...)
	return all, err
}

// Complain keeps a complaint; one with the same ID is replaced, so that it can be
// closed. The customer's labels are due.
func (e *Editor) Complain(ctx context.Context, c customer.Complaint) error {
	since := c.Opened
	if c.Closed.After(since) {
		since = c.Closed
	}
	err := e.changes.change(ctx, func(q queries) error {
		if _, err := q.exec(ctx, insert("complaints", complaintColumns, 1), complaintRow(c)...); err != nil {
			return err
		}
		_, err := q.exec(ctx, dueByNumber, since.UnixNano(), c.Number)
		return err
	})
	if err != nil {
		return fmt.Errorf("complaints: %w", err)
	}
	return nil
}
