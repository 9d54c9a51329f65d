package clusters

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/cluster"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// A week's clusters are made once, by the week's seed; a former version comes back as it
// was, and each customer's cluster says of which version it is.
func TestEachWeekHasItsClusters(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { weeks(t, filepath.Join(t.TempDir(), "records.db")) })
	t.Run("postgres", func(t *testing.T) { weeks(t, storetest.Postgres(t)) })
}

func weeks(t *testing.T, where string) {
	s := storetest.Open(t, where)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	book, err := segment.Default()
	if err != nil {
		t.Fatal(err)
	}
	sunday := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC) // of 2026-W47
	portray := func(now time.Time) {
		t.Helper()
		if _, err := s.PortraitAll(t.Context(), label.Options{Now: now, Currency: "CNY"}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	weekly := func(now time.Time) (Division, bool) {
		t.Helper()
		d, done, err := Weekly(t.Context(), s.Editor, book, now, 8)
		if err != nil {
			t.Fatal(err)
		}
		return d, done
	}
	held := func() map[string]string {
		t.Helper()
		out := map[string]string{}
		if err := s.Portraits(t.Context(), func(p store.Portrait) error {
			out[p.Customer] = fmt.Sprint(p.Cluster, " of ", p.Division)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if _, done := weekly(sunday); done {
		t.Error("nobody was divided")
	}
	var events []customer.Event
	for i := range 60 {
		id := fmt.Sprintf("c%02d", i)
		if _, err := s.Upsert(t.Context(), customer.Profile{ID: id, Numbers: []string{fmt.Sprintf("+86138001380%02d", i)}, Updated: sunday}); err != nil {
			t.Fatal(err)
		}
		for n := range i % 6 {
			events = append(events, customer.Event{Source: "shop", ID: fmt.Sprint(i, "/", n), Customer: id, Kind: customer.Order, At: sunday.AddDate(0, 0, -i*n-1),
				Amount: customer.Money{Cents: int64(10_000 * (i + 1)), Currency: "CNY"}})
		}
	}
	if kept, err := s.AddEvents(t.Context(), sunday, events...); err != nil || kept.New != len(events) {
		t.Fatal(kept, err)
	}
	portray(sunday)
	first, done := weekly(sunday)
	if !done || len(first.Version) != len("2026-W47-00000000") || first.Version[:8] != "2026-W47" || first.Result.Seed != 202647 {
		t.Fatalf("%s, seed %d, %v", first.Version, first.Result.Seed, done)
	}
	was := held()
	if was["c05"][1:] != " of "+first.Version {
		t.Errorf("c05 is in %s", was["c05"])
	}
	if _, done := weekly(sunday.Add(time.Hour)); done {
		t.Error("divided twice in a week")
	}
	same, err := Divide(t.Context(), s.Editor, book, sunday, Order{Options: cluster.Options{K: 8, Seed: 202647, Restarts: 2}, Name: "2026-W47"}, nil)
	if err != nil || same.Version != first.Version {
		t.Errorf("the same labels and seed give %s, not %s: %v", same.Version, first.Version, err)
	}
	monday := sunday.AddDate(0, 0, 1)
	if kept, err := s.AddEvents(t.Context(), monday, customer.Event{Source: "shop", ID: "big", Customer: "c00", Kind: customer.Order, At: sunday, Amount: customer.Money{Cents: 90_000_000, Currency: "CNY"}}); err != nil || kept.New != 1 {
		t.Fatal(kept, err)
	}
	if _, err := s.PortraitDue(t.Context(), label.Options{Now: sunday.Add(time.Hour), Currency: "CNY"}, nil); err != nil {
		t.Fatal(err)
	}
	second, done := weekly(monday)
	if !done || second.Version[:8] != "2026-W48" || second.Version[8:] == first.Version[8:] {
		t.Errorf("%s after %s, %v", second.Version, first.Version, done)
	}
	all, err := s.ClusterVersions(t.Context())
	if err != nil || len(all) != 2 || all[1].Version != first.Version {
		t.Fatalf("%d versions, %v", len(all), err)
	}
	var kept Division
	if err := json.Unmarshal(all[1].Doc, &kept); err != nil || len(kept.Clusters) != len(first.Clusters) || kept.Clusters[0].Strategy != first.Clusters[0].Strategy {
		t.Errorf("kept as %+v, %v", kept, err)
	}
	n, err := Use(t.Context(), s.Editor, book, monday, store.ClusterUse{At: monday, Version: first.Version, Who: "li", Why: "the new ones are odd"})
	if err != nil || n != 60 {
		t.Fatal(n, err)
	}
	why := func(now time.Time) string {
		t.Helper()
		_, values, err := Explain(t.Context(), s.Reader, "c05", label.Options{Now: now, Currency: "CNY"})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if v.Name == "cluster" {
				return v.Text + " " + v.Why
			}
		}
		return ""
	}
	if got, want := why(monday), was["c05"][:1]+" of version "+first.Version+", fitted on 2026-11-22 with seed 202647"; got != want || why(sunday.Add(-time.Second)) != "" {
		t.Errorf("%q, want %q; before it was fitted %q", got, want, why(sunday.Add(-time.Second)))
	}
	for id, is := range held() {
		if id != "c00" && is != was[id] { // who bought meanwhile may be in another
			t.Errorf("%s is in %s, was in %s", id, is, was[id])
		}
	}
}
