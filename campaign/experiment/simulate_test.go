package experiment

import (
	"math/rand/v2"
	"testing"
	"time"
)

// truth is the true rates of a variant.
type truth struct{ convert, complain float64 }

// played is one experiment, looked at every day for two weeks: the decision and
// the day of it.
func played(e Experiment, truths []truth, daily int, dice *rand.Rand) (Decision, int) {
	e = e.Filled()
	tallies := make([]Tally, len(e.Variants))
	for i, v := range e.Variants {
		tallies[i].Variant = v.Name
	}
	var looks []Look
	var dropped []string
	for day := 1; ; day++ {
		usable := e.Usable(func(Variant) bool { return true }, dropped...)
		for range daily {
			v, _ := draw(e, usable, tallies, dice)
			for i := range e.Variants {
				if e.Variants[i].Name == v.Name {
					tallies[i].call(truths[i], dice)
				}
			}
		}
		at := e.Start.Add(time.Duration(day) * 24 * time.Hour)
		looks = append(looks, Look{at, append([]Tally(nil), tallies...)})
		d := Decide(at, e, looks)
		if d.Act != Continue {
			return d, day
		}
		dropped = d.Dropped
	}
}

func draw(e Experiment, usable []Variant, tallies []Tally, dice *rand.Rand) (Variant, bool) {
	if e.Allocation == Bandit {
		return Thompson(dice, usable, tallies, e.Metric)
	}
	pick := dice.IntN(len(usable))
	return usable[pick], true
}

func (t *Tally) call(is truth, dice *rand.Rand) {
	t.Assigned++
	t.Called++
	if dice.Float64() < is.convert {
		t.Converted++
	}
	if dice.Float64() < is.complain {
		t.Complained++
		t.Negative++
	}
}

// The error of a fixed test that is looked at every day shows that the figure
// could be missed.
func TestFalseAlarmsOfAATests(t *testing.T) {
	const runs = 1000
	for _, c := range []struct {
		name  string
		rate  float64
		daily int
		more  int // variants beside the first two
	}{
		{"1 %, 200 a day", 0.01, 200, 0},
		{"6 %, 286 a day", 0.06, 286, 0},
		{"30 %, 100 a day", 0.3, 100, 0},
		{"30 %, 800 a day", 0.3, 800, 0},
		{"6 %, 286 a day, 4 variants", 0.06, 286, 2},
	} {
		e := two()
		for _, n := range []string{"x", "y"}[:c.more] {
			e.Variants = append(e.Variants, Variant{Name: n, Script: n})
		}
		truths := make([]truth, len(e.Variants))
		for i := range truths {
			truths[i].convert = c.rate
		}
		alarms, halts, naive := 0, 0, 0
		for run := range runs {
			dice := rand.New(rand.NewPCG(uint64(run), 1))
			d, _ := played(e, truths, c.daily, dice)
			switch {
			case d.Act == Adopt || len(d.Dropped) > 0:
				alarms++
			case d.Act == Halt:
				halts++
			}
			if peeked(c.rate, c.daily/2, rand.New(rand.NewPCG(uint64(run), 2))) {
				naive++
			}
		}
		t.Logf("%s: %d of %d false verdicts, %d false mismatches; chi-square peeked at daily %d", c.name, alarms, runs, halts, naive)
		if alarms > runs*5/100 {
			t.Errorf("%s: %d false verdicts in %d A/A tests, at most 5 %%", c.name, alarms, runs)
		}
		if halts > runs*2/100 {
			t.Errorf("%s: %d of %d halted for shares that were right", c.name, halts, runs)
		}
		if naive < runs*6/100 {
			t.Errorf("%s: a fixed test peeked at daily erred in only %d of %d: this test would miss a bad p-value", c.name, naive, runs)
		}
	}
}

// peeked tells whether a chi-square test is below 0.05 on any of 14 days.
func peeked(rate float64, daily int, dice *rand.Rand) bool {
	var a, b Arm
	for range 14 {
		for range daily {
			for _, x := range []*Arm{&a, &b} {
				x.Trials++
				if dice.Float64() < rate {
					x.Hits++
				}
			}
		}
		if _, p := ChiSquare(a, b); p < 0.05 {
			return true
		}
	}
	return false
}

