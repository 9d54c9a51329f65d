package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
)

var portraits = behaviours{
	"an event is kept once":                        eventOnce,
	"events need a customer, and make sense":       eventProblems,
	"a merged customer's events go along":          eventsMerged,
	"a large purchase changes labels":              purchase,
	"what comes in while labels are made is due":   stillDue,
	"labels of all are those of each":              allLikeEach,
	"calls and complaints make labels":             callsMakeLabels,
	"calls and complaints make a customer due":     callsMakeDue,
	"events of all kinds come back whole":          eventsWhole,
	"labels as of later are not overwritten":       notOlder,
	"what is learnt takes the place of the old":    learnt,
	"clusters stay when labels are computed again": clustersStay,
	"a change of labels is told once, with them":   changesTold,
	"labels that are not kept are not told":        changesNotTold,
	"labels are counted once a month":              driftCounted,
}

// labelled is as of when the suite computes labels.
var labelled = label.Options{Now: T0.Add(24 * time.Hour), Currency: "CNY"}

func ordered(who string, id int, at time.Time, cents int64) customer.Event {
	return customer.Event{
		Source: "shop", ID: fmt.Sprint(who, id), Customer: who, Kind: customer.Order, At: at,
		Amount: customer.Money{Cents: cents, Currency: "CNY"}, Category: "tea", Product: "kettle", Channel: "app", Discount: true,
	}
}

func addEvents(t *testing.T, s *store.Store, events ...customer.Event) store.EventsKept {
	t.Helper()
	kept, err := s.AddEvents(t.Context(), T0, events...)
	must(t, err)
	return kept
}

// kept is a label of a customer as it is kept, "none" without a portrait.
func keptLabel(t *testing.T, s *store.Store, id, name string) string {
	t.Helper()
	got := "none"
	must(t, s.Portraits(t.Context(), func(p store.Portrait) error {
		if p.Customer == id {
			_, rest, _ := strings.Cut(p.Labels, "\n"+name+"=")
			got, _, _ = strings.Cut(rest, "\n")
		}
		return nil
	}))
	return got
}

func portrayed(t *testing.T, s *store.Store, o label.Options) int {
	t.Helper()
	n, err := s.PortraitDue(t.Context(), o, nil)
	must(t, err)
	return n
}

func eventOnce(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	var events []customer.Event
	for i := range 150 { // more than go into one statement
		events = append(events, ordered("c1", i, T0, 100))
	}
	if kept := addEvents(t, s, append(events, events[:7]...)...); kept.New != 150 || kept.Known != 7 || len(kept.Problems) != 0 {
		t.Errorf("%+v", kept)
	}
	if kept := addEvents(t, s, events...); kept.New != 0 || kept.Known != 150 {
		t.Errorf("again: %+v", kept)
	}
	other := events[0]
	other.Source = "crm"
	if kept := addEvents(t, s, other); kept.New != 1 {
		t.Errorf("another source's: %+v", kept)
	}
	portrayed(t, s, labelled)
	if got := keptLabel(t, s, "c1", "orders"); got != "151" {
		t.Errorf("%s orders", got)
	}
}

func eventProblems(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	bad := ordered("c1", 2, T0, -1)
	kept := addEvents(t, s, ordered("nobody", 1, T0, 1), bad, ordered("c1", 3, T0, 1))
	if kept.New != 1 || len(kept.Problems) != 2 || !errors.Is(kept.Problems[0].Err, store.ErrNoCustomer) || !errors.Is(kept.Problems[1].Err, customer.ErrEvent) || kept.Problems[1].Index != 1 {
		t.Errorf("%+v", kept)
	}
}

