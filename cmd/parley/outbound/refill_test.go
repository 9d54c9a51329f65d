package outbound

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
	"github.com/parley-voice/parley/store/workqueue"
)

// Whoever comes into the window is taken up then, once for each purchase; who buys again
// waits for the window of that.
func TestPeopleAreTakenUpOnceForEachWindow(t *testing.T) {
	for name, find := range map[string]func(People, *store.Editor) Fill{"fill": People.Fill, "refill": People.Refill} {
		t.Run(name+" sqlite", func(t *testing.T) { takenUp(t, filepath.Join(t.TempDir(), "records.db"), find) })
		t.Run(name+" postgres", func(t *testing.T) { takenUp(t, storetest.Postgres(t), find) })
	}
}

func takenUp(t *testing.T, where string, find func(People, *store.Editor) Fill) {
	s := storetest.Open(t, where)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	text := strings.Replace(spring, "segment: all", "segment: reachable, window: repurchase", 1)
	c, err := campaign.Load(strings.NewReader(text), "spring.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := segment.Default()
	if err != nil {
		t.Fatal(err)
	}
	bought := time.Date(2026, 3, 1, 15, 0, 0, 0, c.When.Zone)
	buy := func(who string, at time.Time) {
		t.Helper()
		if _, err := s.AddEvents(t.Context(), at, customer.Event{Source: "shop", ID: who + at.String(), Customer: who, Kind: customer.Order, At: at, Amount: customer.Money{Cents: 100, Currency: "CNY"}}); err != nil {
			t.Fatal(err)
		}
	}
	for i, who := range []string{"p00", "p01"} {
		if _, err := s.Upsert(t.Context(), customer.Profile{ID: who, Numbers: []string{number(i, '0')}, Updated: bought}); err != nil {
			t.Fatal(err)
		}
		buy(who, bought)
	}
	if _, err := s.PortraitAll(t.Context(), label.Options{Now: bought.Add(time.Hour), Currency: "CNY"}, nil, nil); err != nil {
		t.Fatal(err)
	}
	fill := find(People{Book: book, Country: "CN"}, s.Editor)
	step := func(what string, day int, clock string, added int, want string) {
		t.Helper()
		at, err := time.ParseInLocation("2006-01-02 15:04:05", fmt.Sprintf("2026-03-%02d %s", 1+day, clock), c.When.Zone)
		if err != nil {
			t.Fatal(err)
		}
		timed := 0
		got, err := fill(t.Context(), at, c, func(all []campaign.Candidate) { timed += len(all) })
		if err != nil || got.Added != added || timed != added || got.Data.People > 2 {
			t.Errorf("%s: %+v, %d times chosen, %v; want %d", what, got, timed, err, added)
		}
		all, err := s.Candidates(t.Context(), "spring", "", "", 10)
		if err != nil {
			t.Fatal(err)
		}
		states := ""
		for _, k := range all {
			states += fmt.Sprintf("%s %s until day %d; ", k.Person, k.State, customer.DayNumber(k.Deadline, c.When.Zone)-customer.DayNumber(bought, c.When.Zone))
		}
		if states != want {
			t.Errorf("%s: %s, want %s", what, states, want)
		}
	}
	step("day 6", 6, "23:59:59", 0, "")
	step("day 7", 7, "00:00:00", 2, "p00 pending until day 16; p01 pending until day 16; ")
	step("ten minutes later", 7, "00:10:00", 0, "p00 pending until day 16; p01 pending until day 16; ")
	claimed, err := s.ClaimCandidates(t.Context(), "spring", store.Claim{Worker: "me", Now: bought.AddDate(0, 0, 8), Lease: time.Minute, Max: 1})
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	k := claimed[0].Reserve()
	k.State = campaign.Done
	if err := s.SettleCandidate(t.Context(), "me", k, store.Followed{}); err != nil {
		t.Fatal(err)
	}
	step("one was called", 8, "16:00:00", 0, "p00 done until day 16; p01 pending until day 16; ")
	buy("p00", bought.AddDate(0, 0, 9))
	buy("p01", bought.AddDate(0, 0, 9))
	step("both buy again", 9, "16:00:00", 0, "p00 done until day 16; p01 stopped until day 16; ")
	step("day 6 after that", 15, "23:59:00", 0, "p00 done until day 16; p01 stopped until day 16; ")
	step("day 7 after that, to the campaign's end", 16, "00:01:00", 2, "p00 pending until day 20; p01 pending until day 20; ")
	step("once", 17, "00:01:00", 0, "p00 pending until day 20; p01 pending until day 20; ")
}

// A campaign that runs takes up who joins while it does, and is not over before its
// deadline because nobody is left.
func TestWhoJoinsWhileACampaignRunsIsCalled(t *testing.T) {
	inBubble(t, "00", func(r *rig) {
		book, err := segment.Default()
		if err != nil {
			t.Fatal(err)
		}
		r.finds = People{Book: book, Country: "CN"}.Fill(r.store.Editor)
		portray := func() {
			t.Helper()
			if _, err := r.store.PortraitAll(r.t.Context(), label.Options{Now: time.Now(), Currency: "CNY"}, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		signed := func(who string, at time.Time) {
			t.Helper()
			if _, err := r.store.AddEvents(r.t.Context(), time.Now(), customer.Event{Source: "shop", ID: who, Customer: who, Kind: customer.Browse, At: at}); err != nil {
				t.Fatal(err)
			}
		}
		signed("p00", time.Now().Add(-24*time.Hour-time.Minute))
		portray()
		r.start(strings.Replace(spring, "segment: all", "segment: reachable, window: new", 1))
		time.Sleep(3 * time.Second)
		joined := time.Now()
		signed("p01", joined)
		time.Sleep(3 * time.Second)
		if n := len(r.people()); n != 0 {
			t.Errorf("%d people are in it before it is filled again", n)
		}
		r.stop()
		r.begin("me") // looks at once; TestPeopleAreLookedForAgain has when it does else
		time.Sleep(time.Minute)
		people, dialled := r.people(), r.phone.dialled()
		if len(people) != 1 || dialled[number(0, '0')] != 0 || dialled[number(1, '0')] != 1 {
			t.Errorf("%v were called, of %+v", dialled, people)
		}
		if k := people["p01"]; k.Last.At.Sub(joined) > time.Minute || !k.Deadline.Equal(joined.Add(24*time.Hour)) {
			t.Errorf("called %v after they joined: %+v", k.Last.At.Sub(joined), k)
		}
		if row, err := r.store.Campaign(r.t.Context(), "spring"); err != nil || row.State != store.CampaignRunning {
			t.Errorf("it is %s (%s), %v", row.State, row.Why, err)
		}
	})
}

// Who buys again between two looks is not called for the purchase before, though they
// are due: the window is asked again right before the call. An attempt that was made
// before is settled as what it came to.
func TestTheWindowIsAskedAgainBeforeTheCall(t *testing.T) {
	s := storetest.Open(t, filepath.Join(t.TempDir(), "records.db"))
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	now := time.Now()
	when := fmt.Sprintf("when: {start: %s, until: %s, ", now.AddDate(0, 0, -2).Format(time.DateOnly), now.AddDate(0, 0, 20).Format(time.DateOnly))
	text := strings.NewReplacer("segment: all", "segment: reachable, window: repurchase", "when: {start: 2026-03-01, until: 2026-03-20, ", when).Replace(spring)
	c, err := campaign.Load(strings.NewReader(text), "spring.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bought := now.AddDate(0, 0, -8)
	for i, who := range []string{"waits", "again", "called"} {
		if _, err := s.Upsert(t.Context(), customer.Profile{ID: who, Numbers: []string{number(i, '0')}, Updated: now,
			Consent: []customer.Consent{{Purpose: c.Purpose, State: customer.Granted, Basis: "consent", At: bought}}}); err != nil {
			t.Fatal(err)
		}
		some := customer.Money{Cents: 100, Currency: "CNY"}
		events := []customer.Event{{Source: "shop", ID: who, Customer: who, Kind: customer.Order, At: bought, Amount: some}}
		if who != "waits" {
			events = append(events, customer.Event{Source: "shop", ID: who + "2", Customer: who, Kind: customer.Order, At: now.Add(-time.Second), Amount: some})
		}
		if kept, err := s.AddEvents(t.Context(), now, events...); err != nil || kept.New != len(events) {
			t.Fatal(kept, err)
		}
		k, ok := c.Enter(now, campaign.Candidate{Campaign: c.ID, Person: who, Number: customer.Parse(number(i, '0'), "CN"), State: campaign.Pending, Due: now,
			Deadline: c.When.Deadline, Zones: []string{"Asia/Shanghai"}}, campaign.Moments{Bought: bought})
		if _, err := s.AddCandidates(t.Context(), k); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	all, err := s.ClaimCandidates(t.Context(), c.ID, store.Claim{Worker: "me", Now: now, Lease: time.Minute, Max: 3})
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	r := newRun(&Config{Node: Node{Holder: "me"}, Store: s.Editor, Log: slog.New(slog.DiscardHandler)}, store.Campaign{ID: c.ID}, c, func() crowd { return crowd{} }) // the policy allows nothing
	for _, k := range all {
		id := "attempt-" + k.Person
		if k.Person == "called" {
			p := permit.Policy{Person: permit.Caps{Day: 3, Week: 2}, Number: permit.Caps{Day: 3, Week: 2}, Book: dayAndNight(t)}
			if _, d, err := s.Reserve(t.Context(), now, campaign.Attempt{ID: id, Candidate: k, Purpose: c.Purpose}.Request("dead"), p); err != nil || !d.Allowed {
				t.Fatal(d, err)
			}
		}
		out := r.attempt(t.Context(), campaign.Attempt{ID: id, Candidate: k, Purpose: c.Purpose}, id)
		if shut := out.refused == string(campaign.OutOfWindow); shut != (k.Person == "again") {
			t.Errorf("%s: refused by %q: %+v", k.Person, out.refused, out.k)
		}
		if k.Person == "again" && (out.k.State != campaign.Stopped || !strings.Contains(out.k.Last.Why, "window has closed")) {
			t.Errorf("who bought again: %+v", out.k)
		}
	}
}

// asked counts chores.
type asked struct {
	Queue
	chores []workqueue.Chore
}

func (q *asked) Ask(_ context.Context, c workqueue.Chore) error {
	q.chores = append(q.chores, c)
	return nil
}

func TestPeopleAreLookedForAgain(t *testing.T) {
	for who, want := range map[string][]time.Duration{
		"segment: all":                            nil,
		"segment: all, window: new":               {0, 10 * time.Minute, 20 * time.Minute},
		"segment: all, window: lost, refill: 15m": {0, 15 * time.Minute},
		"segment: all, refill: 1d":                {0},
	} {
		c, err := campaign.Load(strings.NewReader(strings.Replace(spring, "segment: all", who, 1)), "spring.yaml")
		if err != nil {
			t.Fatal(err)
		}
		q := &asked{}
		r := newRun(&Config{Node: Node{Queue: q}, Log: slog.New(slog.DiscardHandler)}, store.Campaign{ID: "spring", Version: 3}, c, nil)
		var got []time.Duration
		for after := time.Duration(0); after < 29*time.Minute; after += time.Second {
			before := len(q.chores)
			if r.refill(t.Context(), morning.Add(after)); len(q.chores) > before {
				got = append(got, after)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: asked for after %v, want %v", who, got, want)
		}
		if len(q.chores) > 0 && q.chores[0] != (workqueue.Chore{Kind: choreRefill, Campaign: "spring", Version: 3}) {
			t.Errorf("asked for %+v", q.chores[0])
		}
	}
}
