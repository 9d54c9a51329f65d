package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

// ErrOther tells that a key was used before for something else.
var ErrOther = errors.New("something else was told under this key")

const remarkColumns = "id, number, kind, scope, text, who, at"

// Remark keeps what somebody tells of a person, and what follows from it, in one
// transaction: a complaint is opened, or the person opts out, as in OptOut; and the
// messages in tell are posted. One of the same ID is told again and changes nothing;
// ErrOther tells that it said something else.
func (e *Editor) Remark(ctx context.Context, r customer.Remark, tell ...Message) (kept customer.Remark, again bool, err error) {
	err = e.locked(ctx, "", r.Number, func(q queries, who subject) error {
		n, err := q.exec(ctx, insertOnce("remarks", remarkColumns, 1), r.ID, r.Number, string(r.Kind), r.Scope, r.Text, r.Who, r.At.UnixNano())
		if err != nil {
			return err
		}
		kept, err = remark(q.row(ctx, "SELECT "+remarkColumns+" FROM remarks WHERE id = ?", r.ID).Scan)
		switch again = n == 0; {
		case err != nil:
			return err
		case again && (kept.Number != r.Number || kept.Kind != r.Kind || kept.Scope != r.Scope || kept.Text != r.Text):
			return ErrOther
		case again:
			return nil
		}
		if err := q.post(ctx, tell...); err != nil {
			return err
		}
		return q.follow(ctx, who, r)
	})
	if err != nil {
		return kept, false, fmt.Errorf("customers: remark: %w", err)
	}
	e.nudge(tell)
	return kept, again, nil
}

// follow does what a remark asks for.
func (q queries) follow(ctx context.Context, who subject, r customer.Remark) error {
	w := Word{ID: "remark/" + r.ID, Channel: permit.Every, Source: r.Who}
	switch r.Kind {
	case customer.Complains:
		w.Kind = Complained
		if _, err := q.optOut(ctx, r.At, who, w); err != nil {
			return err
		}
		_, err := q.exec(ctx, "UPDATE complaints SET about = ? WHERE id = ?", r.Text, w.ID)
		return err
	case customer.DoNotCall:
		w.Kind, w.Channel = NeverAgain, permit.Channel(r.Scope)
		_, err := q.optOut(ctx, r.At, who, w)
		return err
	}
	return nil
}

// Remarks lists what was told of a person by any of the numbers, the latest first.
func (r *Reader) Remarks(ctx context.Context, numbers []string, limit int) (all []customer.Remark, err error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	args := []any{}
	for _, n := range numbers {
		args = append(args, n)
	}
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		m, err := remark(scan)
		all = append(all, m)
		return err
	}, "SELECT "+remarkColumns+" FROM remarks WHERE number IN ("+marks(len(numbers))+") ORDER BY at DESC, id DESC LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("customers: remarks: %w", err)
	}
	return all, nil
}

func remark(scan func(...any) error) (r customer.Remark, err error) {
	var at int64
	err = scan(&r.ID, &r.Number, &r.Kind, &r.Scope, &r.Text, &r.Who, &at)
	r.At = time.Unix(0, at).UTC()
	return r, err
}
