package sim

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/customer"
)

// windowed is a campaign from 1 June 2026, a Monday, to the end of August.
func windowed(t *testing.T, who, more string) *campaign.Campaign {
	t.Helper()
	c, err := campaign.Load(strings.NewReader(`
campaign: june
purpose: marketing
who: {segment: reachable, `+who+`}
variants: [{name: plain, script: offer}]
line: {trunk: carrier, numbers: ["+862165550123"]}
pacing: {mode: agentless, calls: 20, per_second: 5}
when: {start: 2026-06-01, until: 2026-08-31, timezone: Asia/Shanghai`+more+`}
`), "june.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func clock8(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05 -07:00", "2026-"+text+" +08:00")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Nobody is called outside their window, whatever the window, and who came is called
// or it is told why not.
func TestPeopleComeIntoTheirWindowAndLeaveIt(t *testing.T) {
	for _, tt := range []struct {
		who  string
		days int
	}{
		{"window: new", 4}, {"window: new, refill: 1d", 4}, {"window: repurchase", 8}, {"window: lost, refill: 3d", 8},
	} {
		for seed := range uint64(2) {
			t.Run(fmt.Sprint(tt.who, seed), func(t *testing.T) {
				cfg := Config{Campaign: windowed(t, tt.who, ""), Policy: site(t), People: 50, Days: tt.days, Seed: seed}
				r, err := Run(cfg)
				if err != nil {
					t.Fatal(err)
				}
				for _, b := range r.Breaches {
					t.Error(b)
				}
				w, sum, uncalled := r.Windows, r.Sum(), 0
				for why, n := range w.Uncalled {
					if uncalled += n; why == "" {
						t.Errorf("%d left uncalled, and nobody knows why", n)
					}
				}
				calls, left := 0, 0
				for _, s := range w.Stays {
					calls += s.Calls
					if s.Left && s.Calls > 0 {
						left++
					}
				}
				if calls != sum.Dialled || left+uncalled != w.Left || w.Came != sum.Came || w.Left != sum.Left || uncalled != sum.Uncalled || w.Came != len(w.Stays) {
					t.Errorf("%d calls in windows of %d, %d left: %d called, %d not: %+v", calls, sum.Dialled, w.Left, left, uncalled, sum)
				}
				if w.Came < 5 || w.Called == 0 || w.Reached == 0 || w.Reached > w.Called || w.Called > w.Taken || w.Taken > w.Came || uncalled == 0 {
					t.Errorf("the simulation shows nothing: %d came, %d were taken up, %d called, %d reached: %v", w.Came, w.Taken, w.Called, w.Reached, w.Uncalled)
				}
				if again, _ := Run(cfg); seed == 0 && !reflect.DeepEqual(r, again) {
					t.Error("the same seed plays other days")
				}
			})
		}
	}
}

// one plays a campaign of one willing person in Shanghai who did what opens the window
// at these times.
func one(t *testing.T, c *campaign.Campaign, days int, change func(*person), signs ...time.Time) Report {
	t.Helper()
	cfg := Config{Campaign: c, Policy: site(t), People: 1, Days: days, Habits: Habits{Consent: 1, Empty: -1, Suspended: -1, Fail: -1}.filled()}
	dice := rand.New(rand.NewPCG(1, 1))
	all, err := makePeople(cfg, dice)
	if err != nil {
		t.Fatal(err)
	}
	p := all[0]
	p.signs, p.base.Zones = signs, []string{"Asia/Shanghai"}
	p.facts.OptOuts, p.facts.Complaints, p.facts.Attempts, p.timing.Where = nil, nil, nil, c.When.Zone
	p.facts.Profile.Preferences = map[string]string{}
	p.facts.Profile.Fields["timezone"] = customer.Field{Value: "Asia/Shanghai"}
	p.facts.Profile.Consent = []customer.Consent{{Purpose: c.Purpose, State: customer.Granted, At: c.When.Start.Add(-day)}}
	if change != nil {
		change(p)
	}
	r := newWorld(cfg, dice, all).run()
	for _, b := range r.Breaches {
		t.Error(b)
	}
	return r
}

func TestTheEdgesOfAStay(t *testing.T) {
	forgot := func(p *person) { p.facts.Profile.Consent = nil }
	asked := func(p *person) { p.facts.Profile.Preferences["channel"] = "sms" }
	for _, tt := range []struct {
		name, who, more string
		days            int
		signs           string
		change          func(*person)
		came            string // "from until", "" when nobody came
		taken           string
		called          bool
		why             Cause
	}{
		{name: "day 7 begins at midnight, day 15 ends at one", who: "window: repurchase", days: 20, signs: "05-28 23:59:59", came: "06-04 00:00:00 06-13 00:00:00", taken: "06-04 00:00:00", called: true},
		{name: "a second later it is another day", who: "window: repurchase", days: 20, signs: "05-29 00:00:00", came: "06-05 00:00:00 06-14 00:00:00", taken: "06-05 00:00:00", called: true},
		{name: "day 15 is the campaign's first", who: "window: repurchase", days: 3, signs: "05-17 12:00:00", came: "06-01 00:00:00 06-02 00:00:00", taken: "06-01 00:00:00", called: true},
		{name: "day 16 is the campaign's first", who: "window: repurchase", days: 3, signs: "05-16 12:00:00"},
		{name: "day 7 is the day after the last", who: "window: repurchase", days: 3, signs: "05-28 12:00:00"},
		{name: "bought again before day 7", who: "window: repurchase", days: 11, signs: "05-30 12:00:00 06-05 23:59:59"},
		{name: "taken up at the next refill only", who: "window: repurchase, refill: 7d", days: 18, signs: "05-29 12:00:00", came: "06-05 00:00:00 06-14 00:00:00", taken: "06-08 00:00:00", called: true},
		{name: "nobody looks while it is open", who: "window: new, refill: 7d", days: 8, signs: "06-02 09:00:00", came: "06-02 09:00:00 06-03 09:00:00", why: NotTaken},
		{name: "24 hours, and the look is ten minutes later", who: "window: new", days: 4, signs: "06-02 09:00:01", came: "06-02 09:00:01 06-03 09:00:01", taken: "06-02 09:10:00", called: true},
		{name: "joined on Friday night, called on workdays", who: "window: new", more: ", hours: {mon-fri: [10:00-18:00]}", days: 9, signs: "06-05 19:00:00",
			came: "06-05 19:00:00 06-06 19:00:00", taken: "06-05 19:00:00", why: NoHour},
		{name: "no consent", who: "window: new", days: 4, signs: "06-02 09:00:00", change: forgot, came: "06-02 09:00:00 06-03 09:00:00", taken: "06-02 09:00:00", why: "no_consent"},
		{name: "likes messages better", who: "window: new", days: 4, signs: "06-02 09:00:00", change: asked, came: "06-02 09:00:00 06-03 09:00:00", taken: "06-02 09:00:00", why: "other_channel"},
		{name: "bought again before the first hour", who: "window: repurchase", days: 9, signs: "05-28 12:00:00 06-04 05:00:00", came: "06-04 00:00:00 06-04 05:00:00", taken: "06-04 00:00:00", why: ToCome},
		{name: "30 whole days", who: "window: lost", days: 10, signs: "05-02 23:59:59", came: "06-02 00:00:00 09-01 00:00:00", taken: "06-02 00:00:00", called: true},
		{name: "seen on the last of them", who: "window: lost", days: 10, signs: "05-02 12:00:00 06-01 23:59:59"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := func(text string) time.Time { return clock8(t, text) }
			var signs []time.Time
			for i := 0; i < len(tt.signs); i += 15 {
				signs = append(signs, at(tt.signs[i:i+14]))
			}
			r := one(t, windowed(t, tt.who, tt.more), tt.days, tt.change, signs...)
			if tt.came == "" {
				if len(r.Windows.Stays) > 0 {
					t.Errorf("came: %+v", r.Windows.Stays)
				}
				return
			}
			if len(r.Windows.Stays) != 1 {
				t.Fatalf("%+v", r.Windows)
			}
			s := r.Windows.Stays[0]
			if !s.From.Equal(at(tt.came[:14])) || !s.Until.Equal(at(tt.came[15:])) || s.Left != s.Until.Before(at("06-01 00:00:00").AddDate(0, 0, tt.days)) {
				t.Errorf("came from %v until %v, left %v", s.From, s.Until, s.Left)
			}
			if tt.taken == "" && !s.Taken.IsZero() || tt.taken != "" && !s.Taken.Equal(at(tt.taken)) {
				t.Errorf("taken up at %v", s.Taken)
			}
			if (s.Calls > 0) != tt.called || s.Why != tt.why {
				t.Errorf("%d calls, %q", s.Calls, s.Why)
			}
		})
	}
}

