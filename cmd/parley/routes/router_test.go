package routes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/library"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/scripts"
	"github.com/parley-voice/parley/sip"
)

// noon is within the hours of the hotline.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// crm is a customer system in memory.
type crm struct {
	facts customer.Facts
	err   error
	hangs bool
}

func (c *crm) Facts(ctx context.Context, n customer.Number, _ time.Time) (customer.Facts, error) {
	if c.hangs { // worse than slow: it does not look at its context
		time.Sleep(time.Hour)
	}
	f := c.facts
	f.Number = n
	return f, c.err
}

var readShipped = sync.OnceValues(func() (*library.Library, error) {
	return library.Open(context.Background(), library.Source{Shipped: scripts.FS, Record: true}, nil)
})

// shipped are the scripts that ship.
func shipped(t *testing.T) *library.Library {
	t.Helper()
	l, err := readShipped()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// hotline is the table that ships, with its scripts.
func hotline(t *testing.T, c *crm, more func(*Config)) *Router {
	t.Helper()
	l := shipped(t)
	b, err := Open("../../../routes/hotline.en.yaml", nil, noon)
	if err == nil {
		err = b.Speak(l.Made, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Book: b, Customers: c, Country: "GB", Scripts: l.Named, Now: func() time.Time { return noon }}
	if more != nil {
		more(&cfg)
	}
	return NewRouter(cfg)
}

const caller, care, web = "+442079460000", "+448001110003", "+448001110001"

func from(called string) sip.Info {
	return sip.Info{Caller: caller, Called: called, Trunk: "carrier", Inbound: true}
}

func routed(t *testing.T, r call.Routed) (s routing.Snapshot) {
	t.Helper()
	i := slices.IndexFunc(r.Notes, func(e call.Entry) bool { return e.Kind == call.EntryRouted })
	if i < 0 {
		t.Fatalf("no decision in %+v", r.Notes)
	}
	s, err := routing.ParseSnapshot(r.Notes[i].Why)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// says is what a routed call hears, and where it is transferred then.
func says(t *testing.T, r call.Routed) (text string, to dialog.Transfer) {
	t.Helper()
	if r.Script == nil {
		t.Fatal("no script")
	}
	m := r.Script.Machine(r.Vars, 1)
	todo := m.Step(noon, dialog.Answered{})
	for len(todo) > 0 {
		a := todo[0]
		todo = todo[1:]
		switch a := a.(type) {
		case dialog.Say:
			for _, p := range a.Parts {
				text += p.Text + " "
			}
			todo = append(todo, m.Step(noon, dialog.Spoken{Say: a.ID})...)
		case dialog.Transfer:
			return strings.TrimSpace(text), a
		}
	}
	return strings.TrimSpace(text), to
}

// past is n calls, each so long ago.
func past(point customer.Point, ago ...time.Duration) (h customer.History) {
	h.Before = len(ago) > 0
	for _, d := range ago {
		h.Calls = append(h.Calls, customer.Past{Began: noon.Add(-d), Point: point, HungUp: true, Inbound: true})
	}
	return h
}

func valued(cents int64, complaints int) customer.Facts {
	f := customer.Facts{Known: true, Profile: customer.Profile{Name: "Ms Wang", Products: []string{"W1 watch"}, Value: customer.Money{Cents: cents, Currency: "GBP"}}}
	f.History.Before = true
	for range complaints {
		f.History.Complaints = append(f.History.Complaints, customer.Complaint{Opened: noon.Add(-time.Hour)})
	}
	return f
}

func TestEachRuleOfTheHotlineAtItsBoundary(t *testing.T) {
	asked := func(n int) customer.Facts {
		return customer.Facts{Known: true, History: customer.History{Before: true, Enquiries: map[string]int{"W1 watch": n}}}
	}
	risky := valued(0, 0)
	risky.Profile.Risk = customer.HighRisk
	for name, c := range map[string]struct {
		known customer.Facts
		in    sip.Info
		rule  string
		queue string
		says  string
		brief string
		enter queue.Enter
	}{
		"N1 first call": {customer.Facts{}, from(web), "newcomer", "newcomers", "Welcome, and thank you for calling us through our web shop. An adviser for new customers will be with you in a moment.", "",
			queue.Enter{Class: "newcomer", Priority: 55}},
		"N2 5000": {valued(500000, 0), from(care), "vip_aftersales", "seniors", "Good day Ms Wang. I am putting you through to one of our senior advisers.", "Ms Wang; value 5000; products W1 watch",
			queue.Enter{Class: "vip_aftersales", Priority: 80, Promise: queue.Promise{Within: 30 * time.Second, Then: queue.Supervisor, Queue: "supervisors"},
				Needs: []queue.Need{{Skill: "senior", Level: 1, Relax: []queue.Relax{{After: 20 * time.Second}}}, {Skill: "aftersales", Level: 1}}}},
		"N2 4999.99":            {valued(499999, 0), from(care), "default", "service", "Thank you for calling. Somebody will be with you in a moment.", "Ms Wang; value 4999.99", queue.Enter{Class: "default", Priority: 50}},
		"N2 with a complaint":   {valued(500000, 1), from(care), "vip", "service", "One moment, please. I am putting you through.", "Ms Wang; value 5000; products W1 watch", queue.Enter{Class: "vip", Priority: 75, Promise: queue.Promise{Within: 30 * time.Second, Then: queue.Supervisor, Queue: "supervisors"}}},
		"N3 59:59":              {customer.Facts{History: past(customer.InIVR, 59*time.Minute+59*time.Second, time.Minute)}, from(care), "repeat_caller", "supervisors", "I see that you have tried to reach us before, and I am sorry. I am putting you through to a supervisor now.", "calls 30d 3; ivr hangups 30d 2", queue.Enter{Class: "repeat_caller", Priority: 90}},
		"N3 60:01":              {customer.Facts{History: past(customer.InIVR, 60*time.Minute+time.Second, time.Minute)}, from(care), "default", "service", "Thank you for calling. Somebody will be with you in a moment.", "", queue.Enter{Class: "default", Priority: 50}},
		"N3 second call":        {customer.Facts{History: past(customer.InIVR, time.Minute)}, from(care), "default", "service", "Thank you for calling. Somebody will be with you in a moment.", "", queue.Enter{Class: "default", Priority: 50}},
		"N3 without the menu":   {customer.Facts{History: past(customer.AtPerson, time.Minute, time.Minute)}, from(care), "default", "service", "Thank you for calling. Somebody will be with you in a moment.", "", queue.Enter{Class: "default", Priority: 50}},
		"N4 50":                 {asked(50), from(care), "known_issue", "technicians", "One of our technicians will help you with W1 watch in a moment.", "product W1 watch; enquiries 30d 50", queue.Enter{Class: "known_issue", Priority: 60}},
		"N4 49":                 {asked(49), from(care), "default", "service", "Thank you for calling. Somebody will be with you in a moment.", "", queue.Enter{Class: "default", Priority: 50}},
		"N7 high risk":          {risky, from(care), "high_risk", "service", "One moment, please. I am putting you through.", "Ms Wang; value 0; risk high; calls 30d 1; ivr hangups 30d 0; complaints 0; open complaints 0", queue.Enter{Class: "high_risk", Priority: 95, Promise: queue.Promise{Within: 10 * time.Second, Then: queue.Supervisor, Queue: "supervisors"}}},
		"a withheld number":     {valued(900000, 0), sip.Info{Caller: caller, Called: care, Withheld: true, Inbound: true}, "default", "service", "Thank you for calling. Somebody will be with you in a moment.", "", queue.Enter{Class: "default", Priority: 50}},
		"an unknown dialled in": {customer.Facts{}, from("+449999"), "newcomer", "newcomers", "Welcome, and thank you for calling us through our hotline. An adviser for new customers will be with you in a moment.", "", queue.Enter{Class: "newcomer", Priority: 55}},
	} {
		t.Run(name, func(t *testing.T) {
			r := hotline(t, &crm{facts: c.known}, nil)
			got := r.Route(t.Context(), c.in)
			if s := routed(t, got); s.Rule != c.rule {
				t.Fatalf("rule %s, because of %q", s.Rule, s.Reasons)
			}
			text, to := says(t, got)
			if text != c.says || to.Queue != c.queue || to.Brief != c.brief {
				t.Errorf("says %q, then to %q, brief %q", text, to.Queue, to.Brief)
			}
			if promise := got.Standing.Promise.Within > 0; promise != got.Standing.Since.Equal(noon) {
				t.Errorf("a promise runs from %s", got.Standing.Since)
			}
			got.Standing.Since = time.Time{}
			if fmt.Sprint(got.Standing) != fmt.Sprint(c.enter) {
				t.Errorf("stands as %+v, want %+v", got.Standing, c.enter)
			}
		})
	}
}

func TestTheRecordTellsWhyWithoutTheNumber(t *testing.T) {
	r := hotline(t, &crm{facts: valued(500000, 0)}, nil)
	got := r.Route(t.Context(), from(care))
	s := routed(t, got)
	if !slices.Contains(s.Reasons, `no   repeat_caller: calls_1h = 1, needs calls_1h >= 3`) || s.Facts["customer.value"] != "5000" {
		t.Errorf("%q, %v", s.Reasons, s.Facts)
	}
	if strings.Contains(fmt.Sprint(got.Notes), caller) {
		t.Errorf("the number stands in %v", got.Notes)
	}
	again, ok := r.cfg.Book.Table().Replay(s)
	if !ok || again.Rule != "vip_aftersales" {
		t.Errorf("replay gives %s", again.Rule)
	}
}

// A store that fails, or never comes back, costs no call, and what it would have
// known is not made up.
func TestABrokenStoreHoldsNoCallUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := hotline(t, &crm{hangs: true}, func(c *Config) { c.Lookups = 2 })
		for i, want := range []string{"within 150ms", "within 150ms", "too many lookups"} {
			began := time.Now()
			got := r.Route(t.Context(), from(care))
			if took := time.Since(began); took > 150*time.Millisecond {
				t.Errorf("call %d waited %s", i, took)
			}
			s := routed(t, got)
			if s.Rule != "default" || got.Script == nil || got.Notes[0].Kind != call.EntryTrouble || !strings.Contains(got.Notes[0].Why, want) {
				t.Errorf("call %d: %s, %+v", i, s.Rule, got.Notes[0])
			}
			if _, known := s.Facts["first_call"]; known {
				t.Error("it knows of a first call")
			}
		}
		r.Wait()
		got := r.Route(t.Context(), from(care))
		if !strings.Contains(got.Notes[0].Why, "within") {
			t.Error("the slots of late lookups are lost")
		}
		r.Wait()
	})
	r := hotline(t, &crm{err: errors.New("disk I/O error")}, nil)
	if got := r.Route(t.Context(), from(care)); routed(t, got).Rule != "default" || got.Notes[0].Why != "disk I/O error" {
		t.Errorf("%+v", got.Notes)
	}
}

