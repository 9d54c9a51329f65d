package sim

import (
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

// checker holds each call that is placed to the rules, by counting and looking anew
// what Plan and permit decided.
type checker struct {
	campaign *campaign.Campaign
	policy   permit.Policy
	ids      map[string]bool
	calls    map[string][]time.Time // of a person
	live     map[string]bool        // a call to the person is under way
	shut     map[string]time.Time   // nobody may call the person before
	tries    map[string]int
	since    map[string]time.Time // what the window was counted from when the person was called last
	breaches []string
}

func newChecker(c *campaign.Campaign, p permit.Policy) *checker {
	return &checker{campaign: c, policy: p, ids: map[string]bool{}, calls: map[string][]time.Time{}, live: map[string]bool{}, shut: map[string]time.Time{}, tries: map[string]int{}, since: map[string]time.Time{}}
}

// enter takes in what was so before the campaign.
func (k *checker) enter(p *person) {
	for _, a := range p.facts.Attempts {
		k.calls[p.k.Person] = append(k.calls[p.k.Person], a.At)
	}
	for _, o := range p.facts.OptOuts {
		if o.Kind == permit.Never {
			k.close(p.k.Person, o.At.AddDate(1000, 0, 0))
		} else {
			k.close(p.k.Person, o.At.Add(k.policy.Refusal))
		}
	}
	for _, at := range p.facts.Complaints {
		k.close(p.k.Person, at.Add(k.policy.Complaint))
	}
}

func (k *checker) close(person string, until time.Time) {
	if until.After(k.shut[person]) {
		k.shut[person] = until
	}
}

func (k *checker) breach(now time.Time, person, format string, args ...any) {
	if len(k.breaches) < 20 {
		k.breaches = append(k.breaches, fmt.Sprintf("%s %s: ", now.UTC().Format(time.RFC3339), person)+fmt.Sprintf(format, args...))
	}
}

// dialled looks at a call in the moment when it is placed.
func (k *checker) dialled(now time.Time, a campaign.Attempt, profile customer.Profile) {
	who, c := a.Candidate.Person, k.campaign
	if k.ids[a.ID] {
		k.breach(now, who, "the attempt %s is made twice", a.ID)
	}
	if k.live[who] {
		k.breach(now, who, "called while a call is under way")
	}
	if now.Before(k.shut[who]) {
		k.breach(now, who, "called within a cool-down, or after an opt-out")
	}
	if !profile.Allows(c.Purpose, now) {
		k.breach(now, who, "called without consent")
	}
	if now.Before(c.When.Start) || !now.Before(c.When.Deadline) {
		k.breach(now, who, "called before the start or after the deadline")
	}
	if k.tries[who]++; k.tries[who] > c.Retry.Tries {
		k.breach(now, who, "called %d times, %d are allowed", k.tries[who], c.Retry.Tries)
	}
	for _, w := range []struct {
		length time.Duration
		most   int
	}{{permit.Day, k.policy.Person.Day}, {permit.Week, k.policy.Person.Week}} {
		n := 1
		for _, at := range k.calls[who] {
			if now.Sub(at) < w.length {
				n++
			}
		}
		if n > w.most {
			k.breach(now, who, "call %d in %v, %d are allowed", n, w.length, w.most)
		}
	}
	k.hours(now, a)
	k.ids[a.ID], k.live[who] = true, true
	k.calls[who] = append(k.calls[who], now)
}

// window counts the days from the person's last sign anew, and their tries.
func (k *checker) window(now time.Time, a campaign.Attempt, since time.Time) {
	who := a.Candidate.Person
	if !since.Equal(k.since[who]) {
		k.since[who], k.tries[who] = since, 0
	}
	if since.IsZero() {
		k.breach(now, who, "called for a window, and never did what opens it")
		return
	}
	if after := now.Sub(since); k.campaign.Who.Window == campaign.NewWindow && (after < 0 || after >= 24*time.Hour) {
		k.breach(now, who, "called %v after they joined", after)
	}
	for _, name := range a.Candidate.Zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			k.breach(now, who, "%v", err)
			continue
		}
		y, m, d := since.In(zone).Date()
		yy, mm, dd := now.In(zone).Date()
		days := int(time.Date(yy, mm, dd, 0, 0, 0, 0, time.UTC).Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).Hours()) / 24
		switch w := k.campaign.Who.Window; {
		case w == campaign.RepurchaseWindow && (days < 7 || days > 15), w == campaign.LostWindow && days <= 30:
			k.breach(now, who, "called on day %d after their last sign in %s", days, name)
		}
	}
}

// hours looks at the wall clock in each zone where the person may be.
func (k *checker) hours(now time.Time, a campaign.Attempt) {
	if len(a.Candidate.Zones) == 0 {
		k.breach(now, a.Candidate.Person, "called without a time zone")
	}
	rules, err := k.policy.Book.For(a.Candidate.Number.Country)
	if err != nil {
		k.breach(now, a.Candidate.Person, "%v", err)
	}
	for _, name := range a.Candidate.Zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			k.breach(now, a.Candidate.Person, "%v", err)
			continue
		}
		local := now.In(zone)
		for _, r := range rules {
			if why := r.At(local, k.policy.Marketing(k.campaign.Purpose)); why != calendar.Open {
				k.breach(now, a.Candidate.Person, "called at %s, which %s shuts: %s", local.Format("Mon 15:04"), r.Name, why)
			}
		}
		if k.campaign.When.Hours.None() {
			continue
		}
		second, in := local.Hour()*3600+local.Minute()*60+local.Second(), false
		for _, s := range k.campaign.When.Hours[local.Weekday()] {
			in = in || s.From <= second && second < s.To
		}
		if !in {
			k.breach(now, a.Candidate.Person, "called at %s, outside the campaign's hours", local.Format("Mon 15:04"))
		}
	}
}

// ended takes in what a call came to.
func (k *checker) ended(now time.Time, p *person, r campaign.Result, refused bool) {
	delete(k.live, p.k.Person)
	switch {
	case r.Wish == campaign.Never:
		k.close(p.k.Person, now.AddDate(1000, 0, 0))
	case r.Wish == campaign.Complains:
		k.close(p.k.Person, now.Add(k.policy.Complaint))
	case refused:
		k.close(p.k.Person, now.Add(k.policy.Refusal))
	}
}
