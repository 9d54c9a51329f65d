package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/dialog/market"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/workqueue"
)

// openCampaigns makes the floor on which campaigns run. The store says which do.
func (s *Server) openCampaigns(ctx context.Context, _ Options) error {
	policy, err := s.cfg.Policy()
	if err != nil {
		return WrongInput{err}
	}
	groups, err := OpenSegments(s.cfg.Segments)
	if err != nil {
		return WrongInput{err}
	}
	people := outbound.People{Book: groups, Country: s.cfg.Callers.Country, Needs: func(script string) []string { return s.Library.Shelf().Needs(script) }}
	s.hotline.called = people
	holder := s.holder()
	queue, err := s.openQueue(ctx, holder)
	if err != nil {
		return err
	}
	banned, err := forbidden(s.cfg)
	if err != nil {
		return WrongInput{err}
	}
	log := s.log.With("room", "campaigns")
	c := outbound.Config{
		Log: log, Node: outbound.Node{Holder: holder, Queue: queue, Shared: s.cfg.Store.DSN != ""},
		Clock: outbound.NewClock(s.Store.Editor, s.cfg.Callers.Country, log),
		Store: s.Store.Editor, Phone: carrier{s.Desk, s.cfg.Trunks}, Policy: policy,
		Scripts: s.wordings(),
		Words: outbound.Words{
			Needs: people.Needs, Sayable: func(text string) bool { word, _ := banned(text); return word == "" },
			Ahead: s.campaignAhead,
		},
		Finders: outbound.Finders{
			Fill: people.Fill(s.Store.Editor), Refill: people.Refill(s.Store.Editor), Seek: outbound.LabelledOne(s.Store.Editor, groups, s.cfg.Callers.Country),
		},
		Told: s.web.campaign,
	}
	if s.cfg.Node != "" {
		c.Clock.FollowOnly()
	}
	if s.hotline.board != nil {
		crew := &crew{board: s.hotline.board.Snapshot, agents: s.cfg.Agents, busy: map[string]time.Time{}}
		c.Agents = crew.of
	}
	s.hotline.outbound = outbound.New(c)
	return s.hotline.outbound.TakeUp(ctx, time.Now())
}

// holder is the name that attempts and claims go by: the same after a restart.
func (s *Server) holder() string {
	if s.cfg.Node != "" {
		return "node " + s.cfg.Node
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return "parley at " + host
}

// openQueue makes what says who works when: River where nodes may share campaigns.
func (s *Server) openQueue(ctx context.Context, holder string) (outbound.Queue, error) {
	c := workqueue.Config{Store: s.Store.Editor, Holder: holder, Lease: outbound.Lease, Sweep: outbound.SweepEvery, Log: s.log.With("room", "work queue")}
	if s.cfg.Store.DSN == "" {
		return workqueue.NewScan(c), nil
	}
	q, err := workqueue.OpenRiver(ctx, s.cfg.RecordsAt(), c)
	if err != nil {
		return nil, err
	}
	s.life.close = append(s.life.close, q.Close)
	return q, nil
}

// forbidden finds words that no call may say: those of every market, and the house's.
func forbidden(c *config.Config) (func(text string) (word, why string), error) {
	list, err := config.ReadWords(c.Words)
	pack := market.Any.With("on the house's list", list)
	return func(text string) (word, why string) {
		word, why, _ = pack.Says(text)
		return word, why
	}, err
}

// carrier places a campaign's calls by a trunk of the configuration.
type carrier struct {
	*call.Desk
	trunks []config.Trunk
}

// Place checks the trunk first.
func (c carrier) Place(a call.Attempt) (func(context.Context) (call.Record, error), error) {
	from, err := config.Dial(c.trunks, a.To, a.Trunk, a.From)
	if err != nil {
		return nil, err
	}
	a.From = from
	return c.Desk.Place(a)
}

// crew tells the agents of a queue, by what the switchboard shows.
type crew struct {
	board  func() queue.Snapshot
	agents map[string]config.Agent

	mu   sync.Mutex
	busy map[string]time.Time // agents at work, since when
}

func (c *crew) of(now time.Time, name string) (out outbound.Crew) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.board()
	for _, a := range s.Agents {
		if !slices.Contains(c.agents[a.ID].Queues, name) {
			continue
		}
		since, was := c.busy[a.ID]
		switch a.State {
		case queue.Offered, queue.Talking, queue.WrappingUp:
			if !was {
				since = a.Since
				c.busy[a.ID] = since
			}
			out.Working = append(out.Working, now.Sub(since))
			continue
		case queue.Free:
			out.Ready++
			if was {
				out.Served = append(out.Served, now.Sub(since))
			}
		}
		delete(c.busy, a.ID)
	}
	for _, q := range s.Queues {
		if q.Name == name {
			out.Waiting = q.Waiting
		}
	}
	return out
}

