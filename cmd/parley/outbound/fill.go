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

// People finds the people of campaigns: customers whose labels say that they are in
// the segment.
type People struct {
	Book    *segment.Book
	Country string
	// Needs names what a script needs to be given; nil: nothing is known of scripts.
	Needs func(script string) []string
}

// Fill puts them among the candidates, and measures their data.
func (p People) Fill(s *store.Editor) Fill {
	return func(ctx context.Context, now time.Time, c *campaign.Campaign, schedule func([]campaign.Candidate)) (out Filled, err error) {
		out.Data, err = p.walk(ctx, s.Reader, now, c, func(all []campaign.Candidate) error {
			out.Found += len(all)
			again, err := renewals(ctx, s.Reader, c, all)
			if err != nil {
				return err
			}
			schedule(all)
			n, err := s.AddCandidates(ctx, all...)
			if out.Added += n; err != nil {
				return err
			}
			n, err = renew(ctx, s, now, again, all)
			out.Added += n
			return err
		})
		if err == nil && c.Who.Window != campaign.NoWindow {
			err = closeWindows(ctx, s, now, c)
		}
		return out, err
	}
}

// Measure tells how good the data are of whom a campaign would call.
func (p People) Measure(ctx context.Context, s *store.Reader, now time.Time, c *campaign.Campaign) (campaign.Data, error) {
	return p.walk(ctx, s, now, c, func([]campaign.Candidate) error { return nil })
}

// walk measures a campaign's people, and gives take who of them can be called, some
// hundred at a time.
func (p People) walk(ctx context.Context, s *store.Reader, now time.Time, c *campaign.Campaign, take func([]campaign.Candidate) error) (d campaign.Data, err error) {
	seg, err := p.Book.Parse(c.Who.Segment, "who.segment:1")
	if err != nil {
		return d, Wrong{err}
	}
	screening := p.Book.Screen(seg, c.Who.Order, now)
	if err := s.Portraits(ctx, func(p store.Portrait) error {
		screening.Take(segment.Row{Customer: p.Customer, Labels: p.Labels, AsOf: p.AsOf.In(now.Location()), Cluster: p.Cluster})
		return nil
	}); err != nil {
		return d, err
	}
	f := filling{c: c, now: now, country: p.Country, needs: p.needs(c)}
	for hits := range slices.Chunk(screening.Best(0), 500) {
		all, err := f.page(ctx, s, hits)
		if err == nil {
			err = take(all)
		}
		if err != nil {
			return d, err
		}
	}
	return f.tally.Data(), nil
}

// needs are what any wording of a campaign needs to be given.
func (p People) needs(c *campaign.Campaign) (all []string) {
	if p.Needs == nil {
		return nil
	}
	for _, v := range c.Wording.Variants {
		all = append(all, p.Needs(v.Script)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// filling makes candidates of customers, and looks at how good their data are.
type filling struct {
	c       *campaign.Campaign
	now     time.Time
	country string
	needs   []string
	tally   campaign.DataTally
}

func (f *filling) page(ctx context.Context, s *store.Reader, hits []segment.Hit) (all []campaign.Candidate, err error) {
	var ids, numbers []string
	scores := map[string]float64{}
	for _, h := range hits {
		if f.c.InPilot(h.Customer) {
			ids, scores[h.Customer] = append(ids, h.Customer), h.Score
		}
	}
	people, err := s.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		numbers = append(numbers, p.Numbers...)
	}
	marked, err := s.MarkedNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	var moments map[string]campaign.Moments
	if f.c.Who.Window != campaign.NoWindow {
		if moments, err = momentsOf(ctx, s, f.now, f.c, people); err != nil {
			return nil, err
		}
	}
	for _, p := range people {
		k, ok := f.candidate(p, marked)
		if ok && f.c.Who.Window != campaign.NoWindow {
			k, ok = f.c.Enter(f.now, k, moments[p.ID])
		}
		if ok {
			k.Score = scores[p.ID]
			all = append(all, k)
		}
	}
	return all, nil
}

// candidate is a customer with a number that a person can be reached at, and with
// which nothing is known to be the matter.
func (f *filling) candidate(p store.Person, marked map[string]string) (k campaign.Candidate, ok bool) {
	lacks := campaign.Missing(p.Profile, f.needs, f.now)
	if !slices.ContainsFunc(p.Consent, func(c customer.Consent) bool { return c.Purpose == f.c.Purpose }) {
		lacks = append(lacks, campaign.ConsentField)
	}
	i := slices.IndexFunc(p.Numbers, func(n string) bool { return marked[n] == "" && customer.Parse(n, f.country).Personal() })
	if i < 0 {
		f.tally.Add(p.Told, append(lacks, campaign.NumberField)...)
		return k, false
	}
	k = campaign.Candidate{Campaign: f.c.ID, Person: p.ID, Number: customer.Parse(p.Numbers[i], f.country), State: campaign.Pending,
		Due: later(f.now, f.c.When.Start), Deadline: f.c.When.Deadline, Priority: campaign.Normal}
	zones, err := calendar.Zones(k.Number, p.Field("timezone", f.now))
	if err != nil {
		lacks = append(lacks, campaign.ZoneField)
	}
	for _, z := range zones {
		k.Zones = append(k.Zones, z.String())
	}
	f.tally.Add(p.Told, lacks...)
	return k, true
}