// N8: under 85 percent the neighbours help, until it is over 90 again.
func TestARegionOverflowsAndRecovers(t *testing.T) {
	regions := NewRegions()
	known := valued(0, 0)
	known.Profile.Region = "Leeds"
	r := hotline(t, &crm{facts: known}, func(c *Config) { c.Regions = regions })
	ended := func(answered bool, n int) {
		for range n {
			got := r.Route(t.Context(), from(care))
			rec := call.Record{Ended: noon, Entries: append(got.Notes, call.Entry{Kind: call.EntryTransfer, Text: "to queue service"})}
			if answered {
				rec.Entries = append(rec.Entries, call.Entry{Kind: call.EntryTransfer, Text: "joined sip:1@h"})
			}
			regions.Ended(rec)
		}
	}
	to := func() string { _, a := says(t, r.Route(t.Context(), from(care))); return a.Queue }
	ended(true, 16)
	ended(false, 3) // 16 of 19: too few to judge by
	if to() != "service" {
		t.Error("19 calls were enough")
	}
	ended(false, 1) // 80 percent of 20
	if to() != "service-west" {
		t.Error("80 percent do not overflow")
	}
	ended(true, 15) // 31 of 35: 88.6
	if to() != "service-west" {
		t.Error("it flaps")
	}
	ended(true, 10) // 41 of 45: 91.1
	if to() != "service" {
		t.Error("it never recovers")
	}
	if rate, n := regions.Rate(noon.Add(2*time.Hour), "Leeds"); n != 0 || rate != 0 {
		t.Errorf("an hour later there are %d calls", n)
	}
}

