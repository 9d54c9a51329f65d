package outbound

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/workqueue"
)

const (
	choreFill   = "fill"   // finds the people of a campaign's version
	choreRefill = "refill" // finds those who came since
)

// chore does what one node does for all.
func (f *Floor) chore(ctx context.Context, c workqueue.Chore) {
	switch c.Kind {
	case choreFill:
		f.fill(ctx, c)
	case choreRefill:
		f.refill(ctx, c)
	case workqueue.Sweep:
		f.sweep(ctx)
	}
}

// fill puts the people of a version among the candidates, once.
func (f *Floor) fill(ctx context.Context, what workqueue.Chore) {
	row, err := f.cfg.Store.Campaign(ctx, what.Campaign)
	if err != nil || row.State != store.CampaignRunning || row.Version != what.Version || row.Filled == row.Version {
		return // it is asked for again if it is to be
	}
	c, err := campaign.Load(strings.NewReader(row.Doc), row.ID)
	if err != nil { // it was checked when it was started, by another version of this program
		f.fail(ctx, row, fmt.Sprintf("it cannot be read: %v", err))
		return
	}
	r := newRun(&f.cfg, row, c, f.nodes)
	if err := r.recall(ctx, row); err != nil {
		return // it is asked for again
	}
	err = r.find(ctx, time.Now())
	switch {
	case err == nil:
		f.Look()
	case ctx.Err() == nil:
		f.fail(ctx, row, fmt.Sprintf("its people could not be found: %v", err))
	}
}

// find finds the campaign's people, and measures their data.
func (r *run) find(ctx context.Context, now time.Time) error {
	got, err := r.cfg.Fill(ctx, now, r.c, r.timed(ctx, now))
	if err != nil {
		return err
	}
	r.mem.Data, r.pace.found = got.Data, now
	r.remember(now)
	data, err := json.Marshal(got.Data)
	if err != nil {
		return err
	}
	r.log.Info("the people of a campaign were found", "found", got.Found, "new", got.Added, "data", r.c.Summary(now, got.Data))
	return r.cfg.Store.FilledCampaign(ctx, r.c.ID, r.mem.Version, string(data))
}

// timed chooses the times of candidates, when there is a model; else they wait for the
// campaign's hours as they are claimed.
func (r *run) timed(ctx context.Context, now time.Time) func([]campaign.Candidate) {
	return func(all []campaign.Candidate) {
		if _, learnt := r.cfg.Clock.Model(); learnt {
			r.mem.chose(r.schedule(ctx, now, all))
		}
	}
}

// sweep settles what nodes left open that have not been seen for long.
func (f *Floor) sweep(ctx context.Context) {
	if !f.cfg.Shared {
		return
	}
	now := time.Now()
	gone, err := f.cfg.Store.Missing(ctx, now, nodeDead)
	for _, name := range gone {
		if err = f.settleFor(ctx, now, name); err == nil {
			err = f.cfg.Store.ForgetNode(ctx, now, name, nodeDead)
		}
		if err != nil {
			break
		}
	}
	if err != nil && ctx.Err() == nil {
		f.cfg.Log.Warn("what nodes left that are gone was not settled; it is tried again", "error", err)
	}
}

// settleFor settles what a holder left open that is dead: attempts whose fate is not
// known count, and are not made again.
func (f *Floor) settleFor(ctx context.Context, now time.Time, holder string) error {
	open, err := f.cfg.Store.Orphaned(ctx, now, holder)
	if err != nil {
		return err
	}
	n, err := f.cfg.Store.FreeCandidates(ctx, holder)
	if len(open) > 0 || n > 0 {
		f.cfg.Log.Warn("campaigns were cut when Parley last ended; attempts of unknown fate count and are not made again",
			"node", holder, "attempts", len(open), "claims", n)
	}
	return err
}