// campaign tells those who follow live events.
func (w *web) campaign(n outbound.Notice) {
	if w.hub != nil {
		w.hub.Publish(api.Event{Type: api.CampaignTurned, At: n.At, Campaign: &api.CampaignTurn{ID: n.Campaign.ID, State: string(n.Campaign.State), Why: n.Campaign.Why, Who: n.Campaign.Who}})
	}
}

// ofCampaigns tells the API of campaigns.
type ofCampaigns struct {
	store  *store.Store
	floor  *outbound.Floor
	people outbound.People
	cfg    *config.Config
}

func (o ofCampaigns) Campaigns(ctx context.Context) (all []api.Campaign, err error) {
	rows, err := o.store.Campaigns(ctx)
	for _, row := range rows {
		c, err := o.shown(ctx, row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, err
}

func (o ofCampaigns) Campaign(ctx context.Context, id string) (api.Campaign, error) {
	row, err := o.store.Campaign(ctx, id)
	if err != nil {
		return api.Campaign{}, inWords(err)
	}
	return o.shown(ctx, row)
}

func (o ofCampaigns) shown(ctx context.Context, row store.Campaign) (api.Campaign, error) {
	counts, next, err := o.store.CountCandidates(ctx, row.ID)
	if err != nil {
		return api.Campaign{}, err
	}
	c := api.Campaign{ID: row.ID, Version: row.Version, State: string(row.State), Why: row.Why, Who: row.Who, Began: row.Began, Since: row.Since, Next: next}
	for _, n := range counts {
		c.People = append(c.People, api.CampaignPeople{State: string(n.State), Status: n.Status, Outcome: n.Outcome, People: n.People, Tries: n.Tries})
	}
	if live, ok := o.floor.Live(row.ID); ok {
		c.Live = &api.CampaignLive{Ringing: live.Ringing, Talking: live.Talking, Holds: live.Holds, Attempts: live.Fates}
		for _, w := range live.Causes {
			c.Live.Causes = append(c.Live.Causes, w.Text)
		}
	}
	return c, nil
}

// Turn starts, pauses or stops one. The floor sees it at once.
func (o ofCampaigns) Turn(ctx context.Context, id string, t api.TurnCampaign) (api.Campaign, error) {
	var warnings []string
	turner := outbound.Turner{Store: o.store.Editor, Folder: o.cfg.Campaigns, People: o.people, Check: CampaignCheck(o.cfg),
		Warn: func(f strictyaml.Finding) { warnings = append(warnings, f.Error()) }}
	if _, err := turner.Turn(ctx, id, t.Do, store.Turn{Who: t.Who, Why: t.Why, Ringing: store.Ringing(t.Ringing)}, time.Now()); err != nil {
		return api.Campaign{}, inWords(err)
	}
	o.floor.Look()
	c, err := o.Campaign(ctx, id)
	c.Warnings = warnings
	return c, err
}

func (o ofCampaigns) Members(ctx context.Context, id string, q api.MemberQuery) (all []api.CampaignMember, err error) {
	if _, err := o.store.Campaign(ctx, id); err != nil {
		return nil, inWords(err)
	}
	found, err := o.store.Candidates(ctx, id, campaign.State(q.State), q.After, q.Limit)
	for _, k := range found {
		all = append(all, api.CampaignMember{Person: k.Person, Number: k.Number.Text, State: string(k.State), Tries: k.Tries, Due: k.Due,
			Status: string(k.Last.Status), Outcome: k.Last.Outcome, Variant: k.Variant, Why: k.Last.Why})
	}
	return all, err
}

// inWords are the store's errors in the API's.
func inWords(err error) error {
	switch {
	case errors.Is(err, store.ErrNoCampaign), errors.Is(err, outbound.ErrNoFile):
		return fmt.Errorf("%w: %w", err, api.ErrNotFound)
	case errors.Is(err, store.ErrTurn), errors.Is(err, outbound.ErrUnfit), errors.Is(err, outbound.ErrDecided):
		return fmt.Errorf("%w: %w", err, api.ErrConflict)
	case errors.As(err, new(outbound.Wrong)):
		return fmt.Errorf("%w: %w", err, api.ErrInvalid)
	}
	return err
}
