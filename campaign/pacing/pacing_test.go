package pacing

import (
	"math"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestDial(t *testing.T) {
	minutes := func(n int) []time.Duration { return make([]time.Duration, n) }
	for name, c := range map[string]struct {
		cfg  Config
		s    State
		want int
		why  string
	}{
		"agentless, up to the lines":         {cfg: Config{Concurrent: 30, PerSecond: 50}, s: State{Calls: 10}, want: 20, why: "30 calls at once"},
		"agentless, no line left":            {cfg: Config{Concurrent: 30}, s: State{Calls: 31}, why: "30 calls at once"},
		"agentless, up to the attempts":      {cfg: Config{Concurrent: 30, PerSecond: 5}, want: 5, why: "5 attempts a second"},
		"progressive":                        {cfg: Config{Mode: Progressive}, s: State{Ready: 3, Ringing: minutes(1), Calls: 1}, want: 2, why: "one call an agent"},
		"progressive, none ready":            {cfg: Config{Mode: Progressive}, s: State{Working: minutes(3)}},
		"preview":                            {cfg: Config{Mode: Preview}, s: State{Ready: 3, Asked: 2}, want: 2},
		"preview, nobody is ready":           {cfg: Config{Mode: Preview}, s: State{Asked: 2}},
		"predictive, few agents":             {cfg: Config{Mode: Predictive}, s: State{Ready: 1, Working: minutes(13)}, want: 1, why: "fewer than 15 agents"},
		"predictive, nothing is known":       {cfg: Config{Mode: Predictive}, s: State{Ready: 4, Working: minutes(16)}, want: 4, why: "at most 100.00 % in 30 days"},
		"predictive, with the script behind": {cfg: Config{Mode: Predictive, Overflow: 0.5}, s: State{Ready: 2, Working: minutes(16)}, want: 2, why: "met by the script"},
	} {
		got, why := New(c.cfg).Dial(noon, c.s)
		if got != c.want || !strings.Contains(why, c.why) {
			t.Errorf("%s: %d (%s), want %d (%s)", name, got, why, c.want, c.why)
		}
	}
}

// Over any time no more calls are placed than the rate allows.
func TestAttemptsASecond(t *testing.T) {
	p := New(Config{Concurrent: 1000, PerSecond: 3})
	placed := 0
	for i := range 600 { // a minute
		n, _ := p.Dial(noon.Add(time.Duration(i)*100*time.Millisecond), State{})
		placed += n
	}
	if placed < 180 || placed > 183 {
		t.Errorf("%d calls in a minute at 3 a second", placed)
	}
	if n, _ := p.Dial(noon, State{}); n > 3 {
		t.Errorf("%d calls after the clock was put back", n)
	}
}

// The limits are those of R's binom.test(a, n, alternative = "less").
func TestLimit(t *testing.T) {
	for _, c := range []struct {
		count Count
		want  float64
	}{{Count{100, 0}, 0.0295130}, {Count{1000, 20}, 0.0289350}, {Count{10, 10}, 1}, {Count{}, 1}} {
		if got := Limit(c.count, Count{}, 0, 0.95); math.Abs(got-c.want) > 2e-5 {
			t.Errorf("%+v: %.6f, want %.6f", c.count, got, c.want)
		}
	}
	if alone, among := Limit(Count{100, 3}, Count{}, 400, 0.95), Limit(Count{100, 3}, Count{10000, 100}, 400, 0.95); among >= alone || among < 0.014 {
		t.Errorf("alone %.4f, with a good month before it %.4f", alone, among)
	}
}

func TestLedgerForgetsAfterThirtyDays(t *testing.T) {
	var l Ledger
	l.Add(noon, Count{10, 1})
	l.Add(noon.Add(20*time.Minute), Count{5, 0})
	if got := l.Lately(noon.Add(20 * time.Minute)); got != (Count{15, 1}) {
		t.Errorf("lately %+v", got)
	}
	if got := l.Lately(noon.Add(time.Hour)); got != (Count{}) {
		t.Errorf("an hour later %+v", got)
	}
	if got := l.Month(noon.AddDate(0, 0, 29)); got != (Count{15, 1}) {
		t.Errorf("after 29 days %+v", got)
	}
	l.Add(noon.Add(time.Hour), Count{1, 0}) // told late
	if got := l.Month(noon.AddDate(0, 0, 30).Add(quarter)); got != (Count{1, 0}) {
		t.Errorf("after 30 days and a quarter of an hour %+v", got)
	}
	if l.Add(noon.AddDate(-1, 0, 0), Count{7, 7}); l.Month(noon.AddDate(0, 0, 90)) != (Count{}) {
		t.Errorf("after 90 days %+v", l.sum)
	}
}

// The share to aim at falls as more people are abandoned, to none at the bound.
func TestTargetFallsTowardsTheBound(t *testing.T) {
	last := 1.0
	for _, abandoned := range []int{50, 150, 200, 250, 290, 400} {
		var l Ledger
		l.Add(noon.Add(-time.Hour), Count{10000, abandoned})
		got, why := (&bound{}).target(noon, Config{}.withDefaults(), &l)
		if got > last || got > 0.03 || (got == 0) != (abandoned > 250) {
			t.Errorf("%d of 10000 abandoned: aims at %.4f after %.4f (%s)", abandoned, got, last, why)
		}
		last = got
	}
}

func TestHabits(t *testing.T) {
	var h Habits
	if p := h.answer(0); p != 1 {
		t.Errorf("nothing known: %v", p)
	}
	for range 300 {
		h.Answered(5 * time.Second)
		h.Failed(25 * time.Second)
		h.Failed(25 * time.Second)
		h.Served(time.Minute)
		h.Served(3 * time.Minute)
	}
	if p := h.answer(0); math.Abs(p-1.0/3) > 0.01 {
		t.Errorf("one in three is answered: %v", p)
	}
	if p := h.answer(6 * time.Second); p > 0.01 {
		t.Errorf("after the time when people answer: %v", p)
	}
	if p := h.free(50*time.Second, 20*time.Second); math.Abs(p-0.5) > 0.01 {
		t.Errorf("half of them are free after a minute: %v", p)
	}
	if p := h.free(2*time.Minute, 20*time.Second); p != 0 {
		t.Errorf("nobody is free between the two: %v", p)
	}
	for range 10000 {
		h.Answered(5 * time.Second)
	}
	if p := h.answer(0); p < 0.98 || h.answered.total > 2*fade {
		t.Errorf("habits change: %v of %v", p, h.answered.total)
	}
}

func TestExcess(t *testing.T) {
	for _, c := range [][3]float64{{0, 1, 0.398942}, {1, 1, 1.083316}, {-2, 1, 0.008491}, {3, 0, 3}, {-3, 0, 0}} {
		if got := excess(c[0], c[1]); math.Abs(got-c[2]) > 1e-5 {
			t.Errorf("E[max(0, N(%v, %v))] = %.6f, want %.6f", c[0], c[1], got, c[2])
		}
	}
}