// Without a table the called number chooses the script, which knows who calls.
func TestScriptsKnowWhoCallsWithoutATable(t *testing.T) {
	known := valued(500000, 1)
	known.Profile.Tags = []string{"vip"}
	known.History.Calls = past(customer.InIVR, time.Minute).Calls
	r := NewRouter(Config{Customers: &crm{facts: known}, Country: "GB", Now: func() time.Time { return noon }})
	got := r.Route(t.Context(), from(care))
	if got.Script != nil || got.Course != nil || got.Reject.Code != 0 || len(got.Notes) > 0 {
		t.Errorf("it decides: %+v", got)
	}
	for name, want := range map[string]string{"customer.name": "Ms Wang", "customer.value": "5000", "customer.tags": "vip", "customer.complaints": "1", "calls_1h": "2", "first_call": "false"} {
		if got.Vars[name] != want {
			t.Errorf("%s is %q, want %q", name, got.Vars[name], want)
		}
	}
	r = NewRouter(Config{Customers: &crm{err: errors.New("disk I/O error")}, Country: "GB", Now: func() time.Time { return noon }})
	if got := r.Route(t.Context(), from(care)); len(got.Notes) != 1 || got.Notes[0].Why != "disk I/O error" || got.Vars["customer.known"] != "" {
		t.Errorf("%+v", got)
	}
}
