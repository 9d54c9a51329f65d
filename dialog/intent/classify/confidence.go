package classify

import (
	"fmt"
	"math"
)

// Band is what to do with an answer.
type Band int

// The bands.
const (
	Fallback Band = iota // not understood: ask again, or ask a larger model
	Confirm              // "you would like to know the price, right?"
	Accept               // go on
)

func (b Band) String() string { return [...]string{"fallback", "confirm", "accept"}[b] }

// Bands are the confidences from which on an answer is accepted or confirmed.
type Bands struct{ Accept, Confirm float64 }

// DefaultBands are those of a Model without Options; docs/intents.md tells how
// many right, wrong and foreign turns fall into each.
var DefaultBands = Bands{Accept: 0.65, Confirm: 0.4}

// Of is the band of a confidence.
func (b Bands) Of(confidence float64) Band {
	switch {
	case confidence >= b.Accept:
		return Accept
	case confidence >= b.Confirm:
		return Confirm
	}
	return Fallback
}

func (b Bands) check() error {
	if b.Confirm >= 0 && b.Confirm <= b.Accept && b.Accept <= 1 {
		return nil
	}
	return fmt.Errorf("bands accept %g, confirm %g: want 0 <= confirm <= accept <= 1", b.Accept, b.Confirm)
}

// evidence is what speaks for an answer, in the order of the coefficients.
type evidence [9]float64

// evidence of the answer which, among the allowed intents.
func (e *ensemble) evidence(o opinion, v vector, allowed []int, which int, scale float64) evidence {
	p, machine := share(o.logits, allowed, which, scale), float64(o.machine[which])
	if len(allowed) == 1 { // no rival to share with: likeness has to do
		p = min(max(o.nearest[which], 0.02), 0.98)
	}
	if len(e.sizes) == 1 { // the only machine never saw anything else
		machine = o.center[which]
	}
	p = min(max(p, 1e-6), 1-1e-6)
	return evidence{
		1, math.Log(p / (1 - p)), machine, o.center[which], o.nearest[which], v.coverage, v.coverage * o.nearest[which],
		math.Log(float64(len(allowed))) / 3, float64(min(e.sizes[which], 12)) / 12,
	}
}

// The coefficients were fitted by BenchmarkFitHeads: logistic regression over
// models of 2 to 150 intents and 2 to 100 examples each from the training halves
// of the public sets, each shape counting the same, with six turns out of a
// hundred out of scope. Where the second has 0, likeness to an example was left
// out: it is in the share already, and the rest would count against it.
var (
	scopeHead = evidence{0.223, 0.409, 0.469, 7.632, -1.383, 1.254, 4.516, 0.220, -2.639}
	rightHead = evidence{1.076, 0.793, 0.187, 0, 0, -1.345, 0, -0.187, 0.261}
)

// inScope is the probability that the text is about any of the intents.
func (e evidence) inScope(f fit) float64 { return sigmoid(e.dot(scopeHead) + f.scope) }

// right is the probability that the answer is the right one, given that one of
// several is.
func (e evidence) right() float64 { return sigmoid(e.dot(rightHead)) }

func (e evidence) dot(w evidence) float64 {
	sum := 0.0
	for i, x := range e {
		sum += x * w[i]
	}
	return sum
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
