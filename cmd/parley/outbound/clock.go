package outbound

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// What a timing model learns from, and when.
const (
	learnFrom  = 26 * 7 * 24 * time.Hour // the attempts of half a year,
	learnCalls = 100_000                 // at most so many
	driftFrom  = 4 * 7 * 24 * time.Hour
	driftEvery = 7 * 24 * time.Hour
	useEvery   = 5 * time.Second // another version may be used: somebody went back
	nightly    = 3               // hour of the server's clock in which it is looked whether one is due
)

// Clock knows the timing model that is used, and has a new one learnt each quarter
// from the attempts that the store keeps.
type Clock struct {
	store   *store.Editor
	country string
	log     *slog.Logger
	follows bool // another process learns
	used    atomic.Pointer[used]
}

type used struct {
	use   store.TimingUse
	model timing.Model
}

// NewClock makes a clock without a model. Keep finds it.
func NewClock(s *store.Editor, country string, log *slog.Logger) *Clock {
	return &Clock{store: s, country: country, log: log}
}

// FollowOnly has Keep learn nothing: one process of a site does.
func (c *Clock) FollowOnly() { c.follows = true }

// Model is the one in use; false when there is none.
func (c *Clock) Model() (timing.Model, bool) {
	if c == nil {
		return timing.Model{}, false
	}
	u := c.used.Load()
	if u == nil || u.use.Version == 0 {
		return timing.Model{}, false
	}
	return u.model, true
}

