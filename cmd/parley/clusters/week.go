package clusters

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/customer/cluster"
	"github.com/parley-voice/parley/store"
)

// divided is the key of what was divided by itself last.
const divided = "clusters_week"

// Weekly divides customers once a week (ISO 8601) of now's zone, seeded by it, so that the
// same labels give the same clusters again: false when this week's was done.
func Weekly(ctx context.Context, e *store.Editor, book *segment.Book, now time.Time, k int) (d Division, done bool, err error) {
	year, week := now.ISOWeek()
	name := fmt.Sprintf("%d-W%02d", year, week)
	var last string
	if _, err := e.Learnt(ctx, divided, &last); err != nil || last == name {
		return d, false, err
	}
	d, err = Divide(ctx, e, book, now, Order{
		Options: cluster.Options{K: k, Seed: uint64(year*100 + week), Restarts: 2}, Name: name, Who: "parley", Why: "the week's",
	}, nil)
	if errors.Is(err, ErrNobody) {
		return d, false, nil
	}
	if err != nil {
		return d, false, err
	}
	return d, true, e.Learn(ctx, divided, now, name)
}
