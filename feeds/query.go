package feeds

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/parley-voice/parley/customer/feed"
)

// Query is rows of another database, asked for again and again.
type Query struct {
	Text   string // with :cursor where it goes on; in the order of the cursor
	Cursor string // the column that tells how far it was read; "" reads all each time
	From   string // the first cursor
	Every  time.Duration
}

// Poll reads the query until ctx ends. open opens the database, once for each time.
func (f *Feed) Poll(ctx context.Context, q Query, open func(context.Context) (Rows, func() error, error)) {
	f.again(ctx, q.Every, func(ctx context.Context) (err error) {
		rows, done, err := open(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, done()) }()
		return f.PollOnce(ctx, q, rows)
	})
}

// PollOnce reads what there is. A batch is kept with its last row's cursor: what is
// read again after an end in the middle changes nothing.
func (f *Feed) PollOnce(ctx context.Context, q Query, rows Rows) error {
	reached, err := f.Keep.Reached(ctx, f.Mapping.Source)
	if err != nil {
		return err
	}
	if reached == "" {
		reached = q.From
	}
	b, n := feed.Batch{Source: f.Mapping.Source}, 0
	err = rows.Rows(ctx, q.Text, reached, func(row map[string]string) error {
		n++
		ref := "row " + strconv.Itoa(n)
		if q.Cursor != "" {
			c, there := row[q.Cursor]
			if !there || c == "" {
				return fmt.Errorf("the query gives no column %q, or nothing in it: it is to tell how far it was read", q.Cursor)
			}
			b.Reached, ref = c, q.Cursor+" "+c+" "+row[f.Mapping.Fields["id"]]
		}
		f.Mapping.Row(&b, ref, row, f.Now())
		if b.Rows() < feed.BatchRows {
			return nil
		}
		full := b
		b = feed.Batch{Source: f.Mapping.Source}
		return f.take(ctx, full)
	})
	if err != nil || b.Rows() == 0 {
		return err
	}
	return f.take(ctx, b)
}
