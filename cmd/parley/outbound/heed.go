package outbound

import (
	"context"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/store"
)

// Seek makes a candidate of somebody who gave a signal: false when they are not in the
// campaign's segment, or no number of theirs can be called.
type Seek func(ctx context.Context, now time.Time, c *campaign.Campaign, s store.Sketch) (campaign.Candidate, bool, error)

// LabelledOne finds people by their labels, as People.Fill does.
func LabelledOne(s *store.Editor, book *segment.Book, country string) Seek {
	return func(ctx context.Context, now time.Time, c *campaign.Campaign, who store.Sketch) (k campaign.Candidate, ok bool, err error) {
		seg, err := book.Parse(c.Who.Segment, "who.segment:1")
		if err != nil || who.Portrait.Customer == "" || !c.InPilot(who.ID) { // who is new has labels in a second or two
			return k, false, err
		}
		screening := book.Screen(seg, c.Who.Order, now)
		screening.Take(segment.Row{Customer: who.ID, Labels: who.Portrait.Labels, AsOf: who.Portrait.AsOf.In(now.Location()), Cluster: who.Portrait.Cluster})
		if len(screening.Hits) == 0 {
			return k, false, nil
		}
		marked, err := s.MarkedNumbers(ctx, who.Numbers)
		if err != nil {
			return k, false, err
		}
		f := filling{c: c, now: now, country: country}
		k, ok = f.candidate(store.Person{Profile: who.Profile}, marked)
		k.Score = screening.Hits[0].Score
		return k, ok, nil
	}
}

const (
	heedMost  = 1000             // signals that are looked at at once, the latest
	heedAgain = 10 * time.Second // somebody whose signal asked for nothing, since labels change
)

// heed makes people due at once whose signals ask for a call. It looks each second, and
// a little ahead: the call is placed when the signal has settled, not a look later.
func (r *run) heed(ctx context.Context, now time.Time) {
	if len(r.c.Who.Triggers) == 0 || now.Sub(r.pace.heeded) < lookEvery {
		return
	}
	r.pace.heeded = now
	if err := r.signalled(ctx, now); err != nil && ctx.Err() == nil {
		r.log.Warn("what people did cannot be seen; looked at again in a second", "error", err)
	}
}

func (r *run) signalled(ctx context.Context, now time.Time) error {
	window := timing.Reaction
	for _, t := range r.c.Who.Triggers {
		window = max(window, t.Window())
	}
	people, err := r.cfg.Store.Signalled(ctx, now.Add(-window), now, heedMost)
	if err != nil {
		return err
	}
	if people = r.pace.fresh(now, people); len(people) == 0 {
		return nil
	}
	signals, err := r.cfg.Store.SignalsOf(ctx, now.Add(-window), people...)
	if err != nil {
		return err
	}
	there, err := r.cfg.Store.CandidatesOf(ctx, r.c.ID, people...)
	if err != nil {
		return err
	}
	raised := 0
	for _, who := range people {
		r.pace.skip[who] = now.Add(heedAgain)
		k, known := there[who]
		if known && k.State != campaign.Pending && k.State != campaign.Waiting {
			continue // a conversation was had, or they are not to be called
		}
		job, ok := r.job(now, signals[who], k.Last.Signal)
		if !ok {
			continue
		}
		if job.Due.Sub(now) > lookEvery { // it has to settle: a purchase may call it off
			if r.pace.skip[who] = job.Due.Add(-lookEvery); r.pace.skip[who].After(now.Add(heedAgain)) {
				r.pace.skip[who] = now.Add(heedAgain)
			}
			continue
		}
		done, err := r.raise(ctx, now, who, k, known, job)
		if err != nil {
			return err
		}
		if done {
			raised++
		}
	}
	if raised > 0 {
		r.giveAllBack() // who was claimed before waits: those who asked go first
		r.pace.idle = time.Time{}
		r.log.Info("signals of people make them due", "people", raised)
	}
	return nil
}

// fresh leaves out who was looked at a moment ago.
func (p *pace) fresh(now time.Time, people []string) (out []string) {
	if p.skip == nil {
		p.skip = map[string]time.Time{}
	}
	for who, until := range p.skip {
		if !now.Before(until) {
			delete(p.skip, who)
		}
	}
	for _, who := range people {
		if _, skipped := p.skip[who]; !skipped {
			out = append(out, who)
		}
	}
	return out
}

// job is the first that any trigger asks for.
func (r *run) job(now time.Time, signals []timing.Signal, last time.Time) (first timing.Job, found bool) {
	for _, t := range r.c.Who.Triggers {
		if job, ok := t.Due(now, signals, last); ok && (!found || job.Due.Before(first.Due)) {
			first, found = job, true
		}
	}
	return first, found
}

// raise makes somebody due: as a new candidate, or before others.
func (r *run) raise(ctx context.Context, now time.Time, who string, k campaign.Candidate, known bool, job timing.Job) (bool, error) {
	was := k
	if !known {
		sketch, err := r.cfg.Store.Known(ctx, who)
		if err != nil || sketch[who].ID == "" {
			return false, err
		}
		var ok bool
		if k, ok, err = r.cfg.Seek(ctx, now, r.c, sketch[who]); err != nil || !ok {
			return false, err
		}
	}
	k.Priority, k.Due, k.Last.Signal, k.Last.Why = campaign.Triggered, job.Due, job.Due, job.Why
	if !known {
		n, err := r.cfg.Store.AddCandidates(ctx, k)
		return n > 0, err
	}
	return r.cfg.Store.RaiseCandidate(ctx, now, was, k)
}
