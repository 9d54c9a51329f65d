package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/customer"
)

// Habits are what people are like, as shares. Zero fields take the defaults in
// brackets; a negative one is none at all.
type Habits struct {
	Answer    float64 // of calls that are answered at a middling hour (0.35)
	Consent   float64 // of people whose consent is on record (0.92)
	Complain  float64 // of people who are reached (0.001)
	OptOut    float64 // of people who are reached (0.0015)
	Empty     float64 // of numbers that nobody has (0.02)
	Suspended float64 // of numbers without service (0.01)
	Fail      float64 // of calls that the network fails (0.01)
}

func (h Habits) filled() Habits {
	for _, f := range []struct {
		at *float64
		to float64
	}{{&h.Answer, 0.35}, {&h.Consent, 0.92}, {&h.Complain, 0.001}, {&h.OptOut, 0.0015}, {&h.Empty, 0.02}, {&h.Suspended, 0.01}, {&h.Fail, 0.01}} {
		if *f.at == 0 {
			*f.at = f.to
		}
		*f.at = max(*f.at, 0)
	}
	return h
}

// prefixes of numbers that people are made up with, by country, all of seven digits
// or fewer; those of the United States are of four time zones and of states with
// rules of their own.
var prefixes = map[string][]string{
	"CN": {"+86138", "+86139", "+86150", "+86186"},
	"US": {"+1212", "+1312", "+1303", "+1415", "+1305", "+1206", "+1512"},
	"CA": {"+1416", "+1604"},
	"GB": {"+44740", "+44771"},
	"DE": {"+49151", "+49170"},
	"FR": {"+33612", "+33698"},
}

// digits after a prefix.
var digits = map[string]int{"CN": 8, "US": 7, "CA": 7, "GB": 7, "DE": 8, "FR": 6}

// truth is what only the simulation knows of a person.
type truth struct {
	eager  float64       // log odds of answering at a middling hour
	late   bool          // likelier in the evening than in the morning
	number pickup.Status // Empty or Suspended, when the number is
}

// answers is the probability of answering at t.
func (t truth) answers(at time.Time, where *time.Location) float64 {
	x := t.eager
	clock := at.In(where).Hour()
	switch {
	case clock >= 18 && t.late, clock < 12 && !t.late:
		x += 0.8
	case clock >= 18 || clock < 12:
		x -= 0.5
	}
	if day := at.In(where).Weekday(); day == time.Saturday || day == time.Sunday {
		x += 0.3
	}
	return 1 / (1 + math.Exp(-x))
}

// makePeople makes up the people of the segment who are in the pilot's share.
func makePeople(cfg Config, dice *rand.Rand) ([]*person, error) {
	c := cfg.Campaign
	var countries []string
	for _, n := range c.Line.Callers {
		if k := customer.Parse(n, "").Country; prefixes[k] != nil && !slices.Contains(countries, k) {
			countries = append(countries, k)
		}
	}
	if len(countries) == 0 {
		return nil, fmt.Errorf("people can be made up for campaigns that show numbers of CN, US, CA, GB, DE or FR, and %s are of none", strings.Join(c.Line.Callers, ", "))
	}
	var all []*person
	for i := range cfg.People {
		id := fmt.Sprintf("person-%06d", i+1)
		p := onePerson(cfg, dice, id, countries[dice.IntN(len(countries))])
		if c.Who.Window != campaign.NoWindow {
			p.base, p.k, p.signs = p.k, campaign.Candidate{Person: id}, signs(cfg, dice)
		}
		if c.InPilot(id) {
			all = append(all, p)
		}
	}
	return all, nil
}

