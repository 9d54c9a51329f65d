package storetest

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// A person's data are as fresh as what a source told last: also when it told what
// was known, or of an event; and an older word makes nothing older.
func toldLast(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	upsert(t, s, customer.Profile{ID: "c2", Name: "Han", Updated: T0})
	check := func(what string, want time.Time) {
		t.Helper()
		people, err := s.People(t.Context(), []string{"c2", "nobody", "c1"})
		must(t, err)
		if len(people) != 2 || people[0].ID != "c2" || !people[0].Told.Equal(T0) || people[1].Name != "李雷" || len(people[1].Numbers) != 2 {
			t.Fatalf("%s: %+v", what, people)
		}
		if got := people[1].Told; !got.Equal(want) {
			t.Errorf("%s: told of at %v, want %v", what, got, want)
		}
	}
	check("imported", T0)
	again := li()
	again.Updated, again.Source = T0.Add(time.Hour), "crm2.csv"
	if got := upsert(t, s, again); got.Change != customer.Same {
		t.Errorf("told again: %+v", got)
	}
	check("told again", T0.Add(time.Hour))
	if got := upsert(t, s, li()); got.Change != customer.Same {
		t.Errorf("told by an older file: %+v", got)
	}
	check("told by an older file", T0.Add(time.Hour))
	addEvents(t, s, ordered("c1", 1, T0.Add(2*time.Hour), 100), ordered("c1", 2, T0.Add(-time.Hour), 100))
	check("ordered", T0.Add(2*time.Hour))
}
