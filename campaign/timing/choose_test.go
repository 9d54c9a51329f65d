package timing

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func always(time.Time) bool { return true }

// hourly is a probability by the hour of the day where the person is.
func hourly(where *time.Location, by map[int]float64) func(time.Time) float64 {
	return func(t time.Time) float64 {
		if p, ok := by[t.In(where).Hour()]; ok {
			return p
		}
		return 0.1
	}
}

func TestChoose(t *testing.T) {
	where := zone(t, "Asia/Shanghai")
	now := time.Date(2026, 3, 2, 10, 5, 0, 0, where)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, where) }
	office := func(t time.Time) bool {
		m := t.In(where).Hour()*60 + t.In(where).Minute()
		return m >= 9*60+30 && m < 20*60
	}
	for name, c := range map[string]struct {
		p        map[int]float64
		allowed  func(time.Time) bool
		room     func(time.Time) float64
		prefers  string
		deadline time.Time
		want     time.Time
		verdict  Verdict
	}{
		"likely now":                            {map[int]float64{10: 0.61, 19: 0.9}, office, nil, "", at(4, 0, 0), now, CallNow},
		"exactly the threshold is not above it": {map[int]float64{10: 0.6, 19: 0.9}, office, nil, "", at(4, 0, 0), at(2, 19, 0), Likely},
		"later, the earliest of equals":         {map[int]float64{19: 0.7}, office, nil, "", at(5, 0, 0), at(2, 19, 0), Likely},
		"best below the threshold":              {map[int]float64{15: 0.4}, office, nil, "", at(3, 0, 0), at(2, 15, 0), Best},
		"the deadline is near":                  {map[int]float64{15: 0.9}, office, nil, "", at(2, 12, 0), now, Best},
		"a half hour opens":                     {map[int]float64{9: 0.9}, office, nil, "", at(4, 0, 0), at(3, 9, 30), Likely},
		"forbidden hours":                       {map[int]float64{21: 0.9, 12: 0.3}, office, nil, "", at(3, 0, 0), at(2, 12, 0), Best},
		"nothing allowed":                       {nil, func(time.Time) bool { return false }, nil, "", at(4, 0, 0), time.Time{}, NoSlot},
		"past the deadline":                     {nil, always, nil, "", at(1, 0, 0), time.Time{}, NoSlot},
		"agents are busy now":                   {map[int]float64{10: 0.9, 14: 0.8}, office, room(where, 10, 0), "", at(3, 0, 0), at(2, 14, 0), Likely},
		"agents have less room":                 {map[int]float64{14: 0.8, 15: 0.7}, office, room(where, 14, 0.5), "", at(3, 0, 0), at(2, 15, 0), Likely},
		"named hours go before":                 {map[int]float64{10: 0.9, 18: 0.3}, office, nil, "evening", at(3, 0, 0), at(2, 18, 0), Best},
		"no named hour is left":                 {map[int]float64{10: 0.7, 15: 0.9}, office, nil, "evening", at(2, 17, 0), now, CallNow},
	} {
		p := Person{Where: where, Prefers: c.prefers}
		got := Choose(now, c.deadline, p, Slots{P: hourly(where, c.p), Allowed: c.allowed, Room: c.room})
		if !got.At.Equal(c.want) || got.Verdict != c.verdict || got.Why == "" {
			t.Errorf("%s: %+v, want %s %s", name, got, c.verdict, c.want)
		}
	}
}

func room(where *time.Location, hour int, share float64) func(time.Time) float64 {
	return func(t time.Time) float64 {
		if t.In(where).Hour() == hour {
			return share
		}
		return 1
	}
}

// Whatever the clocks do, a choice is allowed, before the deadline, and no other
// slot of the hour grid is better.
func TestChooseIsBestAndAllowed(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1))
	for _, name := range []string{"Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Beirut"} {
		where := zone(t, name)
		for range 60 {
			now := time.Date(2025, 1, 1, 0, dice.IntN(365*24*60), dice.IntN(60), 0, time.UTC)
			deadline := now.Add(time.Duration(dice.IntN(5*24*60)) * time.Minute)
			var rates [Hours]float64
			for h := range rates {
				rates[h] = dice.Float64() * 0.7
			}
			p := func(t time.Time) float64 { return rates[HourOf(t, where)] }
			allowed := func(t time.Time) bool { h := t.In(where).Hour(); return 8 <= h && h < 21 }
			c := Choose(now, deadline, Person{Where: where}, Slots{P: p, Allowed: allowed})
			best := 0.0
			for at := now; at.Before(deadline); at = at.Add(time.Minute) {
				if allowed(at) {
					best = max(best, p(at))
				}
			}
			switch {
			case c.Verdict == NoSlot && best > 0.2 && deadline.Sub(now) > quarter:
				t.Fatalf("%s: %s to %s: nothing, but there is a slot of %v", name, now, deadline, best)
			case c.Verdict == NoSlot:
			case !allowed(c.At) || c.At.Before(now) || !c.At.Before(deadline) || c.P != p(c.At):
				t.Fatalf("%s: %+v from %s to %s", name, c, now, deadline)
			case c.Verdict == CallNow && c.P <= Threshold:
				t.Fatalf("%s: now with %v", name, c.P)
			case c.Verdict != CallNow && c.P < best:
				t.Fatalf("%s: %v at %s, but there is %v", name, c.P, c.At, best)
			}
		}
	}
}

