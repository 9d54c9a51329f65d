package outbound

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/workqueue"
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

	crowd  atomic.Pointer[crowd]
	joined time.Time // the crowd; of Run
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
	return f.settleFor(ctx, now, f.cfg.Holder)
}

// Run runs campaigns until ctx ends, and returns when every call of theirs is over
// and settled.
func (f *Floor) Run(ctx context.Context) {
	working, end := context.WithCancel(context.WithoutCancel(ctx)) // the queue outlasts those who work from it
	var queue sync.WaitGroup
	queue.Go(func() { f.queue(ctx, working) })
	defer f.leave()
	defer queue.Wait()
	defer end()
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

// queue lets the work queue run until working ends; chores end with ctx.
func (f *Floor) queue(ctx, working context.Context) {
	for {
		err := f.cfg.Queue.Run(working, func(_ context.Context, c workqueue.Chore) { f.chore(ctx, c) })
		if err != nil {
			f.cfg.Log.Error("the work queue ended; it is started again", "error", err)
		}
		select {
		case <-working.Done():
			return
		case <-time.After(queueAgain):
		}
	}
}

// leave tells other nodes that this one places no more calls.
func (f *Floor) leave() {
	if !f.cfg.Shared {
		return
	}
	ctx, done := context.WithTimeout(context.Background(), settleTime)
	defer done()
	if err := f.cfg.Store.LeaveNodes(ctx, f.cfg.Holder); err != nil {
		f.cfg.Log.Warn("other nodes were not told that this one ends; they see it", "error", err)
	}
}

// reconcile makes what runs here what the store says.
func (f *Floor) reconcile(ctx context.Context) {
	f.attend(ctx)
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
		case r == nil && runs && row.Filled != row.Version:
			f.ask(ctx, row)
		case r == nil && runs:
			f.start(ctx, row)
		case r != nil:
			same := r.mem.Version == row.Version
			r.order(halt{on: !runs || !same, ringing: row.Ringing, since: row.Since}) // another version begins when this one is over
		}
	}
}

// ask has the people of a version found by one node.
func (f *Floor) ask(ctx context.Context, row store.Campaign) {
	if err := f.cfg.Queue.Ask(ctx, workqueue.Chore{Kind: choreFill, Campaign: row.ID, Version: row.Version}); err != nil && ctx.Err() == nil {
		f.cfg.Log.Warn("a campaign's people could not be asked for", "campaign", row.ID, "error", err)
	}
}

// start runs one campaign, aside. Calls that need agents are placed where they are.
func (f *Floor) start(ctx context.Context, row store.Campaign) {
	c, err := campaign.Load(strings.NewReader(row.Doc), row.ID)
	if err != nil { // it was checked when it was started, by another version of this program
		f.fail(ctx, row, fmt.Sprintf("it cannot be read: %v", err))
		return
	}
	if f.cfg.Shared && c.Line.Queue != "" && f.cfg.Agents == nil {
		return
	}
	r := newRun(&f.cfg, row, c, f.nodes)
	if err := r.recall(ctx, row); err != nil {
		if ctx.Err() == nil {
			f.cfg.Log.Warn("what a campaign has learnt cannot be read", "campaign", row.ID, "error", err)
		}
		return // it is looked at again in a second
	}
	f.mu.Lock()
	f.runs[row.ID] = r
	f.mu.Unlock()
	f.wg.Go(func() {
		defer func() {
			f.mu.Lock()
			delete(f.runs, row.ID)
			f.mu.Unlock()
		}()
		r.loop(ctx)
	})
}

// fail pauses a campaign that cannot run.
func (f *Floor) fail(ctx context.Context, row store.Campaign, why string) {
	now := time.Now()
	f.cfg.Log.Error("a campaign cannot run", "campaign", row.ID, "why", why)
	row, err := f.cfg.Store.TurnCampaign(ctx, now, row.ID, []store.CampaignState{store.CampaignRunning}, store.CampaignPaused, store.Turn{Who: "parley", Why: why})
	if errors.Is(err, store.ErrTurn) {
		return // another node was faster
	}
	if err != nil {
		f.cfg.Log.Error("a campaign that cannot run was not paused", "campaign", row.ID, "error", err)
		return
	}
	if f.cfg.Told != nil {
		f.cfg.Told(Notice{row, now})
	}
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