// Each purchase opens a window of its own, with tries of its own.
func TestAnotherPurchaseIsAnotherStay(t *testing.T) {
	c := windowed(t, "window: repurchase", "")
	r := one(t, c, 40, nil, clock8(t, "05-27 12:00:00"), clock8(t, "06-20 12:00:00"))
	if w := r.Windows; w.Came != 2 || w.Called != 2 || w.Left != 2 || r.People != 1 {
		t.Errorf("%+v of %d people", w, r.People)
	}
}

// Who bought between two looks is refused in the moment of the call.
func TestWhoBoughtAMinuteAgoIsNotCalled(t *testing.T) {
	c := windowed(t, "window: repurchase, refill: 7d", "")
	var refused int
	for hour := range 24 {
		r := one(t, c, 6, nil, clock8(t, "05-25 12:00:00"), clock8(t, fmt.Sprintf("06-01 %02d:00:00", hour)))
		if s := r.Windows.Stays; len(s) != 1 && hour > 0 {
			t.Fatalf("%+v", s)
		}
		refused += r.Refused[campaign.OutOfWindow]
	}
	if refused == 0 {
		t.Error("nobody was refused, at any hour")
	}
}

// The checker sees calls outside a window; otherwise one that breaks it would look the
// same as one that keeps it.
func TestTheCheckerCountsTheDays(t *testing.T) {
	since := clock8(t, "06-10 15:00:00")
	for _, tt := range []struct {
		window, at string
		want       bool
	}{
		{"new", "06-10 15:00:00", false}, {"new", "06-11 14:59:59", false}, {"new", "06-11 15:00:00", true}, {"new", "06-10 14:59:59", true},
		{"repurchase", "06-16 23:59:59", true}, {"repurchase", "06-17 00:00:00", false}, {"repurchase", "06-25 23:59:59", false}, {"repurchase", "06-26 00:00:00", true},
		{"lost", "07-10 23:59:59", true}, {"lost", "07-11 00:00:00", false},
	} {
		k := newChecker(windowed(t, "window: "+tt.window, ""), site(t))
		k.window(clock8(t, tt.at), campaign.Attempt{Candidate: campaign.Candidate{Person: "a", Zones: []string{"Asia/Shanghai"}}}, since)
		if (len(k.breaches) > 0) != tt.want {
			t.Errorf("%s at %s: %v", tt.window, tt.at, k.breaches)
		}
	}
}
