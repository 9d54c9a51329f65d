package server

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/need"
	"github.com/parley-voice/parley/store"
)

// needsEvery is how often it is asked what was learnt of needs.
const needsEvery = time.Minute

// callers tells what is known of callers: the store's facts, and of a need that was
// predicted why. That is read aside, never while a telephone rings.
type callers struct {
	store *store.Store
	whys  atomic.Pointer[map[string]string]
}

// Facts is the store's, with the need's why.
func (c *callers) Facts(ctx context.Context, n customer.Number, now time.Time) (customer.Facts, error) {
	f, err := c.store.Facts(ctx, n, now)
	if whys := c.whys.Load(); whys != nil && f.Need.What != "" {
		f.Need.Why = (*whys)[f.Need.What]
	}
	return f, err
}

// refresh reads what was learnt last.
func (c *callers) refresh(ctx context.Context) error {
	var found []need.Finding
	if _, err := c.store.Learnt(ctx, "needs", &found); err != nil {
		return err
	}
	whys := need.Whys(found)
	c.whys.Store(&whys)
	return nil
}
