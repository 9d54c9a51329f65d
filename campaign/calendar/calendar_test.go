package calendar

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/dialog/vocab/hours"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func shipped(t testing.TB) *Book {
	t.Helper()
	b, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func when(t testing.TB, country, place string, zones ...string) When {
	t.Helper()
	rules, err := shipped(t).For(country, place)
	if err != nil {
		t.Fatal(err)
	}
	w := When{Rules: rules, Marketing: true}
	for _, name := range zones {
		w.Zones = append(w.Zones, zone(t, name))
	}
	return w
}

func TestShippedHoursAndHolidays(t *testing.T) {
	for _, c := range []struct {
		country, place, zone, local string
		want                        Shut
	}{
		{"CN", "", "Asia/Shanghai", "2026-03-04T09:00:00", Open},
		{"CN", "", "Asia/Shanghai", "2026-03-04T08:59:59", OutOfHours},
		{"CN", "", "Asia/Shanghai", "2026-03-04T12:00:00", OutOfHours},
		{"CN", "", "Asia/Shanghai", "2026-03-04T19:59:59", Open},
		{"CN", "", "Asia/Shanghai", "2026-03-04T20:00:00", OutOfHours},
		{"CN", "", "Asia/Shanghai", "2026-02-15T10:00:00", Holiday},
		{"CN", "", "Asia/Shanghai", "2026-02-23T10:00:00", Holiday},
		{"CN", "", "Asia/Shanghai", "2026-02-24T10:00:00", Open},
		{"CN", "", "Asia/Shanghai", "2025-10-08T10:00:00", Holiday},
		{"CN", "", "Asia/Shanghai", "2025-10-11T10:00:00", Open},
		{"CN", "", "Asia/Shanghai", "2027-03-04T10:00:00", UnknownYear},
		{"US", "", "America/New_York", "2026-07-04T08:00:00", Open},
		{"US", "", "America/New_York", "2026-07-04T20:59:59", Open},
		{"US", "", "America/New_York", "2026-07-04T21:00:00", OutOfHours},
		{"US", "Miami, FL", "America/New_York", "2026-07-04T20:30:00", OutOfHours},
		{"US", "Florida", "America/New_York", "2026-07-04T19:59:00", Open},
		{"US", "Texas", "America/Chicago", "2026-07-05T11:59:00", OutOfHours},
		{"US", "Texas", "America/Chicago", "2026-07-05T12:00:00", Open},
		{"FR", "", "Europe/Paris", "2026-05-25T11:00:00", Holiday},
		{"FR", "", "Europe/Paris", "2026-05-26T13:30:00", OutOfHours},
		{"GB", "", "Europe/London", "2026-05-24T11:00:00", OutOfHours},
		{"DE", "", "Europe/Berlin", "2026-05-26T11:00:00", Open},
	} {
		w := when(t, c.country, c.place, c.zone)
		at, err := time.ParseInLocation("2006-01-02T15:04:05", c.local, w.Zones[0])
		if err != nil {
			t.Fatal(err)
		}
		if got, _, _ := w.At(at); got != c.want {
			t.Errorf("%s %q %s: %q, want %q", c.country, c.place, c.local, got, c.want)
		}
		// Service is bound by hours alone.
		if w.Marketing = false; c.want == Holiday || c.want == UnknownYear {
			if got, _, _ := w.At(at); got != Open {
				t.Errorf("%s %s: service is %q", c.country, c.local, got)
			}
		}
	}
	if _, err := shipped(t).For("BR"); err == nil || !strings.Contains(err.Error(), "BR") {
		t.Errorf("a country without a file: %v", err)
	}
}

// Days worked instead of holidays have Monday's hours where weekends have none.
func TestWorkdays(t *testing.T) {
	r, err := Load(strings.NewReader("jurisdiction: X\ncountries: CN\nhours: {mon-fri: 09:00-18:00}\nholidays: {2026: {off: 2026-02-16..2026-02-20, work: 2026-02-14}}\nsource: test\n"), "x.yaml")
	if err != nil {
		t.Fatal(err)
	}
	z := zone(t, "Asia/Shanghai")
	for day, want := range map[int]Shut{13: Open, 14: Open, 15: OutOfHours, 16: Holiday, 20: Holiday, 21: OutOfHours, 23: Open} {
		if got := r.At(time.Date(2026, 2, day, 10, 0, 0, 0, z), true); got != want {
			t.Errorf("%d February: %q, want %q", day, got, want)
		}
	}
}

