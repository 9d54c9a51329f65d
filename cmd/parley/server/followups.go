package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/parley-voice/parley/console"
	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// owed watches what is owed to callers, and tells of what became overdue: once
// each, and once more when the process is killed in between.
type owed struct {
	store   *store.Store
	herald  *herald // nil without webhooks
	log     *slog.Logger
	country string

	mu    sync.Mutex // guards what follows
	tell  []Overdue
	count console.FollowUps
}

// Overdue is told of a follow-up that became overdue. It returns when what it has
// to do is durable; an error has it told again.
type Overdue func(ctx context.Context, f store.FollowUp) error

const (
	owedEvery = time.Second // how often the store is asked
	owedAtA   = 100         // told of at once
	owedRetry = 15 * time.Second
)

// OnOverdue has somebody told of follow-ups that become overdue.
func (s *Server) OnOverdue(tell Overdue) {
	s.hotline.owed.mu.Lock()
	defer s.hotline.owed.mu.Unlock()
	s.hotline.owed.tell = append(s.hotline.owed.tell, tell)
}

// watch tells until ctx ends. A store that fails is asked again later.
func (o *owed) watch(ctx context.Context) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	broken := false
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-wait.C:
			err := o.look(ctx, now)
			switch {
			case err != nil && !broken && ctx.Err() == nil:
				o.log.Error("whether what is owed to callers is overdue cannot be seen", "error", err)
			case err == nil && broken:
				o.log.Info("what is owed to callers can be seen again")
			}
			broken = err != nil
			if wait.Reset(owedEvery); broken {
				wait.Reset(owedRetry)
			}
		}
	}
}

func (o *owed) look(ctx context.Context, now time.Time) error {
	late, err := o.store.Breached(ctx, now, owedAtA)
	if err != nil {
		return err
	}
	for _, f := range late {
		if err := o.breach(ctx, f, now); err != nil {
			return err
		}
	}
	open, overdue, err := o.store.Owed(ctx, now)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count.Open, o.count.Overdue = open, overdue
	return nil
}

func (o *owed) breach(ctx context.Context, f store.FollowUp, now time.Time) error {
	o.log.Warn("nobody has done in time what is owed to a caller", "follow_up", f.ID, "kind", f.Kind, "call", f.Call,
		"number", access.Mask(f.Number, o.country), "due", f.Due.Format(time.RFC3339), "why", f.Why)
	o.mu.Lock()
	tell := o.tell
	o.mu.Unlock()
	f.Told = now.UTC()
	for _, t := range tell {
		if err := t(ctx, f); err != nil {
			return fmt.Errorf("%s is overdue: %w", f.ID, err)
		}
	}
	if err := o.store.TellBreach(ctx, f.ID, now, o.herald.messages(ofLate(f))...); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count.Breached++
	return nil
}

func (o *owed) counted() console.FollowUps {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count
}

// publish tells those who follow live events.
func (w *web) publish(_ context.Context, f store.FollowUp) error {
	if w.hub != nil {
		shown := shownFollowUp(f)
		w.hub.Publish(api.Event{Type: api.FollowUpLate, At: f.Told, FollowUp: &shown})
	}
	return nil
}

// followUps tells the API of what is owed.
type followUps struct {
	store    *store.Store
	herald   *herald
	currency string // of amounts that name none
}

func shownFollowUp(f store.FollowUp) api.FollowUp {
	out := api.FollowUp{ID: f.ID, Call: f.Call, Number: f.Number, Kind: string(f.Kind), Why: f.Why, Opened: f.Opened, Due: f.Due, Told: f.Told,
		Settled: f.Settled, Settlement: f.Settlement}
	if s := f.Sending; s.Message != "" {
		out.Sending = &api.Sending{Message: s.Message, Receipt: api.OfReceipt(s.Receipt), Reopened: s.Reopened}
	}
	return out
}

func (u followUps) FollowUps(ctx context.Context, q api.FollowUpQuery) (out []api.FollowUp, err error) {
	all, err := u.store.FollowUps(ctx, store.FollowUpFilter{State: q.State, Now: time.Now(), After: q.After, Limit: q.Limit})
	for _, f := range all {
		out = append(out, shownFollowUp(f))
	}
	return out, err
}

func (u followUps) Settle(ctx context.Context, id string, s customer.Settlement) (api.FollowUp, error) {
	s, err := s.Check(u.currency)
	if err != nil {
		return api.FollowUp{}, fmt.Errorf("%w: %w", api.ErrInvalid, err)
	}
	f, err := u.store.SettleFollowUp(ctx, id, s, time.Now(), func(f store.FollowUp) []store.Message { return u.herald.messages(ofSettled(f)) })
	switch {
	case errors.Is(err, store.ErrNoFollowUp):
		err = fmt.Errorf("no follow-up has the id %q; GET /api/v1/follow-ups lists them: %w", id, api.ErrNotFound)
	case errors.Is(err, store.ErrSettled):
		err = fmt.Errorf("%w: %w", err, api.ErrConflict)
	}
	return shownFollowUp(f), err
}