func eventsMerged(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	upsert(t, s, customer.Profile{ID: "c2", Numbers: []string{"+8613900139000"}, Updated: T0})
	addEvents(t, s, ordered("c2", 1, T0, 100), ordered("c1", 1, T0, 100))
	portrayed(t, s, labelled)
	_, err := s.Merge(t.Context(), "c1", "c2", T0.Add(time.Hour))
	must(t, err)
	addEvents(t, s, ordered("c2", 2, T0, 100))
	portrayed(t, s, labelled)
	if got, gone := keptLabel(t, s, "c1", "orders"), keptLabel(t, s, "c2", "orders"); got != "3" || gone != "none" {
		t.Errorf("%s orders of both, and a portrait of the other: %s", got, gone)
	}
	if kept := addEvents(t, s, ordered("c2", 2, T0, 100)); kept.Known != 1 {
		t.Errorf("told again: %+v", kept)
	}
}

func purchase(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	p := li()
	p.Value = customer.Money{}
	upsert(t, s, p)
	addEvents(t, s, ordered("c1", 1, T0.AddDate(0, 0, -1), 100_00))
	portrayed(t, s, labelled)
	if got := keptLabel(t, s, "c1", "value"); got != "normal" {
		t.Fatalf("value %s", got)
	}
	addEvents(t, s, ordered("c1", 2, T0, 20_000_00))
	if n := portrayed(t, s, labelled); n != 1 {
		t.Errorf("%d are due", n)
	}
	if got := keptLabel(t, s, "c1", "value"); got != "high" {
		t.Errorf("value %s after a large purchase", got)
	}
	if n := portrayed(t, s, labelled); n != 0 {
		t.Errorf("%d are still due", n)
	}
	_, values, err := s.Explain(t.Context(), "c1", labelled)
	must(t, err)
	for _, v := range values {
		if v.Name == "value" && (v.Text != "high" || v.Why != "average order 10050 CNY of 2; bought again within 3 months: true" || v.Source != "events of shop") {
			t.Errorf("%+v", v)
		}
	}
}

func stillDue(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	late := labelled
	late.Now = T0.Add(-time.Hour) // the order is later than labels are made
	addEvents(t, s, ordered("c1", 1, T0, 100))
	portrayed(t, s, late)
	if got := keptLabel(t, s, "c1", "orders"); got != "0" {
		t.Errorf("%s orders are seen before they are placed", got)
	}
	_, err := s.AddEvents(t.Context(), T0.Add(time.Second), ordered("c1", 2, T0, 100))
	must(t, err)
	if n := portrayed(t, s, labelled); n != 1 || keptLabel(t, s, "c1", "orders") != "2" {
		t.Errorf("%d due, then %s orders", n, keptLabel(t, s, "c1", "orders"))
	}
}

func allLikeEach(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	var people []customer.Profile
	var events []customer.Event
	for i := range 1203 { // more than two pages
		id := fmt.Sprintf("k%04d", i)
		people = append(people, customer.Profile{ID: id, Numbers: []string{fmt.Sprintf("+86138%08d", i)}, Updated: T0})
		for n := range i % 5 {
			events = append(events, ordered(id, n, T0.AddDate(0, 0, -100*n), int64(n+1)*1000))
		}
		if i%5 == 4 {
			events = append(events, customer.Event{Source: "shop", ID: "r" + id, Customer: id, Kind: customer.AfterSales, Product: "kettle", At: T0.AddDate(0, 0, -250)})
		}
	}
	_, err := s.Upsert(t.Context(), people...)
	must(t, err)
	addEvents(t, s, events...)
	pages := 0
	run, err := s.PortraitAll(t.Context(), labelled, nil, func(store.PortraitRun) { pages++ })
	must(t, err)
	if run.Customers != len(people) || run.Events != len(events) || pages != 3 {
		t.Errorf("%+v in %d pages", run, pages)
	}
	all := map[string]string{}
	must(t, s.Portraits(t.Context(), func(p store.Portrait) error { all[p.Customer] = p.Labels; return nil }))
	for range 3 {
		portrayed(t, s, labelled)
	}
	n := 0
	must(t, s.Portraits(t.Context(), func(p store.Portrait) error {
		if n++; p.Labels != all[p.Customer] || p.Version != label.Version || !p.AsOf.Equal(labelled.Now) {
			t.Errorf("%s alone: %s\nwith all: %s", p.Customer, p.Labels, all[p.Customer])
		}
		return nil
	}))
	if n != len(people) || !strings.Contains(all["k0004"], "\norders=4\n") {
		t.Errorf("%d portraits; %s", n, all["k0004"])
	}
}

