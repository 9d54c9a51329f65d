package store_test

import (
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

func townTerms(zone string) store.Terms {
	prices := map[string]int64{}
	for word, amount := range townPrices {
		prices[word] = int64(amount)
	}
	return store.Terms{
		Zone: zone, Currency: "CNY", Converted: []string{"booked", "need_clear"}, Refused: []string{"refused"}, Risk: []string{"complaint", "refund"},
		Prices: prices, Service: map[string]time.Duration{"sales": 10 * time.Second},
	}
}

// Every figure of every view, in every period, is what a loop over the calls gives,
// in two zones; and SQLite and PostgreSQL give the same values.
func TestEveryFigureIsWhatCountingGives(t *testing.T) {
	w := build(11, 1500)
	zones := []string{"America/New_York", "Asia/Shanghai"}
	all := map[string][]store.Figures{} // by database, of each zone and view
	for _, d := range []struct{ driver, where string }{
		{"sqlite", filepath.Join(t.TempDir(), "records.db")}, {"pgx", storetest.Postgres(t)},
	} {
		s := storetest.Open(t, d.where)
		defer s.Close()
		w.move(t, s, d.driver, d.where)
		for _, name := range zones {
			if err := s.KeepTerms(t.Context(), townTerms(name)); err != nil {
				t.Fatal(err)
			}
			zone, currency, err := s.ReportSite(t.Context())
			if err != nil || zone.String() != name || currency != "CNY" {
				t.Fatal(zone, currency, err)
			}
			want := w.count(zone)
			derive(want)
			got := sums{}
			gathered, err := s.Gather(t.Context(), time.Date(2026, 1, 1, 0, 0, 0, 0, zone), time.Date(2027, 1, 1, 0, 0, 0, 0, zone))
			if err != nil {
				t.Fatal(err)
			}
			defer gathered.Close()
			for _, v := range store.Views() {
				if v.Periodic() {
					for _, g := range []store.Grain{store.Day, store.Week, store.Month, store.Quarter} {
						f, err := s.Figures(t.Context(), v, g, "2026", "2027")
						if err != nil {
							t.Fatal(err)
						}
						if once, err := gathered.Figures(t.Context(), v, g, "2026", "2027"); err != nil || !reflect.DeepEqual(once, f) {
							t.Errorf("%s of gathered calls: %v, %v; want %v", v.Name, once.Rows, err, f.Rows)
						}
						all[d.driver] = append(all[d.driver], f)
						flatten(t, got, f)
					}
				}
			}
			compare(t, d.driver+" "+name, got, want)
		}
	}
	if !reflect.DeepEqual(all["sqlite"], all["pgx"]) {
		for i, f := range all["sqlite"] {
			for j, row := range f.Rows {
				if other := all["pgx"][i].Rows; j >= len(other) || !reflect.DeepEqual(row, other[j]) {
					t.Errorf("%s: SQLite %#v, PostgreSQL %#v", f.View.Name, row, other[min(j, len(other)-1)])
					break
				}
			}
		}
		t.Error("the databases differ")
	}
}

// flatten makes rows what count gives; a NULL is left out.
func flatten(t *testing.T, to sums, f store.Figures) {
	t.Helper()
	for _, row := range f.Rows {
		key, values := []string{f.View.Name}, map[string]float64{}
		for i, column := range f.Columns {
			switch v := row[i].(type) {
			case string:
				key = append(key, v)
			case int64:
				values[column] = float64(v)
			case float64:
				values[column] = v
			case nil:
			default:
				t.Fatalf("%s.%s is a %T", f.View.Name, column, v)
			}
		}
		name := strings.Join(key, "|")
		if to[name] != nil {
			t.Errorf("%s comes twice", name)
		}
		to[name] = values
	}
}

// derive makes rates of counts, and takes away what only they were made of.
func derive(s sums) {
	ratio := func(row map[string]float64, column string, times float64, a, b float64) {
		if b != 0 {
			row[column] = times * a / b
		}
	}
	for key, r := range s {
		view, rest, _ := strings.Cut(key, "|")
		switch view {
		case "kpi_answer_rate":
			ratio(r, "rate", 1, r["answered"], r["calls"])
		case "kpi_handling_time":
			ratio(r, "aht_s", 1e-9, r["ns"], r["calls"])
			ratio(r, "agent_aht_s", 1e-3, r["agent_ms"], r["agent_talks"])
			r["agent_talks"] += 0
		case "kpi_completed":
			r["per_day"] = r["completed"] / daysOf(rest)
		case "kpi_conversion":
			ratio(r, "rate", 1, r["converted"], r["answered"])
		case "kpi_intent":
			ratio(r, "rate", 1, r["meant"], r["answered"])
		case "kpi_satisfaction":
			for _, c := range []string{"rated", "content", "asked", "promoters", "detractors"} {
				r[c] += 0
			}
			ratio(r, "csat", 100, r["content"], r["rated"])
			ratio(r, "nps", 100, r["promoters"]-r["detractors"], r["asked"])
		case "kpi_cost":
			cost := (r["millionths"] + math.Floor(r["agent"]/60000)) / 1e6
			r["cost"] = cost
			ratio(r, "per_call", 1, cost, r["calls"])
			ratio(r, "per_conversion", 1, cost, r["converted"])
		case "kpi_first_contact":
			for _, c := range []string{"asked", "resolved", "unknown"} {
				r[c] += 0
			}
			ratio(r, "rate", 1, r["resolved"], r["asked"])
		case "kpi_high_risk":
			ratio(r, "rate", 1, r["risky"], r["calls"])
		case "kpi_repeat_callers":
			ratio(r, "rate", 1, r["repeated"], r["callers"])
		case "kpi_complaints":
			ratio(r, "rate", 1, r["escalated"], r["complaints"])
			ratio(r, "in_time_rate", 1, r["in_time"], r["complaints"])
		case "kpi_compensation":
			r["value"] = r["cents"] / 100
		case "kpi_service_level":
			ratio(r, "rate", 1, r["in_time"], r["joined"]+r["lost"])
		case "kpi_abandonment":
			ratio(r, "rate", 1, r["abandoned"], r["waits"])
			ratio(r, "wait_s", 1e-3, r["ms"], r["waits"])
		case "kpi_outbound_abandonment":
			ratio(r, "rate", 1, r["abandoned"], r["answered"])
		case "kpi_value":
			r["cost"], r["revenue"] = (r["millionths"]+math.Floor(r["agent"]/60000))/1e6, r["net"]/100
			r["orders"], r["buyers"] = r["orders"]+0, r["buyers"]+0
			ratio(r, "ticket", 0.01, r["ordered"], r["orders"])
			ratio(r, "ltv", 0.01, r["worth"], r["buyers"])
			ratio(r, "roi", 1, r["revenue"]-r["cost"], r["cost"])
		case "kpi_variants":
			ratio(r, "answer_rate", 1, r["answered"], r["called"])
			ratio(r, "conversion_rate", 1, r["converted"], r["called"])
			ratio(r, "negative_rate", 1, r["negative"], r["called"])
		}
		for _, c := range []string{"ns", "agent_ms", "millionths", "agent", "ms", "ordered", "net", "worth", "cents"} {
			delete(r, c)
		}
	}
}

// daysOf is how many days a period has.
func daysOf(rest string) float64 {
	grain, name, _ := strings.Cut(rest, "|")
	switch grain {
	case "day":
		return 1
	case "week":
		return 7
	case "month":
		first, _ := time.Parse("2006-01", name)
		return float64(first.AddDate(0, 1, -1).Day())
	}
	return map[string]float64{"2026-Q4": 92}[name]
}

func compare(t *testing.T, what string, got, want sums) {
	t.Helper()
	views := map[string]int{}
	wrong := 0
	fail := func(format string, args ...any) {
		if wrong++; wrong <= 20 {
			t.Errorf(what+": "+format, args...)
		}
	}
	for key, row := range want {
		view, _, _ := strings.Cut(key, "|")
		views[view]++
		if got[key] == nil {
			fail("%s is missing: want %v", key, row)
			continue
		}
		for column, v := range row {
			if g, ok := got[key][column]; !ok || math.Abs(g-v) > 1e-9*math.Max(1, math.Abs(v)) {
				fail("%s %s is %v (%v), want %v", key, column, g, ok, v)
			}
		}
		for column := range got[key] {
			if _, ok := row[column]; !ok {
				fail("%s %s is %v, want none", key, column, got[key][column])
			}
		}
	}
	for key := range got {
		if want[key] == nil {
			fail("%s: %v where nothing is", key, got[key])
		}
	}
	for _, v := range store.Views() {
		if v.Periodic() && views[v.Name] < 10 {
			fail("%s has only %d rows: the calls do not try it", v.Name, views[v.Name])
		}
	}
}

// A day is as long as the clock on the wall says, and no moment lies outside.
func TestPeriodsFollowTheClockOnTheWall(t *testing.T) {
	s := storetest.Open(t, filepath.Join(t.TempDir(), "records.db"))
	defer s.Close()
	for _, c := range []struct {
		zone, day string
		hours     float64
		starts    string
	}{
		{"America/New_York", "2026-11-01", 25, "2026-11-01T04:00:00Z"},
		{"America/New_York", "2026-03-08", 23, "2026-03-08T05:00:00Z"},
		{"Asia/Shanghai", "2026-03-08", 24, "2026-03-07T16:00:00Z"},
		{"Africa/Cairo", "2026-04-24", 23, "2026-04-23T22:00:00Z"},          // midnight itself is skipped
		{"America/Havana", "2026-11-01", 25, "2026-11-01T04:00:00Z"},        // midnight comes twice
		{"Asia/Kathmandu", "2026-11-01", 24, "2026-10-31T18:15:00Z"},        // a quarter of an hour
		{"Australia/Lord_Howe", "2026-04-05", 24.5, "2026-04-04T13:00:00Z"}, // half an hour back
	} {
		if err := s.KeepTerms(t.Context(), store.Terms{Zone: c.zone}); err != nil {
			t.Fatal(err)
		}
		starts, _ := time.Parse(time.RFC3339, c.starts)
		p, err := s.PeriodAt(t.Context(), store.Day, starts)
		if err != nil || p.Name != c.day || !p.Starts.Equal(starts) || p.Ends.Sub(p.Starts).Hours() != c.hours {
			t.Errorf("%s: %+v, %v; want %s of %v h from %s", c.zone, p, err, c.day, c.hours, c.starts)
		}
		before, err := s.PeriodAt(t.Context(), store.Day, starts.Add(-1))
		if err != nil || !before.Ends.Equal(starts) {
			t.Errorf("%s: the day before ends at %s, %v", c.zone, before.Ends, err)
		}
	}
	for g, want := range map[store.Grain]string{store.Week: "2026-W53", store.Month: "2027-01", store.Quarter: "2027-Q1"} {
		p, err := s.PeriodAt(t.Context(), g, time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC))
		if err != nil || p.Name != want {
			t.Errorf("%s: %+v, %v; want %s", g, p, err, want)
		}
	}
	if _, err := s.PeriodAt(t.Context(), store.Day, time.Date(2024, 1, 2, 12, 0, 0, 0, time.UTC)); err == nil || !strings.Contains(err.Error(), "2025") {
		t.Errorf("a day long ago: %v", err)
	}
}
