package sim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
)

func load(t *testing.T, name string) *campaign.Campaign {
	t.Helper()
	f, err := os.Open(filepath.Join("../../campaigns", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := campaign.Load(f, name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func site(t *testing.T) permit.Policy {
	t.Helper()
	book, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return permit.Standard(book)
}

// No call of 50 campaigns breaks a rule, and each of them does call people.
func TestNobodyIsCalledAgainstTheRules(t *testing.T) {
	for _, name := range []string{"member-callback.zh.yaml", "warranty.en.yaml"} {
		for seed := range uint64(25) {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				c := load(t, name)
				c.Who.Pilot = 1
				r, err := Run(Config{Campaign: c, Policy: site(t), People: 40, Days: 5, Agents: 3, Seed: seed})
				if err != nil {
					t.Fatal(err)
				}
				for _, b := range r.Breaches {
					t.Error(b)
				}
				if sum := r.Sum(); sum.Dialled == 0 || sum.People == 0 || len(r.Refused) == 0 {
					t.Errorf("the simulation shows nothing: %+v", r)
				}
			})
		}
	}
}

func TestTheSameSeedPlaysTheSameDays(t *testing.T) {
	run := func(seed uint64) Report {
		r, err := Run(Config{Campaign: load(t, "warranty.en.yaml"), Policy: site(t), People: 80, Days: 5, Agents: 2, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if a, b := run(3), run(3); !reflect.DeepEqual(a, b) {
		t.Errorf("the same seed gave\n%+v\n%+v", a, b)
	}
	if a, b := run(3), run(4); reflect.DeepEqual(a, b) {
		t.Error("another seed plays the same days")
	}
}

// The checker sees each breach; otherwise a campaign that breaks rules would look
// the same as one that keeps them.
func TestTheCheckerSeesEachBreach(t *testing.T) {
	c := load(t, "member-callback.zh.yaml")
	shanghai := c.When.Zone
	noon := time.Date(2026, 11, 24, 11, 0, 0, 0, shanghai) // a Tuesday
	yes := customer.Profile{Consent: []customer.Consent{{Purpose: c.Purpose, State: customer.Granted}}}
	call := func(k *checker, at time.Time, try int, p customer.Profile) {
		k.dialled(at, campaign.Attempt{ID: campaign.AttemptID(c.ID, "a", try), Candidate: campaign.Candidate{
			Person: "a", Zones: []string{"Asia/Shanghai"}, Number: customer.Parse("+8613800138000", "")}}, p)
		delete(k.live, "a")
	}
	for _, tt := range []struct {
		want string
		do   func(*checker)
	}{
		{"", func(k *checker) { call(k, noon, 1, yes) }},
		{"", func(k *checker) { call(k, noon, 1, yes); call(k, noon.Add(7*24*time.Hour), 2, yes) }},
		{"made twice", func(k *checker) { call(k, noon, 1, yes); call(k, noon.Add(7*24*time.Hour), 1, yes) }},
		{"without consent", func(k *checker) { call(k, noon, 1, customer.Profile{}) }},
		{"outside the campaign's hours", func(k *checker) { call(k, noon.Add(2*time.Hour), 1, yes) }},
		{"which CN shuts", func(k *checker) { call(k, noon.Add(12*time.Hour), 1, yes) }},
		{"before the start", func(k *checker) { call(k, noon.AddDate(0, 0, -7), 1, yes) }},
		{"after the deadline", func(k *checker) { call(k, noon.AddDate(0, 0, 14), 1, yes) }},
		{"call 3 in 168h", func(k *checker) {
			for i := range 3 {
				call(k, noon.Add(time.Duration(i)*time.Minute), i+1, yes)
			}
		}},
		{"4 times, 3 are allowed", func(k *checker) {
			for i := range 4 {
				call(k, noon.Add(time.Duration(i)*time.Minute), i+1, yes)
			}
		}},
		{"under way", func(k *checker) { k.live["a"] = true; call(k, noon, 1, yes) }},
		{"cool-down", func(k *checker) {
			p := &person{k: campaign.Candidate{Person: "a"}}
			k.ended(noon, p, campaign.Result{Wish: campaign.Never}, false)
			call(k, noon, 1, yes)
		}},
	} {
		k := newChecker(c, site(t))
		tt.do(k)
		if got := strings.Join(k.breaches, "\n"); (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("want %q, got %q", tt.want, got)
		}
	}
}

func TestWhatStopsACampaign(t *testing.T) {
	run := func(h Habits) Report {
		c := load(t, "member-callback.zh.yaml")
		c.Who.Pilot, c.Guard.Sample = 1, 20
		r, err := Run(Config{Campaign: c, Policy: site(t), People: 200, Days: 4, Seed: 1, Habits: h})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	well, angry, broken := run(Habits{Complain: -1, OptOut: -1}), run(Habits{Complain: 0.2}), run(Habits{Fail: 1})
	if n := well.Held[campaign.Complaints] + well.Held[campaign.Failing]; n > 0 {
		t.Errorf("a campaign that nobody complains of was held back: %v", well.Held)
	}
	if n := angry.Sum().People; angry.Held[campaign.Complaints] == 0 || n < 20 || n > 25 || 2*n > well.Sum().People { // 20 are the sample
		t.Errorf("a fifth of the people complain, and %d are reached (%d without complaints): %v", angry.Sum().People, well.Sum().People, angry.Held)
	}
	if broken.Held[campaign.Failing] == 0 || 2*broken.Sum().Dialled > well.Sum().Dialled {
		t.Errorf("all calls fail, and %d are placed (%d when none does): %v", broken.Sum().Dialled, well.Sum().Dialled, broken.Held)
	}
}

// With agents, nobody is called for whom no agent is free, unless it is predicted.
func TestProgressiveAbandonsNobody(t *testing.T) {
	c := load(t, "warranty.en.yaml")
	r, err := Run(Config{Campaign: c, Policy: site(t), People: 300, Days: 3, Agents: 5, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	if sum := r.Sum(); sum.Abandoned > 0 || sum.People < 30 {
		t.Errorf("of %d people %d met no agent", sum.People, sum.Abandoned)
	}
}

func TestPeopleOfEachCountryCanBeMadeUp(t *testing.T) {
	for country := range prefixes {
		c := load(t, "warranty.en.yaml")
		p := onePerson(Config{Campaign: c, Habits: Habits{}.filled()}, rand.New(rand.NewPCG(1, 2)), "a", country)
		if p.k.Number.Country != country || len(p.k.Zones) == 0 {
			t.Errorf("%s: %+v", country, p.k)
		}
	}
	c := load(t, "warranty.en.yaml")
	c.Line.Callers = []string{"+81312345678"}
	if _, err := Run(Config{Campaign: c, Policy: site(t), People: 1, Days: 1}); err == nil || !strings.Contains(err.Error(), "CN, US") {
		t.Errorf("people of Japan: %v", err)
	}
}
