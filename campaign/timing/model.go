package timing

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Model is a trained model as it is kept: with what it learned from, and how
// well it did on persons that it had not seen. A model is never changed but for
// Shift; what is learned anew is another version, and going back is using an
// older one again.
type Model struct {
	Version  int       `json:"version"`
	Trained  time.Time `json:"trained"`
	From     time.Time `json:"from"`  // the window that it learned from
	Until    time.Time `json:"until"` // not in it
	People   int       `json:"people"`
	Calls    int       `json:"calls"`
	Kind     Kinds     `json:"kind"`
	Scores   Scores    `json:"scores"`
	Ladder   *Ladder   `json:"ladder,omitempty"`
	Logistic *Logistic `json:"logistic,omitempty"`
	Shift    float64   `json:"shift,omitempty"` // log odds: see Drift
}

// Kinds names the model that a Model uses.
type Kinds string

// The kinds of models.
const (
	BetaBinomial       Kinds = "beta_binomial"
	LogisticRegression Kinds = "logistic"
)

// Scores are of persons left out of training, a fifth of all.
type Scores struct {
	BetaBinomial Score `json:"beta_binomial"`
	Logistic     Score `json:"logistic"`
}

// fewestCalls is what a model is trained from at least.
const fewestCalls = 500

// ErrTooFew tells that there is too little to learn from.
var ErrTooFew = errors.New("too few calls to learn from")

// Train learns from the calls in a window. Both models are fitted without a fifth
// of the persons and scored on them; the one of less log-loss there is fitted
// again to everybody and kept.
func Train(people []Person, from, until, now time.Time) (Model, error) {
	m := Model{Trained: now, From: from, Until: until}
	var within []Person
	for _, p := range people {
		p.Attempts = p.before(until)[len(p.before(from)):]
		if len(p.Attempts) > 0 {
			within, m.Calls = append(within, p), m.Calls+len(p.Attempts)
		}
	}
	if m.People = len(within); m.Calls < fewestCalls {
		return m, fmt.Errorf("%w: %d from %s to %s, at least %d", ErrTooFew, m.Calls, from.Format(time.DateOnly), until.Format(time.DateOnly), fewestCalls)
	}
	learn, check := Split(within, 5, "score")
	trial, err := FitLogistic(learn)
	if err != nil {
		return m, err
	}
	m.Scores.BetaBinomial = Measure(trial.Ladder, check, from, until)
	m.Scores.Logistic = Measure(trial, check, from, until)
	if m.Scores.BetaBinomial.LogLoss <= m.Scores.Logistic.LogLoss {
		m.Kind, m.Ladder = BetaBinomial, FitLadder(within)
		return m, nil
	}
	m.Kind = LogisticRegression
	m.Logistic, err = FitLogistic(within)
	return m, err
}

// P is the probability that the person answers a call at t, from attempts before t.
func (m Model) P(p Person, t time.Time) float64 {
	var of Predictor = m.Ladder
	if m.Kind == LogisticRegression {
		of = m.Logistic
	}
	return Drifted{of, m.Shift}.P(p, t)
}

// Due tells whether a quarter of a year has begun since the model was trained.
func (m Model) Due(now time.Time) bool { return quarterOf(now).After(quarterOf(m.Trained)) }

// quarterOf is the first day of t's quarter, in UTC.
func quarterOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
}

// Decode reads a model as JSON wrote it, and tells when it is not whole.
func Decode(text []byte) (Model, error) {
	var m Model
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("timing model: %w", err)
	}
	l := m.Ladder
	switch {
	case m.Kind == LogisticRegression && m.Logistic != nil:
		l = m.Logistic.Ladder
		if len(m.Logistic.Weights) != columns(len(m.Logistic.Segments)) {
			return m, fmt.Errorf("timing model %d: %d weights for %d columns: it was made by another version of Parley; train it anew", m.Version, len(m.Logistic.Weights), columns(len(m.Logistic.Segments)))
		}
		m.Logistic.number()
	case m.Kind != BetaBinomial:
		return m, fmt.Errorf("timing model %d: no %q model in it", m.Version, m.Kind)
	}
	if l == nil || len(l.All) != Hours {
		return m, fmt.Errorf("timing model %d: it has not the %d hours of a week", m.Version, Hours)
	}
	for name, rates := range l.Segments {
		if len(rates) != Hours {
			return m, fmt.Errorf("timing model %d: segment %s has %d hours, not %d", m.Version, name, len(rates), Hours)
		}
	}
	return m, nil
}
