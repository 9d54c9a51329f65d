package storetest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/drift"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
)

// richAndIdle are two named groups.
func richAndIdle(p store.Portrait) (names []string) {
	for name, line := range map[string]string{"rich": "\nvalue=high\n", "idle": "\norders=0\n"} {
		if strings.Contains(p.Labels, line) {
			names = append(names, name)
		}
	}
	return names
}

func driftCounted(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	portray := func(days int) time.Time {
		t.Helper()
		now := T0.Add(time.Duration(days) * 24 * time.Hour)
		_, err := s.PortraitAll(ctx, label.Options{Now: now, Currency: "CNY"}, nil, nil)
		must(t, err)
		return now
	}
	posted := 0
	count := func(now time.Time, month string) (drift.Report, bool) {
		t.Helper()
		r, done, err := s.CountLabels(ctx, now, month, richAndIdle, func(r drift.Report) []store.Message {
			posted++
			return []store.Message{{ID: "drift " + r.Month, Hook: "crm", URL: "https://crm.example", Payload: []byte("{}"), Since: now, Due: now}}
		})
		must(t, err)
		return r, done
	}
	if _, err := s.Drift(ctx, T0, "2026-01", richAndIdle); !errors.Is(err, store.ErrNoSnapshot) {
		t.Errorf("before anything was counted: %v", err)
	}
	for i := range 40 { // c00 to c09 are rich
		id := fmt.Sprintf("c%02d", i)
		upsert(t, s, customer.Profile{ID: id, Numbers: []string{fmt.Sprintf("+86139001390%02d", i)}, Updated: T0})
		if i < 10 {
			addEvents(t, s, ordered(id, 1, T0, 900_000))
		}
	}
	january := portray(1)
	r, done := count(january, "2026-01")
	if _, twice := count(january, "2026-01"); !done || twice || r.Month != "" || posted != 0 {
		t.Errorf("the first: %+v, %v, %d posted; twice: %v", r, done, posted, twice)
	}
	for i := range 25 { // c00 to c04 are not any more; c10 to c24 are
		switch id := fmt.Sprintf("c%02d", i); {
		case i < 5:
			addEvents(t, s, ordered(id, 2, T0.Add(48*time.Hour), 100))
		case i >= 10:
			addEvents(t, s, ordered(id, 2, T0.Add(48*time.Hour), 900_000))
		}
	}
	february := portray(31)
	soFar, err := s.Drift(ctx, february, "2026-01", richAndIdle)
	must(t, err)
	moved(t, "the month goes on", soFar, january, february)
	r, done = count(february, "2026-02")
	if moved(t, "the month is over", r, january, february); !done || r.Month != "2026-01" || posted != 1 {
		t.Errorf("%s, %v, %d posted", r.Month, done, posted)
	}
	addEvents(t, s, ordered("c39", 9, T0.Add(40*24*time.Hour), 900_000))
	all, err := s.Drift(ctx, portray(50), "2026-01", richAndIdle)
	must(t, err)
	moved(t, "a month later", all, january, february)
	if kept, err := s.Messages(ctx, store.MessageFilter{Limit: 10}); err != nil || len(kept) != 1 || kept[0].ID != "drift 2026-01" {
		t.Errorf("%+v, %v", kept, err)
	}
}

// moved holds what came and went, and the index by hand.
func moved(t *testing.T, what string, got drift.Report, from, until time.Time) {
	t.Helper()
	if got.Then != 40 || got.Now != 40 || !got.From.Equal(from) || !got.Until.Equal(until) {
		t.Errorf("%s: %+v", what, got)
	}
	if g := fmt.Sprint(got.Groups); g != "[{idle 30 15 0 15} {rich 10 20 15 5}]" {
		t.Errorf("%s: groups %s", what, g)
	}
	i := slices.IndexFunc(got.Labels, func(l drift.Label) bool { return l.Label == "value" })
	if i < 0 {
		t.Fatalf("%s: no value among %+v", what, got.Labels)
	}
	l, psi := got.Labels[i], 0.625*math.Log(2)+0.1249*math.Log(1250)
	if fmt.Sprint(l.Values) != "[{high 10 20 0.25 0.5} {normal 30 15 0.75 0.375} {potential 0 5 0 0.125}]" || math.Abs(l.PSI-psi) > 1e-9 || l.Verdict != drift.IsDrifted {
		t.Errorf("%s: %+v, want %v", what, l, psi)
	}
}