func onePerson(cfg Config, dice *rand.Rand, id, country string) *person {
	c, h := cfg.Campaign, cfg.Habits
	var number customer.Number
	for !number.Personal() || number.Country != country {
		ps := prefixes[country]
		tail := 200_0000 + dice.IntN(700_0000)
		number = customer.Parse(fmt.Sprintf("%s%0*d", ps[dice.IntN(len(ps))], digits[country], tail)[:len(ps[0])+digits[country]], "")
	}
	start := c.When.Start
	p := &person{
		k: campaign.Candidate{Campaign: c.ID, Person: id, Number: number, State: campaign.Pending, Due: start, Deadline: c.When.Deadline,
			Priority: campaign.Normal, Score: math.Round(100*dice.ExpFloat64()) / 100},
		truth: truth{eager: math.Log(h.Answer/(1-h.Answer)) + 0.7*dice.NormFloat64(), late: dice.IntN(2) == 0},
	}
	zones := number.Zones()
	zone := zones[dice.IntN(len(zones))]
	p.facts.Profile = customer.Profile{ID: id, Numbers: []string{number.Text}, Fields: map[string]customer.Field{}, Preferences: map[string]string{}}
	if dice.Float64() < 0.8 { // the rest may be in any zone of their number
		p.facts.Profile.Fields["timezone"] = customer.Field{Value: zone}
		zones = []string{zone}
	}
	p.k.Zones = zones
	where, err := time.LoadLocation(zone)
	if err != nil {
		where = time.UTC
	}
	p.timing = timing.Person{ID: id, Segment: c.Who.Segment, Where: where}
	wishes(cfg, dice, p)
	switch x := dice.Float64(); {
	case x < h.Empty:
		p.truth.number = pickup.Empty
	case x < h.Empty+h.Suspended:
		p.truth.number = pickup.Suspended
	}
	past(c, dice, p)
	return p
}

// wishes are what the person told before the campaign.
func wishes(cfg Config, dice *rand.Rand, p *person) {
	start, f := cfg.Campaign.When.Start, &p.facts
	state := customer.Granted
	switch x := dice.Float64(); {
	case x < cfg.Habits.Consent:
	case x < cfg.Habits.Consent+0.03:
		state = customer.Withdrawn
	default:
		state = ""
	}
	if state != "" {
		f.Profile.Consent = []customer.Consent{{Purpose: cfg.Campaign.Purpose, State: state, Basis: "consent", Source: "made up", At: start.Add(-permit.Week)}}
	}
	ago := func(days int) time.Time { return start.Add(-time.Duration(dice.IntN(days*24)) * time.Hour) }
	switch dice.IntN(100) {
	case 0:
		f.OptOuts = append(f.OptOuts, permit.OptOut{Kind: permit.Never, Channel: permit.Every, At: ago(365)})
	case 1, 2:
		f.OptOuts = append(f.OptOuts, permit.OptOut{Kind: permit.Refusal, Channel: permit.Phone, At: ago(40)})
	case 3:
		f.Complaints = append(f.Complaints, ago(40))
	case 4, 5, 6:
		f.Profile.Preferences["channel"] = "sms"
	case 7, 8, 9, 10, 11:
		f.Attempts = append(f.Attempts, permit.Past{At: ago(6), SameNumber: true}) // by another campaign
	}
	p.timing.Prefers = []string{"", "", "", "", "morning", "evening"}[dice.IntN(6)]
}

// past is what calls of the last months came to, for the model of timing.
func past(c *campaign.Campaign, dice *rand.Rand, p *person) {
	for week := range 6 {
		at := c.When.Start.AddDate(0, 0, -7*(7-week)).Add(time.Duration(8+dice.IntN(12))*time.Hour + time.Duration(dice.IntN(7*24))*time.Hour)
		if at.Before(c.When.Start) {
			p.timing.Attempts = append(p.timing.Attempts, timing.Attempt{At: at, Answered: p.truth.number == "" && dice.Float64() < p.truth.answers(at, p.timing.Where)})
		}
	}
	slices.SortFunc(p.timing.Attempts, func(a, b timing.Attempt) int { return a.At.Compare(b.At) })
}