// 42 against 78 in 1000 is found before the two weeks are over.
func TestPower(t *testing.T) {
	const runs = 500
	for _, c := range []struct {
		a, b  float64
		daily int
		least int // percent found in two weeks
	}{
		{0.042, 0.078, 286, 90},
		{0.042, 0.078, 143, 60},
		{0.30, 0.36, 286, 70},
	} {
		found, wrong := 0, 0
		var days []int
		for run := range runs {
			d, day := played(two(), []truth{{c.a, 0}, {c.b, 0}}, c.daily, rand.New(rand.NewPCG(uint64(run), 3)))
			switch {
			case d.Act == Adopt && d.Variant == "warm":
				found, days = found+1, append(days, day)
			case len(d.Dropped) > 0:
				wrong++
			}
		}
		half, most := quantile(days, runs, 0.5), quantile(days, runs, 0.9)
		t.Logf("%.3f against %.3f, %d a day: found in %.1f %%, half by day %d, nine of ten by day %d (0: later), wrong way %d", c.a, c.b, c.daily, 100*float64(found)/runs, half, most, wrong)
		if found*100 < c.least*runs || wrong > 0 {
			t.Errorf("%.3f against %.3f: found %d of %d, wrong way %d", c.a, c.b, found, runs, wrong)
		}
	}
}

// quantile is the day by which this share of all runs were found, 0 for never.
func quantile(days []int, runs int, share float64) int {
	for day := 1; day <= 14; day++ {
		n := 0
		for _, d := range days {
			if d <= day {
				n++
			}
		}
		if float64(n) >= share*float64(runs) {
			return day
		}
	}
	return 0
}

func TestComplaintsDropAVariant(t *testing.T) {
	const runs = 500
	dropped, days, falsely := 0, 0, 0
	for run := range runs {
		dice := rand.New(rand.NewPCG(uint64(run), 4))
		d, day := played(two(), []truth{{0.06, 0.002}, {0.06, 0.02}}, 286, dice)
		if d.Act == Keep && len(d.Dropped) == 1 && d.Dropped[0] == "warm" {
			dropped, days = dropped+1, days+day
		}
		if d, _ := played(two(), []truth{{0.06, 0.005}, {0.06, 0.005}}, 286, dice); d.Act == Halt || len(d.Dropped) > 0 {
			falsely++
		}
	}
	t.Logf("2 %% complaints against a limit of 0.5 %%: dropped in %d of %d, on day %.1f on average; at the limit itself %d falsely", dropped, runs, float64(days)/float64(max(1, dropped)), falsely)
	if dropped < runs*95/100 || falsely > runs*6/100 {
		t.Errorf("dropped %d of %d, falsely %d", dropped, runs, falsely)
	}
}

func TestBanditGivesMoreToTheBetter(t *testing.T) {
	e := two()
	e.Allocation = Bandit
	sum, all := 0, 0
	for run := range 50 {
		dice := rand.New(rand.NewPCG(uint64(run), 5))
		tallies := []Tally{{Variant: "former"}, {Variant: "warm"}}
		for range 2000 {
			v, _ := Thompson(dice, e.Filled().Variants, tallies, Converted)
			i, rate := 0, 0.042
			if v.Name == "warm" {
				i, rate = 1, 0.078
			}
			tallies[i].call(truth{rate, 0}, dice)
		}
		sum, all = sum+tallies[1].Called, all+2000
	}
	t.Logf("the better of 4.2 %% and 7.8 %% gets %.1f %% of 2000 persons", 100*float64(sum)/float64(all))
	if sum*100 < all*75 {
		t.Errorf("the better variant got %d of %d", sum, all)
	}
	if d, day := played(e, []truth{{0.042, 0}, {0.078, 0}}, 286, rand.New(rand.NewPCG(1, 6))); d.Act != Keep || day != 14 || d.Mismatch != 1 {
		t.Errorf("a bandit was judged: %+v on day %d", d, day)
	}
}
