package customer

import (
	"testing"
	"time"
)

var now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// ago is a call that came in so long ago and in which the caller gave up.
func ago(d time.Duration) Past {
	return Past{Began: now.Add(-d), Ended: now.Add(-d).Add(10 * time.Second), Inbound: true, HungUp: true, Point: InIVR}
}

func TestWindows(t *testing.T) {
	for _, c := range []struct {
		age         time.Duration
		hour, month bool
	}{
		{0, true, true}, {59*time.Minute + 59*time.Second, true, true}, {time.Hour, true, true},
		{time.Hour + 1, false, true}, {time.Hour + time.Second, false, true},
		{Month, false, true}, {Month + time.Second, false, false}, {-time.Second, false, false},
	} {
		at := now.Add(-c.age)
		if got := Last(now, Hour).Has(at); got != c.hour {
			t.Errorf("%v ago is in the last hour: %v", c.age, got)
		}
		if got := Last(now, Month).Has(at); got != c.month {
			t.Errorf("%v ago is in the last 30 days: %v", c.age, got)
		}
	}
}

func TestThirdCallOfTheHour(t *testing.T) {
	for _, c := range []struct {
		second time.Duration
		want   int
	}{{59*time.Minute + 59*time.Second, 3}, {60*time.Minute + time.Second, 2}} {
		f := Facts{History: History{Before: true, Calls: []Past{ago(time.Minute), ago(c.second)}}}
		got := f.Counts(now)
		if got.Calls1h != c.want || got.GaveUp1h != c.want-1 || got.Calls30d != 3 || got.GaveUp30d != 2 {
			t.Errorf("with a call %v ago: %+v, want %d calls in the hour", c.second, got, c.want)
		}
	}
}

func TestWhatCountsAsGivenUp(t *testing.T) {
	base := ago(time.Minute)
	for name, c := range map[string]struct {
		change func(*Past)
		calls  int
		gaveUp int
	}{
		"hung up in the IVR":    {func(*Past) {}, 1, 1},
		"we hung up":            {func(p *Past) { p.HungUp = false }, 1, 0},
		"hung up in the queue":  {func(p *Past) { p.Point = InQueue }, 1, 0},
		"hung up on a person":   {func(p *Past) { p.Point = AtPerson }, 1, 0},
		"hung up at the close":  {func(p *Past) { p.Point = AtClose }, 1, 0},
		"hung up while ringing": {func(p *Past) { p.Point = AtRing }, 1, 0},
		"we called":             {func(p *Past) { p.Inbound = false }, 0, 0},
	} {
		p := base
		c.change(&p)
		h := History{Calls: []Past{p}}
		w := Last(now, Hour)
		if h.CallsIn(w) != c.calls || h.GaveUpIn(w) != c.gaveUp {
			t.Errorf("%s: %d calls, %d given up; want %d and %d", name, h.CallsIn(w), h.GaveUpIn(w), c.calls, c.gaveUp)
		}
	}
}

func TestHistory(t *testing.T) {
	h := History{
		Calls:      []Past{{Inbound: false, Node: "ours"}, {Inbound: true, Node: "price", Began: now}},
		Complaints: []Complaint{{Opened: now}, {Opened: now.Add(-time.Hour), Closed: now}},
		Enquiries:  map[string]int{"b": 50, "a": 50, "c": 49},
	}
	if !h.First() || !h.Complained() || h.Open() != 1 || h.LastPoint().Node != "price" || h.Asked("c") != 49 || h.Asked("d") != 0 {
		t.Errorf("first %v, complained %v, open %d, last %q", h.First(), h.Complained(), h.Open(), h.LastPoint().Node)
	}
	if p, n := h.TopProduct(); p != "a" || n != 50 {
		t.Errorf("most asked about is %s, %d times", p, n)
	}
	if h := (History{}); h.Complained() || h.LastPoint() != (Past{}) {
		t.Error("nothing happened, yet something is told")
	}
}

func TestConsentAndFieldsExpire(t *testing.T) {
	p := Profile{
		Consent: []Consent{
			{Purpose: "marketing", State: Granted, Expires: now},
			{Purpose: "recording", State: Granted},
			{Purpose: "profiling", State: Withdrawn},
		},
		Fields: map[string]Field{"size": {Value: "L", Until: now}, "shoe": {Value: "42"}},
		Tags:   []string{"vip"}, Products: []string{"kettle"},
	}
	for purpose, at := range map[string]map[time.Time]bool{
		"marketing": {now.Add(-1): true, now: false}, "recording": {now: true}, "profiling": {now: false}, "surveys": {now: false},
	} {
		for at, want := range at {
			if got := p.Allows(purpose, at); got != want {
				t.Errorf("%s at %v: %v, want %v", purpose, at, got, want)
			}
		}
	}
	if p.Field("size", now.Add(-1)) != "L" || p.Field("size", now) != "" || p.Field("shoe", now) != "42" || p.Field("hat", now) != "" {
		t.Error("fields do not expire as they say")
	}
	if !p.Tagged("vip") || p.Tagged("new") || !p.Owns("kettle") || p.Owns("car") {
		t.Error("tags or products are confused")
	}
}
