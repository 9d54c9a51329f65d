package outbound

import (
	"context"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// Labelled fills campaigns with the customers whose labels say that they are in the
// segment.
func Labelled(s *store.Editor, book *segment.Book, country string) Fill {
	return func(ctx context.Context, now time.Time, c *campaign.Campaign, schedule func([]campaign.Candidate)) (out Filled, err error) {
		seg, err := book.Parse(c.Who.Segment, "who.segment:1")
		if err != nil {
			return out, err
		}
		screening := book.Screen(seg, c.Who.Order, now)
		if err := s.Portraits(ctx, func(p store.Portrait) error {
			screening.Take(segment.Row{Customer: p.Customer, Labels: p.Labels, AsOf: p.AsOf.In(now.Location()), Cluster: p.Cluster})
			return nil
		}); err != nil {
			return out, err
		}
		f := filling{store: s, c: c, now: now, country: country, schedule: schedule}
		for page := range slices.Chunk(screening.Best(0), 500) {
			if err := f.page(ctx, page); err != nil {
				return out, err
			}
		}
		return f.done(), nil
	}
}

// filling makes candidates of customers, and looks at how good their data are.
type filling struct {
	store   *store.Editor
	c       *campaign.Campaign
	now     time.Time
	country string

	schedule func([]campaign.Candidate)

	out            Filled
	needed, filled int // fields
}

func (f *filling) page(ctx context.Context, hits []segment.Hit) error {
	var people []customer.Profile
	var numbers []string
	scores := map[string]float64{}
	for _, h := range hits {
		if !f.c.InPilot(h.Customer) {
			continue
		}
		p, err := f.store.Customer(ctx, h.Customer)
		if err != nil {
			return err
		}
		people, numbers, scores[p.ID] = append(people, p), append(numbers, p.Numbers...), h.Score
	}
	marked, err := f.store.MarkedNumbers(ctx, numbers)
	if err != nil {
		return err
	}
	var all []campaign.Candidate
	for _, p := range people {
		if k, ok := f.candidate(p, marked); ok {
			k.Score = scores[p.ID]
			all = append(all, k)
		}
	}
	f.schedule(all)
	n, err := f.store.AddCandidates(ctx, all...)
	f.out.Found += len(people)
	f.out.Added += n
	return err
}

// candidate is a customer with a number that a person can be reached at, and with
// which nothing is known to be the matter.
func (f *filling) candidate(p customer.Profile, marked map[string]string) (k campaign.Candidate, ok bool) {
	i := slices.IndexFunc(p.Numbers, func(n string) bool { return marked[n] == "" && customer.Parse(n, f.country).Personal() })
	f.needs(p.Name != "", i >= 0, slices.ContainsFunc(p.Consent, func(c customer.Consent) bool { return c.Purpose == f.c.Purpose }))
	if !p.Updated.IsZero() && (f.out.Data.Oldest.IsZero() || p.Updated.Before(f.out.Data.Oldest)) {
		f.out.Data.Oldest = p.Updated
	}
	if i < 0 {
		return k, false
	}
	k = campaign.Candidate{Campaign: f.c.ID, Person: p.ID, Number: customer.Parse(p.Numbers[i], f.country), State: campaign.Pending,
		Due: later(f.now, f.c.When.Start), Deadline: f.c.When.Deadline, Priority: campaign.Normal}
	zones, err := calendar.Zones(k.Number, p.Field("timezone", f.now))
	f.needs(err == nil)
	for _, z := range zones {
		k.Zones = append(k.Zones, z.String())
	}
	return k, true
}

// needs counts fields that a candidate needs: a name, a number, an answer about
// consent to the purpose, a time zone.
func (f *filling) needs(fields ...bool) {
	for _, there := range fields {
		if f.needed++; there {
			f.filled++
		}
	}
}

func (f *filling) done() Filled {
	if f.needed > 0 {
		f.out.Data.Complete = float64(f.filled) / float64(f.needed)
	}
	return f.out
}
