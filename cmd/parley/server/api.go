package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/notary"
	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/console/unsubscribe"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/store"
)

// web is what the server has for HTTP.
type web struct {
	listener net.Listener // nil when off
	access   *store.Access
	reviews  *store.Reviews
	hub      *api.Hub
	placing  sync.WaitGroup // calls that the API placed
	policy   permit.Policy  // of whom we may reach
	notary   notary.Key     // signs the ledger of consent, for auditors outside
	herald   *herald        // nil without webhooks
	sender   *webhook.Sender
	courier  *courier           // nil when no webhook sends messages
	tell     store.Teller       // of labels that change; nil when no webhook wants to hear
	links    *unsubscribe.Links // in messages; nil when people cannot reach us
}

// dropped counts live events that their readers were too slow for.
func (w *web) dropped() uint64 {
	if w.hub == nil {
		return 0
	}
	return w.hub.Dropped()
}

// follow hands what happens to calls to those who follow, until ctx ends.
func (w *web) follow(ctx context.Context, desk *call.Desk) {
	watcher := desk.Watch(4096)
	defer watcher.Close()
	w.hub.Follow(ctx, watcher.Updates())
}

// openAccess opens the keys and the audit log.
func (s *Server) openAccess(ctx context.Context, _ Options) error {
	if s.web.listener == nil {
		return nil
	}
	a, err := store.OpenAccess(ctx, s.cfg.AccessAt())
	if err != nil {
		return err
	}
	s.life.close = append(s.life.close, a.Close)
	s.web.access, s.web.hub = a, api.NewHub()
	return nil
}

// api is the API over this server. ctx lasts as long as the server serves: calls
// that it places live in it.
func (s *Server) api(ctx context.Context) *api.API {
	c := api.Config{
		Gate:  &access.Gate{Keys: keyring{s.web.access}, Local: loopback(s.web.listener.Addr()), Now: time.Now},
		Audit: deeds{s.web.access},
		Site:  api.Site{Country: s.cfg.Callers.Country, Now: time.Now, Log: s.log.With("room", "api")},
		Calls: records{s.Store}, Scripts: shelf{s}, Hub: s.web.hub,
		Lines: &lines{desk: s.Desk, trunks: s.cfg.Trunks, start: func(run func(context.Context)) {
			s.web.placing.Go(func() { run(ctx) })
		}},
	}
	c.People = s.ofPeople()
	if s.web.sender != nil {
		c.Outbox, c.Receipts = messages{s.Store, s.web.sender}, receipts{s.Store, s.web.herald}
	}
	if f := s.floor(); f.board != nil {
		c.Agents, c.Queues, c.Joiner = f, f, joiner{s.Desk, s.cfg.Agents}
	}
	if s.Routes != nil {
		c.Routes = table{s.Routes, s.cfg.Routes}
	}
	if s.cfg.Record {
		c.Site.Recordings = filepath.Join(s.cfg.Data, "recordings")
	}
	return api.New(c)
}

// ofPeople is what the API knows of customers: all of it is always there.
func (s *Server) ofPeople() api.People {
	customers := people{s.Store, s.cfg.Callers}
	return api.People{
		Customers: customers, Remarks: remarked{customers, s.web.herald}, FollowUps: followUps{s.Store, s.web.herald, s.cfg.Callers.Currency}, Portraits: insight{s.Store, s.cfg},
		Consents: consents{s.Store, s.cfg.Callers.Country, s.web.policy}, Ledger: ledgerBook{s.Store, s.web.notary.Public},
		Campaigns: ofCampaigns{s.Store, s.hotline.outbound, s.hotline.called, s.cfg}, Experiments: experiments{s.Store, s.web.herald},
	}
}

func (s *Server) floor() floor {
	return floor{board: s.hotline.board, agents: s.cfg.Agents, pauses: s.cfg.AgentRules.Pauses}
}

// keyring reads the store's keys in the console's words.
type keyring struct{ store *store.Access }

func (k keyring) Find(ctx context.Context, id string) (access.Key, error) {
	f, err := k.store.Key(ctx, id)
	if errors.Is(err, store.ErrNoKey) {
		return access.Key{}, access.ErrUnknown
	}
	return access.Key{ID: f.ID, Name: f.Name, Role: access.Role(f.Role), Agent: f.Agent, Hash: f.Hash,
		Made: f.Made, Expires: f.Expires, Revoked: f.Revoked, Used: f.Used}, err
}

func (k keyring) Used(ctx context.Context, id string, at time.Time) error {
	return k.store.UsedKey(ctx, id, at)
}

func (k keyring) Any(ctx context.Context) (bool, error) { return k.store.AnyKey(ctx) }

// deeds keeps the audit log in the store.
type deeds struct{ store *store.Access }

func (d deeds) Write(ctx context.Context, x access.Deed) error {
	return d.store.Write(ctx, store.Deed{At: x.At, Who: x.Who, Key: x.Key, Role: string(x.Role), Action: x.Action, Target: x.Target,
		Before: x.Before, After: x.After, Reason: x.Reason, Source: x.Source, Request: x.Request})
}

func (d deeds) List(ctx context.Context, q access.DeedQuery) ([]access.Deed, error) {
	found, err := d.store.Deeds(ctx, store.DeedFilter{Since: q.Since, Until: q.Until, Who: q.Who, Action: q.Action,
		Target: q.Target, Before: q.Before, Limit: q.Limit})
	out := make([]access.Deed, len(found))
	for i, x := range found {
		out[i] = access.Deed{ID: x.ID, At: x.At, Who: x.Who, Key: x.Key, Role: access.Role(x.Role), Action: x.Action, Target: x.Target,
			Before: x.Before, After: x.After, Reason: x.Reason, Source: x.Source, Request: x.Request}
	}
	return out, err
}

// records reads the store in the console's words.
type records struct{ store *store.Store }

func (r records) Get(ctx context.Context, id string) (call.Record, error) {
	rec, err := r.store.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return rec, fmt.Errorf("no call has the id or Call-ID %q: %w", id, api.ErrNotFound)
	}
	return rec, err
}

func (r records) List(ctx context.Context, q api.CallQuery) ([]call.Record, error) {
	return r.store.List(ctx, store.Filter{
		Since: q.Since, Until: q.Until, State: q.State, Outcome: q.Outcome, Script: q.Script, Caller: q.Caller,
		After: store.Mark(q.After), Limit: q.Limit,
	})
}

// lines acts on the desk.
type lines struct {
	desk   *call.Desk
	trunks []config.Trunk
	start  func(run func(context.Context)) // aside; Serve waits for it
}

func (l *lines) Live() []call.Snapshot { return l.desk.Live() }

func (l *lines) Hangup(id, why string) bool { return l.desk.Hangup(id, why) }

// Place takes the attempt and dials aside.
func (l *lines) Place(_ context.Context, a call.Attempt, done func()) error {
	from, err := config.Dial(l.trunks, a.To, a.Trunk, a.From)
	if err != nil {
		return fmt.Errorf("%w: %w", api.ErrInvalid, err)
	}
	a.From = from
	run, err := l.desk.Place(a)
	switch {
	case errors.Is(err, call.ErrNoScript):
		return fmt.Errorf("%w: %w; GET /api/v1/scripts lists them", api.ErrInvalid, err)
	case err != nil:
		return fmt.Errorf("%w: %w", api.ErrConflict, err)
	}
	l.start(func(ctx context.Context) {
		defer done()
		_, _ = run(ctx) // the record has been kept; an error is in it
	})
	return nil
}
