package timing

import "time"

// Drifted is a model moved by the same log odds everywhere: what changed for
// everybody since it was trained, a season or a carrier that marks the number.
type Drifted struct {
	Predictor
	By float64
}

// P is the model's probability, moved.
func (d Drifted) P(p Person, t time.Time) float64 { return logistic(logit(d.Predictor.P(p, t)) + d.By) }

// Drift is by how much a model is to be moved so that it fits the calls from one
// time to before another: the most likely shift of a logistic model whose other
// coefficients stay, with a normal prior of mean 0 and deviation 0.5. It has a
// closed slope and is found by Newton's steps.
func Drift(m Predictor, people []Person, from, until time.Time) float64 {
	type call struct {
		odds     float64
		answered bool
	}
	var calls []call
	for _, p := range people {
		for _, a := range p.before(until) {
			if !a.At.Before(from) {
				calls = append(calls, call{logit(m.P(p, a.At)), a.Answered})
			}
		}
	}
	by := 0.0
	for range 20 {
		slope, curve := -by/0.25, 1/0.25
		for _, c := range calls {
			q := logistic(c.odds + by)
			slope, curve = slope-q, curve+q*(1-q)
			if c.answered {
				slope++
			}
		}
		by += slope / curve
	}
	return by
}
