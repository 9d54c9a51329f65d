package timing

import (
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestStartOfDayWhereClocksChange(t *testing.T) {
	for _, c := range []struct{ zone, from, want string }{
		{"Asia/Shanghai", "2026-03-01T23:59:00+08:00", "2026-03-02T00:00:00+08:00"},
		{"Europe/Berlin", "2026-03-28T12:00:00+01:00", "2026-03-29T00:00:00+01:00"},
		{"America/Sao_Paulo", "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00"}, // no midnight
		{"Asia/Beirut", "2022-03-26T12:00:00+02:00", "2022-03-27T01:00:00+03:00"},
		{"America/Havana", "2025-11-01T12:00:00-04:00", "2025-11-02T00:00:00-04:00"},    // midnight twice
		{"America/Sao_Paulo", "2018-02-17T12:00:00-02:00", "2018-02-18T00:00:00-03:00"}, // 23 o'clock twice
		{"Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00"},      // no 30 December
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := StartOfDay(from, 1, zone(t, c.zone)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s, the day after %s: %s, want %s", c.zone, c.from, got, c.want)
		}
	}
}

// Each day of many years begins at the first moment that has its date.
func TestStartOfDayIsTheFirstMoment(t *testing.T) {
	for _, name := range []string{"Australia/Lord_Howe", "Asia/Tehran", "America/New_York", "Asia/Gaza", "America/Asuncion", "Asia/Kathmandu", "Africa/Casablanca"} {
		where := zone(t, name)
		base := time.Date(2015, 1, 1, 12, 0, 0, 0, time.UTC)
		for day := range 365 * 10 {
			start := StartOfDay(base, day, where)
			y, m, d := start.Date()
			by, bm, bd := start.Add(-time.Second).Date()
			if today, before := time.Date(y, m, d, 0, 0, 0, 0, time.UTC), time.Date(by, bm, bd, 0, 0, 0, 0, time.UTC); today.Sub(before) != 24*time.Hour {
				t.Fatalf("%s: %s begins on %s, a second before is %s", name, today, start, before)
			}
			ly, lm, ld := base.In(where).Date()
			if want := time.Date(ly, lm, ld+day, 0, 0, 0, 0, time.UTC); want != time.Date(y, m, d, 0, 0, 0, 0, time.UTC) {
				t.Fatalf("%s: day %d begins on %s, want %s", name, day, start, want)
			}
		}
	}
}

func TestWindows(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	joined := time.Date(2026, 3, 28, 20, 0, 0, 0, berlin) // the clocks go forward that night
	w := NewCustomer(joined)
	if w.Until.Sub(w.From) != 24*time.Hour || w.Until.In(berlin).Hour() != 21 || !w.Holds(joined) || w.Holds(w.Until) {
		t.Errorf("%+v", w)
	}
	// The same purchase is of one day in Shanghai and of the day before in New York.
	bought := time.Date(2026, 3, 2, 1, 30, 0, 0, zone(t, "Asia/Shanghai"))
	for name, want := range map[string][2]string{
		"Asia/Shanghai":    {"2026-03-09T00:00:00+08:00", "2026-03-18T00:00:00+08:00"},
		"America/New_York": {"2026-03-08T00:00:00-05:00", "2026-03-17T00:00:00-04:00"}, // the clocks go forward on 8 March
	} {
		where := zone(t, name)
		w := Repurchase(bought, where)
		if got := [2]string{w.From.Format(time.RFC3339), w.Until.Format(time.RFC3339)}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		days := 0
		for d := range 30 {
			if w.Holds(StartOfDay(bought, d, where)) {
				days++
			}
		}
		if days != 9 {
			t.Errorf("%s: days 7 to 15 are %d days", name, days)
		}
	}
	last := time.Date(2026, 3, 1, 23, 59, 0, 0, berlin)
	if got := Lost(last, berlin).Format(time.RFC3339); got != "2026-04-01T00:00:00+02:00" {
		t.Errorf("lost at %s", got)
	}
}
