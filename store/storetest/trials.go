package storetest

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/store"
)

var trials = behaviours{
	"a day has one look at the variants, the first":          looksTaken,
	"what a campaign decides by itself is kept once":         decidedOnce,
	"people are counted by the variant that they were given": assignedCounted,
}

func looksTaken(t *testing.T, open func() *store.Store) {
	s := open()
	ctx := t.Context()
	look := func(at time.Time, called int) experiment.Look {
		return experiment.Look{At: at.UTC(), Tallies: []experiment.Tally{
			{Variant: "bold", Assigned: called, Called: called, Answered: 5, Converted: 4, Negative: 3, Complained: 2}, {Variant: "plain", Assigned: 9, Called: called}}}
	}
	day := 24 * time.Hour
	first, second := look(T0, 10), look(T0.Add(day), 20)
	for _, c := range []struct {
		version int
		from    time.Time
		l       experiment.Look
		taken   bool
	}{
		{1, T0.Add(-time.Hour), first, true},
		{1, T0.Add(-time.Hour), look(T0.Add(time.Hour), 15), false}, // of the same day
		{1, T0.Add(day - time.Hour), second, true},
		{2, T0.Add(day - time.Hour), look(T0.Add(day), 1), true}, // of another version
	} {
		if taken, err := s.TakeLook(ctx, "spring", c.version, c.from, c.l); err != nil || taken != c.taken {
			t.Errorf("version %d at %v: taken %v, %v", c.version, c.l.At, taken, err)
		}
	}
	var wg sync.WaitGroup
	n := make(chan bool, 4)
	for i := range cap(n) {
		wg.Go(func() {
			taken, err := s.TakeLook(ctx, "spring", 3, T0, look(T0.Add(time.Duration(i)), i))
			n <- taken && err == nil
		})
	}
	wg.Wait()
	close(n)
	won := 0
	for taken := range n {
		if taken {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of four nodes took the look of a day", won)
	}
	shut(t, s)
	s = open()
	defer shut(t, s)
	if got, err := s.Looks(ctx, "spring", 1); err != nil || !reflect.DeepEqual(got, []experiment.Look{first, second}) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := s.Looks(ctx, "summer", 1); err != nil || len(got) != 0 {
		t.Errorf("of another campaign: %+v, %v", got, err)
	}
}

func decidedOnce(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	of := func(version int, at time.Time, act experiment.Act, variant, who string) store.Decided {
		return store.Decided{Campaign: "spring", Version: version, Word: experiment.Word{At: at.UTC(), Act: act, Variant: variant, Who: who, Why: "because"}}
	}
	since := func(d store.Decided, at time.Time) store.Decided { d.Since = at; return d }
	var want []store.Decided
	var told []string // what tells of it is posted with it
	for i, c := range []struct {
		d     store.Decided
		fresh bool
	}{
		{of(1, T0, experiment.Drop, "bold", "parley"), true},
		{of(1, T0.Add(time.Second), experiment.Drop, "bold", "parley"), false},
		{of(1, T0, experiment.Drop, "short", "parley"), true},
		{of(1, T0, experiment.Adopt, "bold", "parley"), true},
		{of(2, T0, experiment.Drop, "bold", "parley"), true},
		{of(1, T0, experiment.GoBack, "offer", "parley"), true},
		{of(1, T0, experiment.GoBack, "offer", "parley"), false},
		{of(1, T0.Add(time.Hour), experiment.GoBack, "offer", "parley"), true}, // another time it went back
		{of(1, T0, experiment.AskBack, "offer", "parley"), true},
		{since(of(1, T0.Add(time.Hour), experiment.AskBack, "offer", "parley"), T0), false},
		{since(of(1, T0.Add(time.Hour), experiment.AskBack, "offer", "parley"), T0.Add(time.Minute)), true}, // of a version published since
	} {
		fresh, err := s.DecideOnce(ctx, c.d, store.Message{ID: fmt.Sprintf("%02d", i), Hook: "crm", Since: T0, Due: T0})
		if err != nil || fresh != c.fresh {
			t.Errorf("%+v: %v, %v", c.d, fresh, err)
		}
		if c.fresh {
			told = append(told, fmt.Sprintf("%02d", i))
			c.d.Since = time.Time{}
			want = append(want, c.d)
		}
	}
	again := of(1, T0, experiment.Drop, "bold", "li")
	must(t, s.Decide(ctx, again, store.Message{ID: "li", Hook: "crm", Since: T0, Due: T0})) // what a person says is always kept
	outboxHas(t, s, "decisions are told", append(told, "li")...)
	if got, err := s.Decisions(ctx, "spring"); err != nil || !reflect.DeepEqual(got, append(want, again)) {
		t.Errorf("%+v, %v", got, err)
	}
}

func assignedCounted(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	for i, variant := range []string{"bold", "plain", "bold"} {
		if _, err := s.Assign(t.Context(), "spring", string(rune('a'+i)), variant, T0); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Assigned(t.Context(), "spring"); err != nil || !reflect.DeepEqual(got, map[string]int{"bold": 2, "plain": 1}) {
		t.Errorf("%v, %v", got, err)
	}
}
