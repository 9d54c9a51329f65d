package storetest

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

var timings = behaviours{
	"a timing model is a version, and an older one is used again": timingModels,
	"the calls that were placed are told of people as they are":   dialledTo,
}

func timingModels(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	ctx := t.Context()
	if u, err := s.TimingUse(ctx); err != nil || u != (store.TimingUse{}) {
		t.Errorf("before the first: %+v, %v", u, err)
	}
	week := make([]float64, timing.Hours)
	for i := range week {
		week[i] = 0.25
	}
	m := timing.Model{Trained: T0, From: T0.Add(-time.Hour), Until: T0, People: 2, Calls: 700, Kind: timing.BetaBinomial, Ladder: &timing.Ladder{Overall: 0.25, All: week}}
	for i := range 2 {
		m.Calls = 700 + i
		kept, err := s.AddTimingModel(ctx, m, i, store.TimingUse{At: T0, Who: "parley", Why: "a quarter began"})
		if must(t, err); kept.Version != i+1 {
			t.Errorf("kept as version %d, want %d", kept.Version, i+1)
		}
	}
	if _, err := s.AddTimingModel(ctx, m, 1, store.TimingUse{At: T0}); !errors.Is(err, store.ErrModelTaken) {
		t.Errorf("two learnt the same version: %v", err)
	}
	back := store.TimingUse{At: T0.Add(time.Hour), Version: 1, Shift: -0.5, Who: "li", Why: "the new one is worse"}
	must(t, s.UseTimingModel(ctx, back))
	if err := s.UseTimingModel(ctx, store.TimingUse{At: T0, Version: 3}); !errors.Is(err, store.ErrNoModel) {
		t.Errorf("a version that is not there: %v", err)
	}
	shut(t, s)
	s = open()
	u, err := s.TimingUse(ctx)
	back.Seq = u.Seq
	if must(t, err); u != back {
		t.Errorf("in use is %+v, want %+v", u, back)
	}
	got, err := s.TimingModel(ctx, 1)
	m.Version, m.Calls = 1, 700
	if must(t, err); !reflect.DeepEqual(got, func() timing.Model { m.Ladder.Segments = nil; return m }()) {
		t.Errorf("read as %+v, want %+v", got, m)
	}
	if _, err := s.TimingModel(ctx, 9); !errors.Is(err, store.ErrNoModel) {
		t.Errorf("no such version: %v", err)
	}
	all, err := s.TimingModels(ctx)
	if must(t, err); len(all) != 2 || all[0].Version != 2 || all[0].Calls != 701 || all[0].Ladder != nil {
		t.Errorf("listed as %+v", all)
	}
	if uses, err := s.TimingUses(ctx); err != nil || len(uses) != 3 || uses[0] != u {
		t.Errorf("uses: %+v, %v", uses, err)
	}
}

func dialledTo(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	book, err := calendar.Shipped()
	must(t, err)
	policy := permit.Standard(book)
	for i, id := range []string{"a", "b"} {
		_, err := s.Upsert(ctx, customer.Profile{ID: id, Numbers: []string{[]string{his, hers}[i]}, Updated: T0, Fields: map[string]customer.Field{"timezone": {Value: "Asia/Shanghai"}},
			Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, Basis: "consent", At: T0.Add(-time.Hour)}}})
		must(t, err)
	}
	place := func(id, person, number string, at time.Time, fate store.Fate) {
		t.Helper()
		_, d, err := s.Reserve(ctx, at, permit.Request{ID: id, Person: person, Number: customer.Parse(number, "CN"), Purpose: "marketing", Holder: "w"}, policy)
		if must(t, err); !d.Allowed {
			t.Fatalf("%s: %+v", id, d.Reasons)
		}
		if fate == "" {
			return
		}
		must(t, s.DialAttempt(ctx, at, id))
		_, err = s.SettleAttempt(ctx, at, id, fate)
		must(t, err)
	}
	at := T0.Truncate(24 * time.Hour).Add(2 * time.Hour) // 10:00 in China
	place("1", "a", his, at, "answered")
	place("2", "b", hers, at.Add(time.Minute), "busy")
	place("3", "a", his, at.Add(time.Hour), "no_answer")
	place("4", "b", hers, at.Add(time.Hour), "") // not dialled
	want := []store.Dialled{{Person: "a", At: at.Add(time.Hour), Fate: "no_answer"}, {Person: "b", At: at.Add(time.Minute), Fate: "busy"}, {Person: "a", At: at, Fate: "answered"}}
	got, err := s.Dialled(ctx, at, at.Add(2*time.Hour), 9)
	if must(t, err); !slices.Equal(got, want) {
		t.Errorf("placed: %+v, want %+v", got, want)
	}
	if got, err := s.Dialled(ctx, at, at.Add(time.Hour), 1); err != nil || !slices.Equal(got, want[1:2]) {
		t.Errorf("the latest before an hour passed: %+v, %v", got, err)
	}
	if got, err := s.DialledTo(ctx, at.Add(time.Second), "a", "nobody"); err != nil || !slices.Equal(got, want[:1]) {
		t.Errorf("placed to a: %+v, %v", got, err)
	}
	known, err := s.Known(ctx, "a", "nobody")
	if a := known["a"]; err != nil || len(known) != 1 || a.Field("timezone", at) != "Asia/Shanghai" || !slices.Equal(a.Numbers, []string{customer.Parse(his, "CN").Text}) {
		t.Errorf("known: %+v, %v", known, err)
	}
}