func TestCoverage(t *testing.T) {
	c := Coverage{CallNow: 1, Likely: 2, Best: 4, NoSlot: 1}
	if c.Above() != 0.375 || c.Share(NoSlot) != 0.125 || (Coverage{}).Above() != 0 {
		t.Errorf("%v %v", c.Above(), c.Share(NoSlot))
	}
}

func TestTriggers(t *testing.T) {
	t0 := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	s := func(id string, kind Kind, item string, seconds int) Signal {
		return Signal{id, kind, item, t0.Add(time.Duration(seconds) * time.Second)}
	}
	cart := Trigger{On: Carted, Settle: 30 * time.Second, Rest: 24 * time.Hour}
	for name, c := range map[string]struct {
		trigger Trigger
		now     int
		signals []Signal
		last    time.Time
		due     int // seconds, -1: none
	}{
		"a cart":                    {cart, 1, []Signal{s("1", Carted, "kettle", 0)}, time.Time{}, 30},
		"a cart, heard of twice":    {cart, 1, []Signal{s("1", Carted, "kettle", 0), s("1", Carted, "kettle", 0)}, time.Time{}, 30},
		"more in the cart":          {cart, 25, []Signal{s("2", Carted, "cup", 20), s("1", Carted, "kettle", 0)}, time.Time{}, 30},
		"bought":                    {cart, 25, []Signal{s("1", Carted, "kettle", 0), s("2", Bought, "kettle", 20)}, time.Time{}, -1},
		"something else bought":     {cart, 25, []Signal{s("1", Carted, "kettle", 0), s("2", Bought, "cup", 20)}, time.Time{}, 30},
		"bought before":             {cart, 25, []Signal{s("1", Carted, "kettle", 0), s("2", Bought, "kettle", -20)}, time.Time{}, 30},
		"a settle that is too long": {Trigger{On: Carted, Settle: time.Hour}, 1, []Signal{s("1", Carted, "", 0)}, time.Time{}, 60},
		"heard of late":             {cart, 300, []Signal{s("1", Carted, "kettle", 0)}, time.Time{}, 300},
		"heard of much too late":    {cart, 3000, []Signal{s("1", Carted, "kettle", 0)}, time.Time{}, -1},
		"called today":              {cart, 1, []Signal{s("1", Carted, "kettle", 0)}, t0.Add(-time.Hour), -1},
		"called yesterday":          {cart, 1, []Signal{s("1", Carted, "kettle", 0)}, t0.Add(-25 * time.Hour), 30},
		"only looked":               {cart, 1, []Signal{s("1", Browsed, "kettle", 0)}, time.Time{}, -1},
		"a clock that is ahead":     {cart, 1, []Signal{s("1", Carted, "kettle", 500)}, time.Time{}, -1},
	} {
		job, ok := c.trigger.Due(t0.Add(time.Duration(c.now)*time.Second), c.signals, c.last)
		if ok != (c.due >= 0) || ok && !job.Due.Equal(t0.Add(time.Duration(c.due)*time.Second)) {
			t.Errorf("%s: %v %+v, want %d s", name, ok, job, c.due)
		}
		if ok && !strings.Contains(job.Why, string(c.trigger.On)) {
			t.Errorf("%s: why %q", name, job.Why)
		}
	}
}

// Every job is due within 60 s of its signal, or at once.
func TestTriggersAreSoon(t *testing.T) {
	dice := rand.New(rand.NewPCG(2, 2))
	t0 := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for range 20_000 {
		trigger := Trigger{On: Carted, Settle: time.Duration(dice.IntN(200)) * time.Second, Rest: time.Duration(dice.IntN(3)) * time.Minute}
		var signals []Signal
		for range dice.IntN(6) {
			signals = append(signals, Signal{Kind: []Kind{Carted, Browsed, Bought}[dice.IntN(3)], At: t0.Add(time.Duration(dice.IntN(900)) * time.Second)})
		}
		now := t0.Add(time.Duration(dice.IntN(900)) * time.Second)
		before := len(signals)
		job, ok := trigger.Due(now, signals, t0)
		if ok && (job.Due.Before(now) || job.Due.After(now) && job.Due.Sub(job.Signal.At) > Reaction || job.Signal.Kind != Carted || len(signals) != before) {
			t.Fatalf("%+v at %s of %+v", job, now, signals)
		}
	}
}
