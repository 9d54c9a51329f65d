package outbound

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/store"
)

// Floor runs the campaigns that the store says are to run. They are started, paused
// and stopped there, by whatever process.
type Floor struct {
	cfg  Config
	poke chan struct{}

	mu   sync.Mutex
	runs map[string]*run
	shut bool // no more calls
	wg   sync.WaitGroup
}

// New makes a floor. Run begins.
func New(cfg Config) *Floor {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Floor{cfg: cfg, poke: make(chan struct{}, 1), runs: map[string]*run{}}
}

// Look has the floor see at once what is to run.
func (f *Floor) Look() {
	select {
	case f.poke <- struct{}{}:
	default:
	}
}

// Drain places no more calls; those under way go on.
func (f *Floor) Drain() {
	f.mu.Lock()
	f.shut = true
	f.mu.Unlock()
	f.Look()
}

// Live tells how a campaign stands that runs here.
func (f *Floor) Live(id string) (Live, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.runs[id]; r != nil {
		return *r.shown.Load(), true
	}
	return Live{}, false
}

// TakeUp settles what this holder left open when it died: attempts whose fate is not
// known count, and are not made again. Call it before Run, when no other process
// goes by the same name.
func (f *Floor) TakeUp(ctx context.Context, now time.Time) error {
	open, err := f.cfg.Store.Orphaned(ctx, now, f.cfg.Holder)
	if err != nil {
		return err
	}
	n, err := f.cfg.Store.FreeCandidates(ctx, f.cfg.Holder)
	if len(open) > 0 || n > 0 {
		f.cfg.Log.Warn("campaigns were cut when Parley last ended; attempts of unknown fate count and are not made again", "attempts", len(open), "claims", n)
	}
	return err
}

// Run runs campaigns until ctx ends, and returns when every call of theirs is over
// and settled.
func (f *Floor) Run(ctx context.Context) {
	defer f.wg.Wait()
	if f.cfg.Clock != nil {
		f.cfg.Clock.follow(ctx) // before anybody's time is chosen
		f.wg.Go(func() { f.cfg.Clock.Keep(ctx) })
	}
	look, stop := time.NewTicker(lookEvery), time.NewTicker(stopEvery)
	defer look.Stop()
	defer stop.Stop()
	for f.reconcile(ctx); ; {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			f.reconcile(ctx)
		case <-f.poke:
			f.reconcile(ctx)
		case <-stop.C:
			f.hangUp(ctx)
		}
	}
}

// reconcile makes what runs here what the store says.
func (f *Floor) reconcile(ctx context.Context) {
	rows, err := f.cfg.Store.Campaigns(ctx)
	if err != nil {
		if ctx.Err() == nil {
			f.cfg.Log.Warn("which campaigns are to run cannot be seen", "error", err)
		}
		return
	}
	for _, row := range rows {
		f.mu.Lock()
		r := f.runs[row.ID]
		runs := row.State == store.CampaignRunning && !f.shut
		f.mu.Unlock()
		switch {
		case r == nil && runs:
			f.start(ctx, row)
		case r != nil:
			same := r.mem.Version == row.Version
			r.order(halt{on: !runs || !same, ringing: row.Ringing, since: row.Since}) // another version begins when this one is over
		}
	}
}

// start runs one campaign, aside.
func (f *Floor) start(ctx context.Context, row store.Campaign) {
	c, err := campaign.Load(strings.NewReader(row.Doc), row.ID)
	if err != nil { // it was checked when it was started, by another version of this program
		f.fail(ctx, row, fmt.Sprintf("it cannot be read: %v", err))
		return
	}
	r := newRun(&f.cfg, row, c)
	f.mu.Lock()
	f.runs[row.ID] = r
	f.mu.Unlock()
	f.wg.Go(func() {
		defer func() {
			f.mu.Lock()
			delete(f.runs, row.ID)
			f.mu.Unlock()
		}()
		if err := r.fill(ctx, row); err != nil {
			close(r.ends.gone)
			if ctx.Err() == nil {
				f.fail(ctx, row, fmt.Sprintf("its people could not be found: %v", err))
			}
			return
		}
		r.loop(ctx)
	})
}

// fail pauses a campaign that cannot run.
func (f *Floor) fail(ctx context.Context, row store.Campaign, why string) {
	now := time.Now()
	f.cfg.Log.Error("a campaign cannot run", "campaign", row.ID, "why", why)
	row, err := f.cfg.Store.TurnCampaign(ctx, now, row.ID, []store.CampaignState{store.CampaignRunning}, store.CampaignPaused, store.Turn{Who: "parley", Why: why})
	if err != nil {
		f.cfg.Log.Error("a campaign that cannot run was not paused", "campaign", row.ID, "error", err)
		return
	}
	if f.cfg.Told != nil {
		f.cfg.Told(Notice{row, now})
	}
}

// fill puts the people of a version among the candidates, once; while their data
// are not good enough to start, each time anew.
func (r *run) fill(ctx context.Context, row store.Campaign) error {
	if row.Filled == row.Version && r.mem.Filled {
		return nil
	}
	now := time.Now()
	if err := r.find(ctx, now); err != nil {
		return err
	}
	r.remember(now)
	return r.cfg.Store.FilledCampaign(ctx, row.ID, row.Version)
}

// find finds the campaign's people, and measures their data.
func (r *run) find(ctx context.Context, now time.Time) error {
	got, err := r.cfg.Fill(ctx, now, r.c, func(all []campaign.Candidate) {
		if _, learnt := r.cfg.Clock.Model(); learnt { // else they wait for the campaign's hours as they are claimed
			r.mem.chose(r.schedule(ctx, now, all))
		}
	})
	if err != nil {
		return err
	}
	r.mem.Data, r.pace.found = got.Data, now
	r.log.Info("the people of a campaign were found", "found", got.Found, "new", got.Added, "data", r.c.Summary(now, got.Data))
	return nil
}

// hangUp ends calls that ring for people who opted out meanwhile, wherever they did.
func (f *Floor) hangUp(ctx context.Context) {
	ringing := false
	f.mu.Lock()
	for _, r := range f.runs {
		ringing = ringing || r.shown.Load().Ringing > 0
	}
	f.mu.Unlock()
	if !ringing {
		return
	}
	all, err := f.cfg.Store.ToStop(ctx, f.cfg.Holder)
	if err != nil && ctx.Err() == nil {
		f.cfg.Log.Error("who opted out while it rang cannot be seen", "error", err)
	}
	for _, a := range all {
		f.cfg.Phone.Hangup(a.ID, "the person asked not to be called")
	}
}