func callsMakeLabels(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	r := Ended("a", T0)
	r.Caller = "13800138000"
	r.Entries = append(r.Entries, call.Entry{Seq: 9, At: T0, Kind: call.EntryNote, Text: "product=kettle"}, call.Entry{Seq: 10, At: T0, Kind: call.EntryNote, Text: "tag=complaint"})
	must(t, s.Begin(t.Context(), Begun("a", T0)))
	must(t, s.Finish(t.Context(), r))
	must(t, s.Flush(t.Context(), "a"))
	_, values, err := s.Explain(t.Context(), "c1", labelled)
	must(t, err)
	got := map[string]string{}
	for _, v := range values {
		got[v.Name] = v.Text
	}
	if got["calls_30d"] != "1" || got["enquiries_30d"] != "1" || got["complaints_90d"] != "1" || got["days_since_complaint"] != "1" || got["interaction_style"] != "caller" {
		t.Errorf("%v", got)
	}
}

func notOlder(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	addEvents(t, s, ordered("c1", 1, T0, 100))
	portrayed(t, s, labelled)
	older := labelled
	older.Now = T0.AddDate(0, 0, -1)
	_, err := s.PortraitAll(t.Context(), older, nil, nil)
	must(t, err)
	if got := keptLabel(t, s, "c1", "orders"); got != "1" {
		t.Errorf("%s orders", got)
	}
}

func learnt(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	var got []string
	if at, err := s.Learnt(t.Context(), "needs", &got); err != nil || !at.IsZero() {
		t.Errorf("before: %v, %v", at, err)
	}
	must(t, s.Learn(t.Context(), "needs", T0, []string{"a"}))
	must(t, s.Learn(t.Context(), "needs", T0.Add(time.Hour), []string{"b"}))
	if at, err := s.Learnt(t.Context(), "needs", &got); err != nil || !at.Equal(T0.Add(time.Hour)) || fmt.Sprint(got) != "[b]" {
		t.Errorf("%v at %v, %v", got, at, err)
	}
}

func clustersStay(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	portrayed(t, s, labelled)
	upsert(t, s, customer.Profile{ID: "c2", Numbers: []string{"+8613900139000"}, Updated: T0})
	portrayed(t, s, labelled)
	version := func(name string) store.ClusterVersion {
		return store.ClusterVersion{Version: name, At: T0.Add(time.Duration(len(name)) * time.Hour), Doc: []byte(`{"of":"` + name + `"}`)}
	}
	must(t, s.AddClusters(t.Context(), version("w1"), map[string]int{"c1": 3, "c2": 1}, store.ClusterUse{At: T0, Who: "parley", Why: "the week's"}))
	must(t, s.AddClusters(t.Context(), version("w1.2"), map[string]int{"c1": 2}, store.ClusterUse{At: T0, Who: "parley", Why: "the week's"}))
	if err := s.UseClusters(t.Context(), map[string]int{"c1": 1}, store.ClusterUse{At: T0, Version: "w9"}); !errors.Is(err, store.ErrNoClusters) {
		t.Errorf("a version that is not there: %v", err)
	}
	must(t, s.UseClusters(t.Context(), map[string]int{"c1": 4}, store.ClusterUse{At: T0.Add(time.Hour), Version: "w1", Who: "li", Why: "w1.2 is odd"}))
	_, err := s.PortraitAll(t.Context(), labelled, nil, nil)
	must(t, err)
	must(t, s.Portraits(t.Context(), func(p store.Portrait) error {
		if want := map[string]string{"c1": "4 of w1", "c2": "-1 of "}[p.Customer]; fmt.Sprintf("%d of %s", p.Cluster, p.Division) != want {
			t.Errorf("%s: cluster %d of %q, want %s", p.Customer, p.Cluster, p.Division, want)
		}
		return nil
	}))
	all, err := s.ClusterVersions(t.Context())
	if must(t, err); len(all) != 2 || all[0].Version != "w1.2" || string(all[1].Doc) != `{"of":"w1"}` {
		t.Errorf("versions %+v", all)
	}
	uses, err := s.ClusterUses(t.Context())
	if must(t, err); len(uses) != 3 || uses[0].Version != "w1" || uses[0].Who != "li" || uses[1].Version != "w1.2" {
		t.Errorf("uses %+v", uses)
	}
	for i := range 20 { // only so many are kept, and always the one that is used
		must(t, s.AddClusters(t.Context(), version(strings.Repeat("x", 10+i)), nil, store.ClusterUse{At: T0}))
	}
	all, err = s.ClusterVersions(t.Context())
	if must(t, err); len(all) != 16 || all[0].Version != strings.Repeat("x", 29) {
		t.Errorf("%d versions are kept, the last %s", len(all), all[0].Version)
	}
}