// Every second of the days on which clocks change: the wall clock decides, and
// Next is the first moment that is open.
func TestClocksPutForwardAndBack(t *testing.T) {
	night := Rule{Name: "night", Hours: hours.Week{}}
	for d := range night.Hours {
		night.Hours[d] = []hours.Span{{From: 1*3600 + 1800, To: 2*3600 + 1800}} // 01:30 to 02:30
	}
	for _, c := range []struct{ zone, from string }{
		{"America/New_York", "2026-03-08"}, {"America/New_York", "2026-11-01"},
		{"Europe/London", "2026-03-29"}, {"Europe/London", "2026-10-25"},
		{"Australia/Lord_Howe", "2026-04-05"}, {"Australia/Lord_Howe", "2026-10-04"}, // half an hour
	} {
		z := zone(t, c.zone)
		day, err := time.ParseInLocation(time.DateOnly, c.from, z)
		if err != nil {
			t.Fatal(err)
		}
		shippedUS := when(t, "US", "", "America/New_York").Rules
		for name, rules := range map[string][]Rule{"8 to 21": shippedUS, "through the change": {night}} {
			w := When{Zones: []*time.Location{z}, Rules: rules, Marketing: true}
			// The naive way: ask every minute from behind.
			var next time.Time
			for at := day.Add(50 * time.Hour); !at.Before(day); at = at.Add(-time.Minute) {
				clock := at.In(z).Format("15:04")
				want := clock >= "08:00" && clock < "21:00"
				if name != "8 to 21" {
					want = clock >= "01:30" && clock < "02:30"
				}
				why, _, _ := w.At(at)
				if (why == Open) != want {
					t.Fatalf("%s %s, %s: %q", c.zone, at.In(z), name, why)
				}
				if want {
					next = at
				}
				if got := w.Next(at); !next.IsZero() && !got.Equal(next) {
					t.Fatalf("%s after %s, %s: next is %s, want %s", c.zone, at.In(z), name, got.In(z), next.In(z))
				}
			}
		}
	}
}

// A mobile number of a country with several zones may be in any: all must be open.
func TestAllZonesMustBeOpen(t *testing.T) {
	toll := customer.Parse("+1 800 555 1234", "US")
	if zones, err := Zones(toll, ""); err == nil {
		t.Errorf("a freephone number has the zones %v", zones)
	}
	w := when(t, "US", "", "America/New_York", "America/Los_Angeles", "Pacific/Honolulu")
	east := func(h, m int) time.Time { return time.Date(2026, 7, 1, h, m, 0, 0, w.Zones[0]) }
	for _, c := range []struct {
		at   time.Time
		open bool
	}{{east(9, 0), false}, {east(13, 59), false}, {east(14, 0), true}, {east(20, 59), true}, {east(21, 0), false}} {
		if why, _, _ := w.At(c.at); (why == Open) != c.open {
			t.Errorf("%s: %q", c.at, why)
		}
	}
	if got := w.Next(east(21, 0)); !got.Equal(east(24+14, 0)) {
		t.Errorf("next is %s", got.In(w.Zones[0]))
	}
	n := customer.Parse("13800138000", "CN")
	if zones, err := Zones(n, ""); err != nil || len(zones) != 1 || zones[0].String() != "Asia/Shanghai" {
		t.Errorf("%v, %v", zones, err)
	}
	if zones, err := Zones(n, "Asia/Urumqi"); err != nil || zones[0].String() != "Asia/Urumqi" {
		t.Errorf("a profile's own zone: %v, %v", zones, err)
	}
	if _, err := Zones(n, "Mars/Base"); err == nil {
		t.Error("Mars has a zone")
	}
	for number, want := range map[string]string{"+12125551234": "America/New_York", "+14155551234": "America/Los_Angeles", "+442071234567": "Europe/London"} {
		if zones, err := Zones(customer.Parse(number, ""), ""); err != nil || zones[0].String() != want {
			t.Errorf("%s: %v, %v", number, zones, err)
		}
	}
}

func TestFilesThatAreWrong(t *testing.T) {
	head := "jurisdiction: X\ncountries: [CN]\nsource: test\n"
	for name, c := range map[string]struct{ text, at, says string }{
		"unknown key":     {head + "hours: {mon: 09:00-18:00}\nhour: 9\n", "x.yaml:5:1", "hours"},
		"no hours":        {head, "x.yaml:1:1", "no hours"},
		"backwards":       {head + "hours: {mon: 18:00-09:00}\n", "x.yaml:4:14", "end before they begin"},
		"no day":          {head + "hours: {monday: 09:00-18:00}\n", "x.yaml:4:9", "mon"},
		"country":         {"jurisdiction: X\ncountries: China\nsource: t\nhours: {mon: 09:00-18:00}\n", "x.yaml:2:12", "two capital letters"},
		"no such date":    {head + "hours: {mon: 09:00-18:00}\nholidays: {2026: {off: 2026-02-30}}\n", "x.yaml:5:24", "no day"},
		"another year":    {head + "hours: {mon: 09:00-18:00}\nholidays: {2026: {off: 2025-02-03}}\n", "x.yaml:5:24", "another year"},
		"no year":         {head + "hours: {mon: 09:00-18:00}\nholidays: {next: {off: 2025-02-03}}\n", "x.yaml:5:12", "no year"},
		"a year of none":  {head + "hours: {mon: 09:00-18:00}\nholidays: {2026: {}}\n", "x.yaml:5:18", "off"},
		"the key is two":  {head + "hours: {mon: 09:00-18:00}\nsource: again\n", "x.yaml:5:1", "source"},
		"nothing at all":  {"", "x.yaml", "empty"},
		"an empty source": {"jurisdiction: X\ncountries: [CN]\nsource:\nhours: {mon: 09:00-18:00}\n", "x.yaml:3", "source"},
	} {
		_, err := Load(strings.NewReader(c.text), "x.yaml")
		if err == nil || !strings.HasPrefix(err.Error(), c.at) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want it at %s, saying %q", name, err, c.at, c.says)
		}
	}
	b := shipped(t)
	own := b.With(Rule{Name: "CN", Countries: []string{"CN"}})
	if len(own.Rules()) != len(b.Rules()) {
		t.Error("a rule of the same name was added, not replaced")
	}
	for _, r := range b.Rules() {
		if r.Source == "" {
			t.Errorf("%s names no source", r.Name)
		}
	}
}
