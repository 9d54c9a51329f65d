package classify

import (
	"math"
	"slices"
)

const (
	folds = 3
	// Above this much work one fold is enough: a third of so many examples tells
	// as much as all of few.
	oneFold = 60_000_000
)

// heldOut is how an example fared that its model was not trained with.
type heldOut struct {
	example  int // number among the examples
	said     int // intent answered
	want     int
	logits   []float64
	evidence func(scale float64) evidence
}

// crossValidate answers for every example with a model trained on the other two
// thirds. An intent of one example is never held out.
func (t tuning) crossValidate(s shape, l lessons, work int) []heldOut {
	all := make([]int, s.classes)
	for k := range all {
		all[k] = k
	}
	rounds := folds
	if work > oneFold {
		rounds = 1
	}
	var out []heldOut
	dealt := deal(l, s.classes)
	for round := range rounds {
		var rest lessons
		for i, d := range l.docs {
			if dealt[i] != round {
				rest.add(d, l.labels[i], l.name[i])
			}
		}
		if len(rest.docs) == len(l.docs) {
			continue
		}
		e := t.train(s, rest)
		for i, d := range l.docs {
			if dealt[i] != round || e.sizes[l.labels[i]] == 0 {
				continue
			}
			v := t.vector(d, e.rarity, s.kinds)
			o := e.judge(v)
			said, _ := best(o.logits, all)
			out = append(out, heldOut{example: i, said: said, want: int(l.labels[i]), logits: o.logits,
				evidence: func(scale float64) evidence { return e.evidence(o, v, all, said, scale) }})
		}
	}
	return out
}

// deal gives each intent's examples to the folds in turn; -1 is never held out.
func deal(l lessons, classes int) []int {
	out := make([]int, len(l.labels))
	dealt := make([]int, classes)
	for i, k := range l.labels {
		if l.name[i] {
			out[i] = -1
			continue
		}
		out[i] = dealt[k] % folds
		dealt[k]++
	}
	return out
}

// fit is what the examples themselves tell about the method's numbers.
type fit struct {
	scale float64 // of the votes, before the softmax
	scope float64 // shift of the log odds of being in scope, >= 0
}

// The scale of the public sets, and how far, one standard deviation, the
// logarithm of a script's own may be expected from it.
const (
	usualScale  = 0.9
	scaleSpread = 0.35
)

// usualScope is what held-out examples of the public sets are said to be in
// scope with. Examples that an author picked to differ from one another look
// further off: then the script's own language is looser, not out of scope.
const usualScope = 0.95

// How far, one standard deviation, a script's examples may be expected to shift
// the log odds, and as how many held-out examples all of them count at most:
// they keep a script from saying too much about itself.
const (
	shiftSpread = 0.5
	shiftCounts = 10
)

func fitTo(held []heldOut, classes int) fit {
	f := fit{scale: usualScale}
	if len(held) == 0 || classes < 2 {
		return f
	}
	f.scale = fitScale(held)
	var odds []float64
	for _, h := range held {
		odds = append(odds, h.evidence(f.scale).dot(scopeHead))
	}
	f.scope = max(0, fitShift(odds))
	return f
}

// fitScale minimises the negative log likelihood of the right intents, with a
// normal prior, by golden-section search over the logarithm of the scale.
func fitScale(held []heldOut) float64 {
	loss := func(log float64) float64 {
		off := (log - math.Log(usualScale)) / scaleSpread
		scale, sum := math.Exp(log), off*off/2
		for _, h := range held {
			top := slices.Max(h.logits)
			z := 0.0
			for _, x := range h.logits {
				z += math.Exp(scale * (x - top))
			}
			sum += math.Log(z) - scale*(h.logits[h.want]-top)
		}
		return sum
	}
	const golden = 0.618033988749895
	low, high := math.Log(0.1), math.Log(5)
	a, b := high-golden*(high-low), low+golden*(high-low)
	fa, fb := loss(a), loss(b)
	for range 16 {
		if fa < fb {
			high, b, fb = b, a, fa
			a = high - golden*(high-low)
			fa = loss(a)
		} else {
			low, a, fa = a, b, fb
			b = low + golden*(high-low)
			fb = loss(b)
		}
	}
	return math.Exp((low + high) / 2)
}

// fitShift moves the mean probability towards usualScope, held back by a
// normal prior: Newton's method with bounded steps.
func fitShift(odds []float64) float64 {
	const prior = 1 / (shiftSpread * shiftSpread)
	weight := min(1, shiftCounts/float64(len(odds)))
	shift := 0.0
	for range 30 {
		slope, bend := -shift*prior, prior
		for _, z := range odds {
			p := sigmoid(z + shift)
			slope += weight * (usualScope - p)
			bend += weight * p * (1 - p)
		}
		shift += max(-1, min(1, slope/bend))
	}
	return shift
}
