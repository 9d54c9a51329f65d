package workqueue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/parley-voice/parley/store"
)

// Scan is the queue of one process.
type Scan struct {
	cfg   Config
	asked chan Chore

	mu   sync.Mutex
	todo map[Chore]bool // asked for, and not begun
}

const mostChores = 64

// NewScan makes a queue over the candidates' times.
func NewScan(cfg Config) *Scan {
	return &Scan{cfg: cfg, asked: make(chan Chore, mostChores), todo: map[Chore]bool{}}
}

// Stock has nothing to do: the candidates are the queue.
func (s *Scan) Stock(context.Context, string) error { return nil }

// Ask has a chore done soon, once however often it is asked for meanwhile.
func (s *Scan) Ask(_ context.Context, c Chore) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.todo[c] {
		return nil
	}
	select {
	case s.asked <- c:
		s.todo[c] = true
		return nil
	default:
		return fmt.Errorf("%d chores wait already", mostChores)
	}
}

// Run does chores until ctx ends.
func (s *Scan) Run(ctx context.Context, do func(context.Context, Chore)) error {
	t := time.NewTicker(s.cfg.Sweep)
	defer t.Stop()
	for do(ctx, Chore{Kind: Sweep}); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			do(ctx, Chore{Kind: Sweep})
		case c := <-s.asked:
			s.mu.Lock()
			delete(s.todo, c)
			s.mu.Unlock()
			do(ctx, c)
		}
	}
}

// Serve calls those of a campaign who are due, at most most at once, until ctx ends;
// it returns when all calls have.
func (s *Scan) Serve(ctx context.Context, campaign string, most int, call Call) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ended := make(chan struct{}, most)
	busy, tired := 0, false
	for {
		if room := most - busy; room > 0 && !tired {
			got, err := s.cfg.Store.ClaimCandidates(ctx, campaign, store.Claim{Worker: s.cfg.Holder, Now: time.Now(), Lease: s.cfg.Lease, Max: min(room, batch)})
			if err != nil && ctx.Err() == nil {
				s.cfg.Log.Warn("nobody could be claimed", "campaign", campaign, "error", err)
			}
			for _, k := range got {
				busy++
				wg.Go(func() {
					call(ctx, k)
					ended <- struct{}{}
				})
			}
			tired = len(got) == 0
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			busy--
		case <-s.later(tired):
			tired = false
		}
	}
}

// later comes when the store is worth asking again.
func (s *Scan) later(tired bool) <-chan time.Time {
	if !tired {
		return nil
	}
	return time.After(again)
}
