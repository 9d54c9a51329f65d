package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func two() Experiment {
	return Experiment{Name: "greeting", Start: t0, Variants: []Variant{{Name: "former", Script: "a"}, {Name: "warm", Script: "b"}}}
}

func persons(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("p%d", i))
	}
	return out
}

func TestAssignIsSticky(t *testing.T) {
	abc := []Variant{{Name: "a", Weight: 1}, {Name: "b", Weight: 2}, {Name: "c", Weight: 1}}
	cba := []Variant{abc[2], abc[1], abc[0]}
	abcd := append(slices.Clone(abc), Variant{Name: "d", Weight: 1})
	heavy := []Variant{abc[0], {Name: "b", Weight: 6}, abc[2]}
	count, elsewhere := map[string]int{}, map[string]int{}
	const n = 40_000
	for _, p := range persons(n) {
		v, ok := Assign("x", p, abc)
		count[v.Name]++
		if w, _ := Assign("x", p, cba); !ok || w != v {
			t.Fatalf("%s: %v in one order, %v in another", p, v, w)
		}
		if w, _ := Assign("x", p, abcd); w != v && w.Name != "d" {
			t.Fatalf("%s moved from %s to %s when d came", p, v.Name, w.Name)
		}
		if w, _ := Assign("x", p, abc[:2]); w != v && v.Name != "c" {
			t.Fatalf("%s moved from %s to %s when c went", p, v.Name, w.Name)
		}
		if w, _ := Assign("x", p, heavy); w.Name != v.Name && w.Name != "b" {
			t.Fatalf("%s moved from %s to %s when b became heavier", p, v.Name, w.Name)
		}
		w, _ := Assign("y", p, abc)
		elsewhere[v.Name+w.Name]++
	}
	if _, p := Mismatch([]int{count["a"], count["b"], count["c"]}, []float64{1, 2, 1}); p < MismatchAlarm {
		t.Errorf("shares %v, want 1:2:1 (p %g)", count, p)
	}
	var cells []int
	var want []float64
	for _, v := range abc {
		for _, w := range abc {
			cells, want = append(cells, elsewhere[v.Name+w.Name]), append(want, v.Weight*w.Weight)
		}
	}
	if _, p := Mismatch(cells, want); p < MismatchAlarm {
		t.Errorf("two experiments depend on each other: %v (p %g)", elsewhere, p)
	}
	if _, ok := Assign("x", "p", []Variant{{Name: "a"}}); ok {
		t.Error("a variant without weight got a person")
	}
	if uniform("ab", "c") == uniform("a", "bc") {
		t.Error("words run into each other")
	}
}

// The first is what scipy.stats.chi2_contingency gives; the others are by the formula
// n(|ad-bc|-n/2)²/((a+b)(c+d)(a+c)(b+d)) and erfc(√(χ²/2)).
func TestChiSquareIsScipys(t *testing.T) {
	for _, c := range []struct {
		a, b    Arm
		chi2, p string
	}{
		{Arm{42, 1000}, Arm{78, 1000}, "10.859929", "0.00098267"},
		{Arm{10, 100}, Arm{10, 100}, "0.000000", "1.00000000"},
		{Arm{8, 10}, Arm{1, 6}, "3.809524", "0.05096194"}, // (|8·5-2·1|-8)²·16/(10·6·9·7)
		{Arm{0, 100}, Arm{0, 50}, "0.000000", "1.00000000"},
	} {
		chi2, p := ChiSquare(c.a, c.b)
		if got := fmt.Sprintf("%.6f %.8f", chi2, p); got != c.chi2+" "+c.p {
			t.Errorf("%v against %v: %s, want %s %s", c.a, c.b, got, c.chi2, c.p)
		}
		if back, _ := ChiSquare(c.b, c.a); math.Abs(back-chi2) > 1e-9 {
			t.Errorf("%v against %v is %g, the other way %g", c.a, c.b, chi2, back)
		}
	}
	chi2, p := Mismatch([]int{5000, 5400}, []float64{1, 1})
	if got := fmt.Sprintf("%.6f %.7f", chi2, p); got != "15.384615 0.0000877" {
		t.Errorf("5000 to 5400: %s", got)
	}
	if _, p := Mismatch([]int{10, 1}, []float64{1, 0}); p != 0 {
		t.Errorf("a person where none may be: p %g", p)
	}
}

