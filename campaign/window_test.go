package campaign

import (
	"strings"
	"testing"
	"time"
)

// windowed is a campaign with a window, in the zone of Berlin.
func windowed(t *testing.T, window string) *Campaign {
	t.Helper()
	c, err := Load(strings.NewReader(`
campaign: spring
purpose: marketing
who: {segment: reachable, window: `+window+`}
variants: [{name: plain, script: offer}]
line: {trunk: carrier, numbers: ["+864001234567"]}
when: {start: 2026-01-01, until: 2026-12-31, timezone: Europe/Berlin}
`), "spring.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// Around each boundary, where the person is, also in nights in which clocks change.
func TestWindowsOpenAndCloseByThePersonsOwnDays(t *testing.T) {
	const none = ""
	for _, c := range []struct {
		window, zones, since string
		shut                 string // the last second before it opens
		open                 string // its first
		last                 string // its last
		over                 string
	}{
		{"new", "Asia/Shanghai", "2026-03-04T10:00:00+08:00", "2026-03-04T09:59:59+08:00", "2026-03-04T10:00:00+08:00", "2026-03-05T09:59:59+08:00", "2026-03-05T10:01:00+08:00"},
		// 24 hours that pass: the clocks go forward, so it ends at 21:00.
		{"new", "Europe/Berlin", "2026-03-28T20:00:00+01:00", none, "2026-03-28T20:00:00+01:00", "2026-03-29T20:59:59+02:00", "2026-03-29T21:00:00+02:00"},
		{"repurchase", "Asia/Shanghai", "2026-03-02T23:30:00+08:00", "2026-03-08T23:59:59+08:00", "2026-03-09T00:00:00+08:00", "2026-03-17T23:59:59+08:00", "2026-03-18T00:00:00+08:00"},
		// The same purchase is of the day before in New York, whose clocks go forward on 8 March.
		{"repurchase", "America/New_York", "2026-03-02T01:30:00+08:00", "2026-03-07T23:59:59-05:00", "2026-03-08T00:00:00-05:00", "2026-03-16T23:59:59-04:00", "2026-03-17T00:00:00-04:00"},
		// Clocks go back in it: day 15 ends an hour later.
		{"repurchase", "America/New_York", "2026-10-20T12:00:00-04:00", "2026-10-26T23:59:59-04:00", "2026-10-27T00:00:00-04:00", "2026-11-04T23:59:59-05:00", "2026-11-05T00:00:00-05:00"},
		// Of who may be in two zones it is open when it is in both.
		{"repurchase", "America/New_York America/Los_Angeles", "2026-05-01T12:00:00-04:00", "2026-05-08T02:59:59-04:00", "2026-05-08T03:00:00-04:00", "2026-05-16T23:59:59-04:00", "2026-05-17T00:00:00-04:00"},
		// Of who is nowhere, the campaign's days count.
		{"repurchase", none, "2026-03-02T12:00:00+01:00", "2026-03-08T23:59:59+01:00", "2026-03-09T00:00:00+01:00", "2026-03-17T23:59:59+01:00", "2026-03-18T00:00:00+01:00"},
		// 30 whole days without a sign: 2 to 31 March.
		{"lost", "Europe/Berlin", "2026-03-01T23:59:00+01:00", "2026-03-31T23:59:59+02:00", "2026-04-01T00:00:00+02:00", "2026-12-31T23:59:59+01:00", "2027-01-01T00:00:00+01:00"},
		{"lost", "Pacific/Auckland", "2026-03-01T23:59:00+13:00", "2026-03-31T23:59:59+13:00", "2026-04-01T00:00:00+13:00", none, none},
	} {
		camp := windowed(t, c.window)
		m := map[string]Moments{"new": {Joined: at(t, c.since)}, "repurchase": {Bought: at(t, c.since)}, "lost": {Seen: at(t, c.since)}}[c.window]
		for text, want := range map[string]bool{c.shut: false, c.open: true, c.last: true, c.over: false} {
			if text == none {
				continue
			}
			now := at(t, text)
			if _, near := camp.Near(now, m); want && !near {
				t.Errorf("%s of %s: at %s they are in it, and not near it", c.window, c.since, text)
			}
			k, ok := camp.Enter(now, Candidate{Zones: strings.Fields(c.zones), Due: now, Deadline: camp.When.Deadline}, m)
			if ok != want {
				t.Errorf("%s of %s in %s: at %s %v, want %v", c.window, c.since, c.zones, text, ok, want)
			}
			if ok && (!k.Last.Window.Equal(at(t, c.since)) || k.Due.After(now) || c.over != none && k.Deadline.After(at(t, c.over))) {
				t.Errorf("%s of %s: %+v", c.window, c.since, k)
			}
		}
	}
}

func TestDaysSixToSixteenAndHoursTwentyFour(t *testing.T) {
	bought := at(t, "2026-06-10T15:00:00+08:00")
	c, zones := windowed(t, "repurchase"), []string{"Asia/Shanghai"}
	for day := range 20 {
		now := bought.Add(time.Duration(day) * 24 * time.Hour)
		if _, ok := c.Enter(now, Candidate{Zones: zones, Deadline: c.When.Deadline}, Moments{Bought: bought}); ok != (day >= 7 && day <= 15) {
			t.Errorf("day %d: %v", day, ok)
		}
	}
	c = windowed(t, "new")
	for after, want := range map[time.Duration]bool{0: true, 23*time.Hour + 59*time.Minute: true, 24 * time.Hour: false, 24*time.Hour + time.Minute: false} {
		if _, ok := c.Enter(bought.Add(after), Candidate{Zones: zones, Deadline: c.When.Deadline}, Moments{Joined: bought}); ok != want {
			t.Errorf("%v after they joined: %v", after, ok)
		}
	}
	c = windowed(t, "lost")
	for day, want := range map[int]bool{29: false, 30: false, 31: true, 300: false} { // the campaign is over then
		if _, ok := c.Enter(bought.AddDate(0, 0, day), Candidate{Zones: zones, Deadline: c.When.Deadline}, Moments{Seen: bought}); ok != want {
			t.Errorf("%d days after: %v", day, ok)
		}
	}
	for _, m := range []Moments{{Seen: bought}, {}} {
		if _, near := c.Near(bought, m); near {
			t.Error("who was seen now, or never, is near the window of the lost")
		}
	}
	if _, ok := c.Enter(bought, Candidate{Zones: zones, Deadline: c.When.Deadline}, Moments{}); ok {
		t.Error("who was never seen is lost")
	}
}

// Each window is one's own: a second purchase gives other tries, and the first one's
// end with it.
func TestAnotherWindowBeginsAnew(t *testing.T) {
	c := windowed(t, "repurchase")
	bought, zones := at(t, "2026-06-10T15:00:00+08:00"), []string{"Asia/Shanghai"}
	now := bought.AddDate(0, 0, 8)
	first, ok := c.Enter(now, Candidate{Campaign: "spring", Person: "p", State: Pending, Zones: zones, Due: now, Deadline: c.When.Deadline, Priority: Normal}, Moments{Bought: bought})
	if !ok {
		t.Fatal("day 8 is not in the window")
	}
	if _, over := c.Close(now, first, Moments{Bought: bought}); over {
		t.Error("closed, and nothing happened")
	}
	again := bought.AddDate(0, 0, 9)
	shut, over := c.Close(again, first, Moments{Bought: again})
	if !over || shut.State != Stopped {
		t.Errorf("bought again, and %+v", shut)
	}
	shut.Tries, shut.Variant, shut.Priority = 3, "b", Low
	later := again.AddDate(0, 0, 7)
	if _, over := c.Close(later, first, Moments{Bought: again}); over {
		t.Error("closed, though the next window is open: it is to be renewed")
	}
	fresh, ok := c.Enter(later, Candidate{Campaign: "spring", Person: "p", State: Pending, Zones: zones, Due: later, Deadline: c.When.Deadline, Priority: Normal}, Moments{Bought: again})
	if k := shut.Renew(fresh); !ok || k.State != Pending || k.Tries != 3 || k.Variant != "b" || k.Priority != Low || !c.ready(later, k) || !k.Last.Window.Equal(again) {
		t.Errorf("%v, %+v", ok, k)
	}
}
