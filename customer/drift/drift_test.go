package drift

import (
	"fmt"
	"math"
	"testing"
)

func TestIndexAndItsThresholds(t *testing.T) {
	for _, c := range []struct {
		then, now map[string]int
		psi       float64
		want      Verdict
	}{
		{map[string]int{"a": 50, "b": 50}, map[string]int{"a": 500, "b": 500}, 0, IsStable},
		{map[string]int{"a": 50, "b": 50}, map[string]int{"a": 60, "b": 40}, 0.0405465, IsStable},   // 0.1 ln(1.2) + 0.1 ln(1.25)
		{map[string]int{"a": 50, "b": 50}, map[string]int{"a": 66, "b": 34}, 0.1061258, HasMoved},   // 0.16 (ln 1.32 - ln 0.68)
		{map[string]int{"a": 50, "b": 50}, map[string]int{"a": 75, "b": 25}, 0.2746531, IsDrifted},  // 0.25 ln 3
		{map[string]int{"a": 100}, map[string]int{"b": 100}, 18.4188, IsDrifted},                    // a share of nobody is 0.0001
		{map[string]int{"a": 1, Other: 9}, map[string]int{"b": 1, Other: 9}, 0, IsStable},           // rare at one time: with the others
		{map[string]int{"a": 1, None: 1}, map[string]int{"a": 1, None: 1, Other: 0}, 0, IsStable},   // nobody is other
		{map[string]int{}, map[string]int{"a": 5}, 9.2094, IsDrifted},                               // there was nobody
		{map[string]int{"a": 90, None: 10}, map[string]int{"a": 80, None: 20}, 0.0810930, IsStable}, // 0.1 ln 2 + 0.1 ln(9/8)
	} {
		got := Compare(Counts{"value": c.then}, Counts{"value": c.now})
		if len(got) != 1 || math.Abs(got[0].PSI-c.psi) > 1e-3 || got[0].Verdict != c.want {
			t.Errorf("%v to %v: %+v, want %.7f, %s", c.then, c.now, got, c.psi, c.want)
		}
	}
	if got := Compare(Counts{}, Counts{"value": {"a": 1}}); len(got) != 0 {
		t.Errorf("a label that was not known then: %+v", got)
	}
}

func TestSteps(t *testing.T) {
	for text, want := range map[string]string{"0": "0", "0.05": "0.0+", "0.5": "0.5+", "1": "1", "1.99": "1", "2": "2-3", "3.5": "2-3", "4": "4-7", "1023.99": "512-1023", "1024": "1024-2047", "-3": "<0"} {
		if got := step(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestRareValuesAreTogether(t *testing.T) {
	var c Counter
	for i := range Kept + 10 {
		for range i + 1 {
			c.Add(fmt.Sprintf("\nregion=r%02d\nvalue=high\ndays_since_order=%d\n", i, i))
		}
	}
	got := c.Counts()
	if n := len(got["region"]); n != Kept+1 || got["region"][Other] != 55 || got["region"]["r49"] != 50 || got["value"]["high"] != c.Customers || got["lifecycle"][None] != c.Customers {
		t.Errorf("%d values, %+v", n, got["region"])
	}
	if _, counted := got["days_since_order"]; counted {
		t.Error("days that pass are counted")
	}
}
