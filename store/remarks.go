package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/parley-voice/parley/customer"
)

// ErrOther tells that a key was used before for something else.
var ErrOther = errors.New("something else was told under this key")

const remarkColumns = "id, number, kind, scope, text, who, at"

// Remark keeps what somebody tells of a person, and what follows from it, in one
// transaction: a complaint is opened, or the person is not to be called again, and
// known from then on. One of the same ID is told again and changes nothing; ErrOther
// tells that it said something else.
func (e *Editor) Remark(ctx context.Context, r customer.Remark) (kept customer.Remark, again bool, err error) {
	err = e.changes.change(ctx, func(q queries) error {
		if err := q.alone(ctx, "customers"); err != nil {
			return err
		}
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
		case r.Kind == customer.Complains:
			_, err = q.exec(ctx, insertComplaint, complaintRow(customer.Complaint{ID: "remark/" + r.ID, Number: r.Number, About: r.Text, Opened: r.At})...)
		case r.Kind == customer.DoNotCall:
			err = refuse(ctx, q, r)
		}
		return err
	})
	if err != nil {
		return kept, false, fmt.Errorf("customers: remark: %w", err)
	}
	return kept, again, nil
}

// refuse withdraws the consent of whoever has the number.
func refuse(ctx context.Context, q queries, r customer.Remark) error {
	var id string
	err := q.row(ctx, "SELECT customer FROM numbers WHERE number = ?", r.Number).Scan(&id)
	p := customer.Profile{ID: uuid.NewString(), Numbers: []string{r.Number}}
	switch {
	case errors.Is(err, sql.ErrNoRows): // nobody's yet
	case err != nil:
		return err
	default:
		if p, err = profile(ctx, q, id); err != nil {
			return err
		}
	}
	return save(ctx, q, p.Refuses(r.Who, r.At))
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