// Keep follows which version is used, and learns at the start and each night when
// one is due, until ctx ends.
func (c *Clock) Keep(ctx context.Context) {
	tick := time.NewTicker(useEvery)
	defer tick.Stop()
	learnt := ""
	for {
		now := time.Now()
		if day := now.Format(time.DateOnly); !c.follows && (learnt == "" || learnt != day && now.Hour() >= nightly) {
			learnt = day
			if err := c.Learn(ctx, now); err != nil && ctx.Err() == nil {
				c.log.Warn("when people answer could not be learnt; tried again tomorrow", "error", err)
			}
		}
		c.follow(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *Clock) follow(ctx context.Context) {
	if err := c.Look(ctx); err != nil && ctx.Err() == nil {
		c.log.Warn("the timing model cannot be read; the one before stays in use", "error", err)
	}
}

// Look takes the version that is used now.
func (c *Clock) Look(ctx context.Context) error {
	u, err := c.store.TimingUse(ctx)
	if old := c.used.Load(); err != nil || old != nil && old.use.Seq == u.Seq {
		return err
	}
	now := &used{use: u}
	if u.Version != 0 {
		if now.model, err = c.store.TimingModel(ctx, u.Version); err != nil {
			return err
		}
		now.model.Shift = u.Shift
		c.log.Info("times to call are chosen by a timing model", "version", u.Version, "kind", now.model.Kind, "calls", now.model.Calls)
	}
	c.used.Store(now)
	return nil
}

// Learn has a model learnt when a quarter has begun since the last, or when there is
// none; else it moves the level of the one in use once a week. Nothing is learnt
// while somebody has chosen to use none.
func (c *Clock) Learn(ctx context.Context, now time.Time) error {
	u, err := c.store.TimingUse(ctx)
	if err != nil {
		return err
	}
	all, err := c.store.TimingModels(ctx)
	switch {
	case err != nil || u.Seq != 0 && u.Version == 0:
		return err
	case len(all) == 0 || all[0].Due(now):
		_, err := c.Train(ctx, now, "parley", "a quarter began")
		if errors.Is(err, timing.ErrTooFew) || errors.Is(err, store.ErrModelTaken) {
			c.log.Debug("no timing model was learnt", "why", err)
			err = nil
		}
		return err
	case now.Sub(u.At) >= driftEvery:
		return c.drift(ctx, now, u)
	}
	return nil
}

// Train has a model learnt from the attempts of the last half year, and uses it.
func (c *Clock) Train(ctx context.Context, now time.Time, who, why string) (timing.Model, error) {
	from := now.Add(-learnFrom)
	people, err := c.called(ctx, from, now)
	if err != nil {
		return timing.Model{}, err
	}
	m, err := timing.Train(people, from, now, now.UTC())
	if err != nil {
		return m, err
	}
	after := 0
	all, err := c.store.TimingModels(ctx)
	if err != nil {
		return m, err
	}
	if len(all) > 0 {
		after = all[0].Version
	}
	return c.store.AddTimingModel(ctx, m, after, store.TimingUse{At: now, Who: who, Why: why})
}

// drift moves the level to the calls of the last weeks.
func (c *Clock) drift(ctx context.Context, now time.Time, u store.TimingUse) error {
	m, err := c.store.TimingModel(ctx, u.Version)
	if err != nil {
		return err
	}
	people, err := c.called(ctx, now.Add(-learnFrom), now)
	if err != nil {
		return err
	}
	u.Shift = timing.Drift(m, people, now.Add(-driftFrom), now)
	u.At, u.Who, u.Why = now, "parley", fmt.Sprintf("moved by %+.2f to the calls of four weeks", u.Shift)
	return c.store.UseTimingModel(ctx, u)
}

// called are the people who were called in a time, with what came of it.
func (c *Clock) called(ctx context.Context, from, until time.Time) ([]timing.Person, error) {
	calls, err := c.store.Dialled(ctx, from, until, learnCalls)
	if err != nil {
		return nil, err
	}
	past := attempts(calls)
	var ids []string
	for id := range past {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	known, err := c.store.Known(ctx, ids...)
	if err != nil {
		return nil, err
	}
	var out []timing.Person
	for _, id := range ids {
		s := known[id]
		if len(s.Numbers) == 0 {
			continue
		}
		p := personOf(s, until)
		if zones, err := calendar.Zones(customer.Parse(s.Numbers[0], c.country), s.Field("timezone", until)); err == nil {
			p.Where = zones[0]
		}
		p.Attempts = past[id]
		out = append(out, p)
	}
	return out, nil
}

// attempts are the calls by person, the oldest first, without those that say nothing
// of the hour.
func attempts(calls []store.Dialled) map[string][]timing.Attempt {
	out := map[string][]timing.Attempt{}
	for _, d := range slices.Backward(calls) {
		if answered, tells := tellsOfHour(d.Fate); tells {
			out[d.Person] = append(out[d.Person], timing.Attempt{At: d.At, Answered: answered})
		}
	}
	for _, all := range out {
		slices.SortFunc(all, func(a, b timing.Attempt) int { return a.At.Compare(b.At) })
	}
	return out
}

// tellsOfHour tells whether a person answered. What is the matter with the number or
// the network tells nothing of when they would have.
func tellsOfHour(f store.Fate) (answered, tells bool) {
	switch f {
	case fateAnswered, store.FateRefused:
		return true, true
	case fateMachine, fateDeclined, store.Fate(pickup.Busy), store.Fate(pickup.NoAnswer), store.Fate(pickup.Off), store.Fate(pickup.Unreachable):
		return false, true
	}
	return false, false
}

// personOf is a person without their calls.
func personOf(s store.Sketch, now time.Time) timing.Person {
	p := timing.Person{ID: s.ID, Where: time.UTC, Segment: labelled(s.Portrait.Labels, "lifecycle"), Prefers: s.Preferences["hours"]}
	p.Channel = cmp.Or(s.Preferences["channel"], labelled(s.Portrait.Labels, "preferred_channel"))
	if zone, err := time.LoadLocation(s.Field("timezone", now)); err == nil && s.Field("timezone", now) != "" {
		p.Where = zone
	}
	return p
}

// labelled is the value of one label of a portrait, "" when it has none.
func labelled(lines, name string) string {
	_, after, found := strings.Cut(lines, "\n"+name+"=")
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(after, "\n")
	return value
}
