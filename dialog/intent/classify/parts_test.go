package classify

import (
	"math"
	"slices"
	"testing"

	"github.com/parley-voice/parley/dialog/words"
)

func TestGrams(t *testing.T) {
	var got [kinds][]string
	eachGram(words.Split("退款 My a!"), func(k kind, s string) { got[k] = append(got[k], k.show(s)) })
	want := [kinds][]string{
		wordGrams:   {"退", "^ 退", "款", "退 款", "my", "款 my", "a", "my a", "a $"},
		letterGrams: {"m…", "…my…", "…y", "my…", "…my", "my", "a…", "…a", "a"},
		soundGrams:  {"tui", "^ tui", "kuan", "tui kuan", "kuan $"},
	}
	for k, w := range want {
		if !slices.Equal(got[k], w) {
			t.Errorf("%s: %q, want %q", kind(k), got[k], w)
		}
	}
}

// Each group has its own weight, however many features it has; what no example
// holds takes its part of it.
func TestVectorGivesEachGroupItsWeight(t *testing.T) {
	d := newDictionary()
	docs := []doc{d.learn("我的 refund please"), d.learn("price")}
	r := method.rarity(len(d.names), docs)
	length := func(v vector) (sum [kinds]float64) {
		for i, id := range v.ids {
			sum[d.kinds[id]] += float64(v.values[i]) * float64(v.values[i])
		}
		return sum
	}
	whole := method.vector(d.read("我的 refund please"), r, d.kinds)
	for k, s := range length(whole) {
		if g := method.groups[k]; math.Abs(s-g*g) > 1e-5 {
			t.Errorf("%s: squared length %g, want %g", kind(k), s, g*g)
		}
	}
	if math.Abs(whole.coverage-1) > 1e-6 {
		t.Errorf("coverage of an example %g", whole.coverage)
	}
	part := method.vector(d.read("我的 refund elephant"), r, d.kinds)
	if part.coverage > 0.8 || part.coverage < 0.3 || math.Abs(part.length-whole.length) > 1e-9 {
		t.Errorf("coverage %g, length %g against %g", part.coverage, part.length, whole.length)
	}
	if none := method.vector(d.read("ÿÿÿÿ"), r, d.kinds); none.coverage != 0 || len(none.ids) != 0 {
		t.Errorf("of nothing known: %+v", none)
	}
}

// At the optimum every dual variable is at a bound or its margin is 1 (KKT).
func TestMachinesReachTheOptimum(t *testing.T) {
	m := &Model{dict: newDictionary()}
	l, err := m.read(lines(t, "en.train.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	s := shape{len(m.dict.names), len(m.intents), m.dict.kinds}
	long := method
	long.epochs = 300
	objective := func(tuning tuning) float64 {
		r := tuning.rarity(s.features, l.docs)
		var vectors []vector
		for _, d := range l.docs {
			vectors = append(vectors, tuning.vector(d, r, s.kinds))
		}
		machines := tuning.trainMachines(s, vectors, l.labels)
		sum := 0.0
		for _, w := range slices.Concat(machines.weights, machines.bias) {
			sum += float64(w) * float64(w) / 2
		}
		out := make([]float32, s.classes)
		for i, v := range vectors {
			machines.score(v, out)
			for k, x := range out {
				if k == int(l.labels[i]) {
					x = -x
				}
				sum += tuning.cost * max(0, 1+float64(x))
			}
		}
		return sum
	}
	if short, best := objective(method), objective(long); short > best*1.03 {
		t.Errorf("after %d epochs the objective is %g, after %d %g", method.epochs, short, long.epochs, best)
	}
}

func TestDealHoldsOutExamplesNotNames(t *testing.T) {
	l := lessons{labels: []int32{0, 0, 0, 0, 1, 0, 1}, name: []bool{false, false, false, false, false, true, true}}
	if got, want := deal(l, 2), []int{0, 1, 2, 0, 0, -1, -1}; !slices.Equal(got, want) {
		t.Errorf("dealt %v, want %v", got, want)
	}
}

func TestCrossValidationNeverHoldsOutTheOnlyExample(t *testing.T) {
	m := &Model{dict: newDictionary()}
	l, err := m.read([]Example{{"a", "one"}, {"b", "two"}, {"b", "three"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range method.crossValidate(shape{len(m.dict.names), 2, m.dict.kinds}, l, 0) {
		if h.want != 1 {
			t.Errorf("%q was held out", m.texts[h.example])
		}
	}
}

// Right answers with clear votes want a large scale, chance a small one; the
// prior keeps a few answers from going far.
func TestScaleFollowsHowOftenVotesAreRight(t *testing.T) {
	held := func(n, wrong int) (out []heldOut) {
		for i := range n {
			h := heldOut{logits: []float64{2, 0, 0}}
			if i < wrong {
				h.want = 1
			}
			out = append(out, h)
		}
		return out
	}
	sure, even, few := fitScale(held(300, 0)), fitScale(held(300, 200)), fitScale(held(2, 2))
	if sure < 1.5 || even > 0.3 || few < 0.4 || few > usualScale {
		t.Errorf("scales %g, %g and %g", sure, even, few)
	}
}

func TestShiftIsHeldBack(t *testing.T) {
	loose := make([]float64, 80)
	tight := make([]float64, 80)
	for i := range tight {
		tight[i] = 4
	}
	if a, b := fitShift(loose), fitShift(loose[:2]); a < 0.4 || a > 1.2 || b <= 0 || b >= a {
		t.Errorf("80 loose examples shift by %g, 2 by %g", a, b)
	}
	if s := fitShift(tight); s > 0 || s < -0.2 {
		t.Errorf("80 tight examples shift by %g", s)
	}
}

// The more of an example is said, the surer the answer.
func TestSurerTheMoreIsSaid(t *testing.T) {
	m := trained(t, lines(t, "zh.train.tsv"))
	last := 0.0
	for _, text := range []string{"可以吗", "可以开吗", "能开票吗", "能开专票吗"} {
		r := m.Classify(text, "invoice", "price", "repair")
		c := r.Confidence
		if r.Intent != "invoice" {
			c = 0
		}
		if c < last {
			t.Errorf("%s: %.3f, less than before", text, c)
		}
		last = c
	}
	if last < 0.95 {
		t.Errorf("an example said to the letter has %.3f", last)
	}
}

func TestSpelledOut(t *testing.T) {
	for name, want := range map[string]string{"order_status": "order status", "orderStatus": "order Status", "FAQ": "FAQ", "退款": "退款", "__": "  ", "": ""} {
		if got := spelledOut(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
