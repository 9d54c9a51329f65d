package outbound

import (
	"context"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/store"
)

// supply is where a campaign's people come from: the work queue, which waits for what
// becomes of each.
type supply struct {
	ready  []turn // claimed, to be called next
	served bool   // people come
	looked time.Time
	stop   context.CancelFunc
}

// turn is a candidate whose turn it is; back takes them as they were settled.
type turn struct {
	k    campaign.Candidate
	back chan<- campaign.Candidate
}

// served tells that nobody comes from the work queue any more.
type served struct{ err error }

// serve has people come from the work queue until the campaign is halted, and sees
// that all of them are in it.
func (r *run) serve(ctx context.Context) {
	if r.supply.served || r.halt.on {
		return
	}
	ctx, r.supply.stop = context.WithCancel(ctx)
	r.supply.served = true
	r.ends.wg.Go(func() { r.stock(ctx) })
	r.ends.wg.Go(func() {
		r.tell(served{r.cfg.Queue.Serve(ctx, r.c.ID, r.concurrent(), r.called)})
	})
}

// called waits for what becomes of a candidate. The loop is there as long as the
// line is served.
func (r *run) called(_ context.Context, k campaign.Candidate) campaign.Candidate {
	back := make(chan campaign.Candidate, 1)
	r.tell(turn{k, back})
	return <-back
}

// stock puts people in line who came in since, until ctx ends.
func (r *run) stock(ctx context.Context) {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		if err := r.cfg.Queue.Stock(ctx, r.c.ID); err != nil && ctx.Err() == nil {
			r.log.Warn("people could not be put in line", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// candidates are those who are ready, in the order in which they are called.
func (l *supply) candidates() (all []campaign.Candidate) {
	for _, t := range l.ready {
		all = append(all, t.k)
	}
	slices.SortFunc(all, campaign.Order)
	return all
}

func (l *supply) take(person string) turn {
	i := slices.IndexFunc(l.ready, func(t turn) bool { return t.k.Person == person })
	t := l.ready[i]
	l.ready = slices.Delete(l.ready, i, i+1)
	return t
}

// letGo gives claims back that no attempt was made of, and takes no more.
func (r *run) letGo() {
	if r.supply.stop != nil {
		r.supply.stop()
	}
	r.giveAllBack()
}

func (r *run) giveAllBack() {
	for _, t := range r.supply.ready {
		r.giveBack(t)
	}
	r.supply.ready = nil
}

// putOff lets those wait for whom no call can be placed now: out of the campaign's
// hours, or without a wording.
func (r *run) putOff(ctx context.Context, now time.Time) {
	for _, t := range r.supply.ready {
		if t.k.Due = later(t.k.Due, now.Add(laterBy)); !t.k.Due.Before(t.k.Deadline) || !r.c.Open(now, t.k.Zones) {
			one := []campaign.Candidate{t.k}
			r.mem.chose(r.schedule(ctx, now, one))
			t.k = one[0]
		}
		r.giveBack(t)
	}
	r.supply.ready = nil
}

func (r *run) giveBack(t turn) {
	ctx, done := context.WithTimeout(context.Background(), settleTime)
	defer done()
	r.complain("", r.cfg.Store.SettleCandidate(ctx, r.cfg.Holder, t.k, store.Followed{}))
	t.back <- t.k
}