func callsMakeDue(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	portrayed(t, s, labelled)
	r := Ended("a", T0)
	r.Caller = "13800138000"
	must(t, s.Begin(t.Context(), Begun("a", T0)))
	must(t, s.Finish(t.Context(), r))
	must(t, s.Flush(t.Context(), "a"))
	if n := portrayed(t, s, labelled); n != 1 || keptLabel(t, s, "c1", "calls_30d") != "1" {
		t.Errorf("after a call %d are due, then %s calls", n, keptLabel(t, s, "c1", "calls_30d"))
	}
	c := customer.Complaint{ID: "x", Number: "+8613800138000", Opened: T0}
	must(t, s.Complain(t.Context(), c))
	if n := portrayed(t, s, labelled); n != 1 || keptLabel(t, s, "c1", "complaints_90d") != "1" {
		t.Errorf("after a complaint %d are due, then %s complaints", n, keptLabel(t, s, "c1", "complaints_90d"))
	}
	must(t, s.Begin(t.Context(), Begun("stranger", T0)))
	must(t, s.Finish(t.Context(), Ended("stranger", T0)))
	must(t, s.Flush(t.Context(), "stranger"))
	if n := portrayed(t, s, labelled); n != 0 {
		t.Errorf("after a stranger's call %d are due", n)
	}
}

// eventsWhole sees that what is packed for reading comes out as it went in, also
// what looks like the packing.
func eventsWhole(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	odd := customer.Event{
		Source: "shop", ID: "odd", Customer: "c1", Kind: customer.Complained, At: T0, Category: "te\x1fa", Product: "a\x1eb|'\"", Channel: "chat", Text: "我要\n退款\x1f",
	}
	call := customer.Event{Source: "pbx", ID: "1", Customer: "c1", Kind: customer.Called, At: T0, Mood: "angry", Lasted: 120 * time.Second, Channel: "phone"}
	review := customer.Event{Source: "shop", ID: "r", Customer: "c1", Kind: customer.Review, At: T0, Score: 2}
	addEvents(t, s, ordered("c1", 1, T0, 1050), odd, call, review)
	_, values, err := s.Explain(t.Context(), "c1", labelled)
	must(t, err)
	got := map[string]string{}
	for _, v := range values {
		got[v.Name] = v.Text
	}
	for name, want := range map[string]string{
		"complaints_90d": "1", "high_risk": "true", "average_order": "10.5", "discount_share": "1", "talk_minutes_90d": "2",
		"satisfaction": "2", "preferred_category": "tea", "products": "kettle", "last_channel": "app",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}