func TestExceedsIsExactAndOneSided(t *testing.T) {
	if p := Exceeds(Arm{3, 5}, 0.005); p > 0.02 {
		t.Errorf("three complaints of five: p %g", p)
	}
	for _, n := range []int{0, 10, 1000, 100_000} {
		if p := Exceeds(Arm{n / 1000, n}, 0.005); p < 1 {
			t.Errorf("%d of %d is below the limit, p %g", n/1000, n, p)
		}
	}
	// The mean of E over all outcomes of n trials at the limit itself is 1.
	for _, limit := range []float64{0.005, 0.1, 0.5, 0.94} {
		const n = 40
		mean, odds := 0.0, math.Pow(1-limit, n)
		for h := range n + 1 {
			alpha, beta := wide(min(2*limit, (1+limit)/2))
			e := math.Exp(above(alpha+float64(h), beta+float64(n-h), limit) - above(alpha, beta, limit) - float64(h)*math.Log(limit) - float64(n-h)*math.Log1p(-limit))
			mean += odds * e
			odds *= float64(n-h) / float64(h+1) * limit / (1 - limit)
		}
		if math.Abs(mean-1) > 1e-6 {
			t.Errorf("limit %v: the mean of E is %v, want 1", limit, mean)
		}
	}
}

// Sequential and Interval are two sides of one thing.
func TestIntervalHoldsWhatIsNotRejected(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		a, b := Arm{0, 1 + dice.IntN(3000)}, Arm{0, 1 + dice.IntN(3000)}
		a.Hits, b.Hits = dice.IntN(a.Trials+1), dice.IntN(b.Trials+1)
		p := Sequential(a, b, 0.03)
		low, high := Interval(a, b, 0.03, 0.05)
		if p < 0 || p > 1 || math.IsNaN(p) || !(low <= high) {
			t.Fatalf("%v %v: p %v, %v to %v", a, b, p, low, high)
		}
		if rejects := p <= 0.05; rejects != (low > 0 || high < 0) {
			t.Fatalf("%v %v: p %v but %v to %v", a, b, p, low, high)
		}
		if q := Sequential(b, a, 0.03); math.Abs(p-q) > 1e-12 {
			t.Fatalf("%v %v: p %v one way, %v the other", a, b, p, q)
		}
	}
}

func TestBanditDrawsWhatIsApproved(t *testing.T) {
	e := Experiment{Variants: []Variant{{Name: "a"}, {Name: "b"}, {Name: "best", Version: "draft"}, {Name: "gone"}}}
	usable := e.Usable(func(v Variant) bool { return v.Version != "draft" }, "gone")
	tallies := []Tally{{Variant: "a", Called: 500, Converted: 10}, {Variant: "b", Called: 500, Converted: 40}, {Variant: "best", Called: 500, Converted: 400}}
	dice := rand.New(rand.NewPCG(7, 7))
	count := map[string]int{}
	for range 2000 {
		v, ok := Thompson(dice, usable, tallies, Converted)
		if !ok {
			t.Fatal("none drawn")
		}
		count[v.Name]++
	}
	if count["best"]+count["gone"] != 0 || count["b"] < 1980 {
		t.Errorf("drawn %v", count)
	}
	one, _ := Thompson(rand.New(rand.NewPCG(3, 3)), usable, nil, Converted)
	two, _ := Thompson(rand.New(rand.NewPCG(3, 3)), usable, nil, Converted)
	if one != two {
		t.Error("the same seed draws different variants")
	}
	if best := Best(dice, usable, nil, Converted, 2000); math.Abs(best[0]-0.5) > 0.06 || math.Abs(best[0]+best[1]-1) > 1e-9 {
		t.Errorf("knowing nothing, the odds are %v", best)
	}
	if _, ok := Thompson(dice, nil, nil, Converted); ok {
		t.Error("a variant was drawn from none")
	}
}

func TestLint(t *testing.T) {
	good := two()
	good.Variants = append(good.Variants, Variant{Name: "short", Script: "c"})
	if got := good.Lint(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	bad := Experiment{Variants: []Variant{{Name: "a", Weight: -1}, {Name: "a", Script: "x"}}, Metric: "sales", Allocation: "dice", Alpha: 5, Lasts: time.Hour}
	var keys []string
	for _, f := range bad.Lint() {
		keys = append(keys, f.Key)
		if f.Text == "" || f.Hint == "" || !strings.HasPrefix(f.String(), f.Key) {
			t.Errorf("%+v", f)
		}
	}
	if want := "name variants variants[0].script variants[1].name variants[0].weight metric allocation alpha start lasts"; strings.Join(keys, " ") != want {
		t.Errorf("found %v, want %s", keys, want)
	}
}
