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
func (p People) Fill(s *store.Editor) Fill { return p.fill(s, false) }

// Refill puts those among them who came since, and measures nothing: who cannot be in
// the window is not looked at any further.
func (p People) Refill(s *store.Editor) Fill { return p.fill(s, true) }

func (p People) fill(s *store.Editor, again bool) Fill {
	return func(ctx context.Context, now time.Time, c *campaign.Campaign, schedule func([]campaign.Candidate)) (out Filled, err error) {
		out.Data, err = p.walk(ctx, s.Reader, filling{c: c, now: now, again: again}, func(all []campaign.Candidate) error {
			out.Found += len(all)
			fresh, old, err := newcomers(ctx, s.Reader, c, all)
			if err != nil || len(fresh) == 0 {
				return err
			}
			schedule(fresh)
			n, err := s.AddCandidates(ctx, fresh...)
			if out.Added += n; err != nil {
				return err
			}
			n, err = renew(ctx, s, now, old, fresh)
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
	return p.walk(ctx, s, filling{c: c, now: now}, func([]campaign.Candidate) error { return nil })
}

// walk measures a campaign's people, and gives take who of them can be called, some
// hundred at a time.
func (p People) walk(ctx context.Context, s *store.Reader, f filling, take func([]campaign.Candidate) error) (d campaign.Data, err error) {
	c, now := f.c, f.now
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
	f.country, f.needs = p.Country, p.needs(c)
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
	again   bool // only who may be in the window is looked at
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
	if ids, err = f.near(ctx, s, ids); err != nil || len(ids) == 0 {
		return nil, err
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

// near leaves out, when people are looked for again, who cannot be in the window wherever
// they are, and who is a candidate in it already: to read profiles and numbers is the
// most of the work.
func (f *filling) near(ctx context.Context, s *store.Reader, ids []string) ([]string, error) {
	if w := f.c.Who.Window; !f.again || w == campaign.NoWindow || w == campaign.NewWindow { // when they joined is in the profile
		return ids, nil
	}
	all, err := s.Moments(ctx, f.now, ids...)
	if err != nil {
		return nil, err
	}
	since := map[string]time.Time{}
	ids = slices.DeleteFunc(ids, func(id string) bool {
		at, near := f.c.Near(f.now, all[id])
		since[id] = at
		return !near
	})
	there, err := s.CandidatesOf(ctx, f.c.ID, ids...)
	return slices.DeleteFunc(ids, func(id string) bool {
		k, known := there[id]
		return known && k.Last.Window.Equal(since[id])
	}), err
}

// candidate is a customer with a number that a person can be reached at, and with
// which nothing is known to be the matter.
func (f *filling) candidate(p store.Person, marked map[string]string) (k campaign.Candidate, ok bool) {
	lacks := campaign.Missing(p.Profile, f.needs, f.now)
	if !slices.ContainsFunc(p.Consent, func(c customer.Consent) bool { return c.Purpose == f.c.Purpose }) {
		lacks = append(lacks, campaign.ConsentField)
	}
	var number customer.Number
	if i := slices.IndexFunc(p.Numbers, func(n string) bool {
		number = customer.Parse(n, f.country)
		return marked[n] == "" && number.Personal()
	}); i < 0 {
		f.tally.Add(p.Told, append(lacks, campaign.NumberField)...)
		return k, false
	}
	k = campaign.Candidate{Campaign: f.c.ID, Person: p.ID, Number: number, State: campaign.Pending,
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
