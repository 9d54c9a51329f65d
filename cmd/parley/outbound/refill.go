package outbound

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/workqueue"
)

// refill has one node take up people who came into the segment or into their window
// since, every now and then, and at once when the campaign begins to run here.
func (r *run) refill(ctx context.Context, now time.Time) {
	if r.c.Who.Refill == 0 || now.Sub(r.pace.filled) < r.c.Who.Refill {
		return
	}
	r.pace.filled = now
	if err := r.cfg.Queue.Ask(ctx, workqueue.Chore{Kind: choreRefill, Campaign: r.c.ID, Version: r.mem.Version}); err != nil && ctx.Err() == nil {
		r.log.Warn("people who came since could not be asked for", "error", err)
	}
}

// refill does so. How good their data are was looked at when the campaign began.
func (f *Floor) refill(ctx context.Context, what workqueue.Chore) {
	row, err := f.cfg.Store.Campaign(ctx, what.Campaign)
	if err != nil || row.State != store.CampaignRunning || row.Version != what.Version {
		return // it is asked for again if it is to be
	}
	c, err := campaign.Load(strings.NewReader(row.Doc), row.ID)
	if err != nil { // whoever runs it tells
		return
	}
	r := newRun(&f.cfg, row, c, f.nodes)
	if err := r.recall(ctx, row); err != nil {
		return // likewise
	}
	now := time.Now()
	fill := f.cfg.Refill
	if fill == nil {
		fill = f.cfg.Fill
	}
	got, err := fill(ctx, now, c, r.timed(ctx, now))
	switch {
	case err != nil && ctx.Err() == nil:
		r.log.Warn("people who came since could not be taken up; tried again", "in", c.Who.Refill, "error", err)
	case got.Added > 0:
		r.log.Info("people came into a campaign", "new", got.Added)
	}
}

// momentsOf are what windows of people are counted from.
func momentsOf(ctx context.Context, s *store.Reader, now time.Time, c *campaign.Campaign, people []store.Person) (map[string]campaign.Moments, error) {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	all, err := s.Moments(ctx, now, ids...)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		m := all[p.ID]
		if at := joined(p.Field(campaign.JoinedField, now), c.When.Zone); !at.IsZero() && !at.After(now) {
			m.Joined = at
		}
		all[p.ID] = m
	}
	return all, nil
}

// momentsBy are those of people by their ids; only when they joined is in their profiles.
func momentsBy(ctx context.Context, s *store.Reader, now time.Time, c *campaign.Campaign, ids []string) (map[string]campaign.Moments, error) {
	if c.Who.Window != campaign.NewWindow {
		return s.Moments(ctx, now, ids...)
	}
	people, err := s.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	return momentsOf(ctx, s, now, c, people)
}

// joined reads when somebody joined, zero when that is no time.
func joined(text string, zone *time.Location) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at
		}
	}
	return time.Time{}
}

// newcomers are those of some candidates who are none yet, or were called, or were to be,
// in a window of theirs before: again has these as they are.
func newcomers(ctx context.Context, s *store.Reader, c *campaign.Campaign, all []campaign.Candidate) (fresh []campaign.Candidate, again map[string]campaign.Candidate, err error) {
	ids := make([]string, len(all))
	for i, k := range all {
		ids[i] = k.Person
	}
	there, err := s.CandidatesOf(ctx, c.ID, ids...)
	again = map[string]campaign.Candidate{}
	for _, k := range all {
		old, known := there[k.Person]
		switch {
		case !known:
			fresh = append(fresh, k)
		case c.Who.Window != campaign.NoWindow && !old.Last.Window.Equal(k.Last.Window) && old.State != campaign.Reserved && old.State != campaign.Dialling:
			fresh, again[k.Person] = append(fresh, old.Renew(k)), old
		}
	}
	return fresh, again, err
}

// renew puts them into the window of now, unless somebody works on them.
func renew(ctx context.Context, s *store.Editor, now time.Time, was map[string]campaign.Candidate, all []campaign.Candidate) (n int, err error) {
	for _, k := range all {
		old, again := was[k.Person]
		if !again {
			continue
		}
		done, err := s.RenewCandidate(ctx, now, old, k)
		if err != nil {
			return n, err
		}
		if done {
			n++
		}
	}
	return n, nil
}

// closeWindows stops who waits in a window that is no longer theirs.
func closeWindows(ctx context.Context, s *store.Editor, now time.Time, c *campaign.Campaign) error {
	for _, state := range []campaign.State{campaign.Pending, campaign.Waiting} {
		for after := ""; ; {
			all, err := s.Candidates(ctx, c.ID, state, after, 500)
			if err != nil {
				return err
			}
			if len(all) == 0 {
				break
			}
			after = all[len(all)-1].Person
			if err := closeSome(ctx, s, now, c, all); err != nil {
				return err
			}
		}
	}
	return nil
}

func closeSome(ctx context.Context, s *store.Editor, now time.Time, c *campaign.Campaign, all []campaign.Candidate) error {
	ids := make([]string, len(all))
	for i, k := range all {
		ids[i] = k.Person
	}
	moments, err := momentsBy(ctx, s.Reader, now, c, ids)
	if err != nil {
		return err
	}
	for _, k := range all {
		m, known := moments[k.Person]
		if is, over := c.Close(now, k, m); known && over {
			if _, err := s.RenewCandidate(ctx, now, k, is); err != nil {
				return err
			}
		}
	}
	return nil
}

// shut asks again, right before a call, whether the candidate's window is still theirs:
// who bought a moment ago is not called. refused, if not empty, is why no call is placed.
func (r *run) shut(ctx context.Context, now time.Time, k campaign.Candidate, id string) (next campaign.Candidate, refused string) {
	if r.c.Who.Window == campaign.NoWindow {
		return k, ""
	}
	next, over, err := closed(ctx, r.cfg.Store.Reader, now, r.c, k)
	if err == nil && over {
		_, err = r.cfg.Store.Attempt(ctx, id)
		if errors.Is(err, store.ErrNoAttempt) {
			return next, string(campaign.OutOfWindow)
		}
	}
	if err != nil {
		r.log.Warn("whether a window is open was not read", "call", id, "error", err)
		k.Due = now.Add(laterBy)
		return k, "not_reserved"
	}
	return k, "" // of one that was made before, what came of it counts: Reserve tells
}

func closed(ctx context.Context, s *store.Reader, now time.Time, c *campaign.Campaign, k campaign.Candidate) (campaign.Candidate, bool, error) {
	moments, err := momentsBy(ctx, s, now, c, []string{k.Person})
	m, known := moments[k.Person]
	if err != nil || !known {
		return k, false, err
	}
	is, over := c.Close(now, k, m)
	return is, over, nil
}
