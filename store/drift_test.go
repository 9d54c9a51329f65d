package store_test

import (
	"database/sql"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/drift"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// The shares of a drift report are what plain SQL counts among the labels as they were at
// both times, and its index what SQL makes of these; in both databases the same.
func TestDriftIsWhatPlainSQLCounts(t *testing.T) {
	for _, d := range []struct{ driver, where string }{
		{"sqlite", filepath.Join(t.TempDir(), "records.db")}, {"pgx", storetest.Postgres(t)},
	} {
		t.Run(d.driver, func(t *testing.T) { driftBySQL(t, d.driver, d.where) })
	}
}

func driftBySQL(t *testing.T, driver, where string) {
	s := storetest.Open(t, where)
	defer s.Close()
	db, err := sql.Open(driver, where)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	first := time.Date(2026, 10, 1, 3, 0, 0, 0, time.UTC)
	var events []customer.Event
	for i := range 60 {
		id := fmt.Sprintf("c%02d", i)
		if _, err := s.Upsert(t.Context(), customer.Profile{ID: id, Numbers: []string{fmt.Sprintf("+86139001390%02d", i)}, Updated: first}); err != nil {
			t.Fatal(err)
		}
		for n := range i % 5 { // some of them before, some in October
			events = append(events, customer.Event{Source: "shop", ID: fmt.Sprint(i, "/", n), Customer: id, Kind: customer.Order, Category: fmt.Sprint("k", i%7),
				At: first.AddDate(0, 0, 20-15*n-i), Amount: customer.Money{Cents: int64(1000 + 40_000*i), Currency: "CNY"}})
		}
	}
	if kept, err := s.AddEvents(t.Context(), first, events...); err != nil || kept.New != len(events) {
		t.Fatal(kept, err)
	}
	none := func(store.Portrait) []string { return nil }
	shares := [2]map[string]float64{{}, {}} // by label=value
	values := []string{"lifecycle=new", "lifecycle=growing", "lifecycle=mature", "lifecycle=lost", "value=high", "value=potential", "value=normal", "churn_warning=true", "churn_warning=false", "rfm_c=k3"}
	for i, month := range []string{"2026-10", "2026-11"} {
		at := first.AddDate(0, i, 0)
		if _, err := s.PortraitAll(t.Context(), label.Options{Now: at, Currency: "CNY"}, nil, nil); err != nil {
			t.Fatal(err)
		}
		if _, done, err := s.CountLabels(t.Context(), at, month, none, func(drift.Report) []store.Message { return nil }); err != nil || !done {
			t.Fatal(done, err)
		}
		for _, v := range values {
			var share float64
			if err := db.QueryRowContext(t.Context(), "SELECT 1.0 * SUM(CASE WHEN labels LIKE $1 THEN 1 ELSE 0 END) / COUNT(*) FROM portraits", "%\n"+v+"\n%").Scan(&share); err != nil {
				t.Fatal(err)
			}
			shares[i][v] = share
		}
	}
	r, err := s.Drift(t.Context(), first.AddDate(0, 2, 0), "2026-10", none)
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	for _, l := range r.Labels {
		for _, v := range l.Values {
			name := l.Label + "=" + v.Value
			if then, asked := shares[0][name]; asked && (v.ThenShare != then || v.NowShare != shares[1][name]) {
				t.Errorf("%s: %v to %v, by SQL %v to %v", name, v.ThenShare, v.NowShare, then, shares[1][name])
			} else if asked {
				moved++
				delete(shares[0], name)
			}
		}
		var psi float64
		if err := db.QueryRowContext(t.Context(), `WITH v AS (SELECT DISTINCT value FROM label_counts WHERE label = $1 AND month IN ('2026-10', '2026-11')),
			s AS (SELECT COALESCE((SELECT customers FROM label_counts WHERE label = $1 AND month = '2026-10' AND value = v.value), 0) / 60.0 AS a,
				COALESCE((SELECT customers FROM label_counts WHERE label = $1 AND month = '2026-11' AND value = v.value), 0) / 60.0 AS b FROM v),
			f AS (SELECT CASE WHEN a < 0.0001 THEN 0.0001 ELSE a END AS a, CASE WHEN b < 0.0001 THEN 0.0001 ELSE b END AS b FROM s)
			SELECT CAST(SUM((b - a) * LN(b / a)) AS DOUBLE PRECISION) FROM f`, l.Label).Scan(&psi); err != nil {
			t.Fatal(err)
		}
		if math.Abs(psi-l.PSI) > 1e-9 {
			t.Errorf("%s: PSI %v, by SQL %v", l.Label, l.PSI, psi)
		}
	}
	for v, share := range shares[0] { // of values that nobody had at either time there is no line
		if share+shares[1][v] != 0 {
			t.Errorf("%s: %v to %v by SQL, and not in the report", v, share, shares[1][v])
		}
	}
	if moved < 6 || r.Labels[0].PSI == 0 || !strings.HasPrefix(r.Month, "2026-10") {
		t.Errorf("%d values were compared, the most drifted is %+v", moved, r.Labels[0])
	}
}
