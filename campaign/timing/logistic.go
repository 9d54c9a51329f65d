package timing

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/optimize"
)

// Logistic is a logistic regression with an L2 penalty on hour of the week, days
// since the last contact, past answers, channel, named hours and segment. What
// past answers say of a person comes from a Ladder.
type Logistic struct {
	Ladder   *Ladder   `json:"ladder"`
	Segments []string  `json:"segments"` // sorted; in the order of their columns
	Weights  []float64 `json:"weights"`
	Penalty  float64   `json:"penalty"`

	index map[string]int
}

// rows is what the model learns from: one row a call, and what came of it.
type rows struct {
	features [][]feature
	answered []bool
}

// penalties are tried in turn on persons left out, and the best is taken.
var penalties = []float64{0.1, 0.5, 2}

// FitLogistic learns from persons' attempts, each described by what was known
// before it. The same persons in the same order give the same weights.
func FitLogistic(people []Person) (*Logistic, error) {
	learn, check := Split(people, 4, "penalty")
	m := fresh(learn)
	some, rest := m.rows(learn), m.rows(check)
	best, least := penalties[0], math.Inf(1)
	for _, penalty := range penalties {
		if err := m.fit(some, penalty); err != nil {
			return nil, err
		}
		loss := 0.0
		for i, row := range rest.features {
			loss += Loss(m.p(row), rest.answered[i])
		}
		if loss < least {
			best, least = penalty, loss
		}
	}
	m = fresh(people)
	return m, m.fit(m.rows(people), best)
}

func fresh(people []Person) *Logistic {
	m := &Logistic{Ladder: FitLadder(people)}
	m.Segments = slices.Sorted(maps.Keys(m.Ladder.Segments))
	m.number()
	m.Weights = make([]float64, columns(len(m.Segments)))
	m.Weights[colBias] = logit(m.Ladder.Overall)
	return m
}

func (m *Logistic) number() {
	m.index = map[string]int{}
	for i, s := range m.Segments {
		m.index[s] = i
	}
}

func (m *Logistic) rows(people []Person) (out rows) {
	for _, p := range people {
		for _, a := range p.Attempts {
			out.features = append(out.features, m.row(p, a.At))
			out.answered = append(out.answered, a.Answered)
		}
	}
	return out
}

// fit finds the weights of least penalized loss by L-BFGS (Liu and Nocedal 1989).
// The loss is convex: there is one answer, from wherever it begins. The bias is
// not penalized.
func (m *Logistic) fit(r rows, penalty float64) error {
	m.Penalty = penalty
	at, slope := []float64(nil), make([]float64, len(m.Weights))
	loss := 0.0
	both := func(w []float64) { // one pass over the rows for the loss and its slope
		if !slices.Equal(at, w) {
			at = append(at[:0], w...)
			loss = r.loss(w, slope, penalty)
		}
	}
	problem := optimize.Problem{
		Func: func(w []float64) float64 { both(w); return loss },
		Grad: func(grad, w []float64) { both(w); copy(grad, slope) },
	}
	settings := &optimize.Settings{
		MajorIterations:   300,
		GradientThreshold: 1e-4,
		Converger:         &optimize.FunctionConverge{Relative: 1e-6, Iterations: 5},
	}
	got, err := optimize.Minimize(problem, m.Weights, settings, &optimize.LBFGS{})
	if err != nil && (got == nil || math.IsNaN(got.F)) {
		return fmt.Errorf("logistic model of %d calls: %w", len(r.features), err)
	}
	m.Weights = got.X
	return nil
}

// loss is the penalized loss of the rows. slope is filled.
func (r rows) loss(w, slope []float64, penalty float64) (sum float64) {
	clear(slope)
	for i, row := range r.features {
		p := logistic(score(w, row))
		sum += Loss(p, r.answered[i])
		if r.answered[i] {
			p--
		}
		for _, f := range row {
			slope[f.at] += p * f.value
		}
	}
	for j := 1; j < len(w); j++ {
		sum += penalty * w[j] * w[j] / 2
		slope[j] += penalty * w[j]
	}
	return sum
}

func score(w []float64, row []feature) (sum float64) {
	for _, f := range row {
		sum += w[f.at] * f.value
	}
	return sum
}

func (m *Logistic) p(row []feature) float64 { return logistic(score(m.Weights, row)) }

// P is the probability that the person answers a call at t, from attempts before t.
func (m *Logistic) P(p Person, t time.Time) float64 { return m.p(m.row(p, t)) }
