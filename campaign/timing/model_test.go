package timing_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/campaign/timing/synthetic"
)

var (
	start = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	end   = start.AddDate(0, 0, 26*7)
)

func people(t testing.TB, n int) *synthetic.Population {
	t.Helper()
	pop, err := synthetic.Make(synthetic.Config{People: n, Weeks: 26, Calls: 14, Start: start, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	return pop
}

// constant is the model that knows the overall rate alone.
type constant float64

func (c constant) P(timing.Person, time.Time) float64 { return float64(c) }

func TestCalibrationOnPeopleNotSeen(t *testing.T) {
	pop := people(t, 1600)
	learn, check := timing.Split(pop.People, 4, "held out")
	logistic, err := timing.FitLogistic(learn)
	if err != nil {
		t.Fatal(err)
	}
	score := func(m timing.Predictor) timing.Score { return timing.Measure(m, check, time.Time{}, time.Time{}) }
	plain, truth := score(constant(logistic.Ladder.Overall)), score(pop)
	for name, m := range map[string]timing.Predictor{"beta-binomial": logistic.Ladder, "logistic": logistic} {
		s := score(m)
		t.Logf("%s: log-loss %.4f (constant %.4f, truth %.4f), calibration %.1f points, worst tenth %.1f, of %d calls", name, s.LogLoss, plain.LogLoss, truth.LogLoss, 100*s.Calibration, 100*s.Worst, s.Calls)
		if s.Calibration > 0.05 {
			t.Errorf("%s: calibration error %.1f points, at most 5", name, 100*s.Calibration)
		}
		if s.LogLoss > plain.LogLoss-0.03 || s.LogLoss < truth.LogLoss {
			t.Errorf("%s: log-loss %.4f is not between %.4f of knowing all and %.4f of knowing nothing", name, s.LogLoss, truth.LogLoss, plain.LogLoss)
		}
	}
	if w := logistic.Ladder.Worth; w.All > 200 || w.Segment > 30 || w.Person > 200 {
		t.Errorf("the rungs above are worth %+v calls: persons and segments differ more than that", w)
	}
}

// What is left in by one split is split again by another.
func TestSplitsAreIndependent(t *testing.T) {
	pop := people(t, 800)
	learn, check := timing.Split(pop.People, 4, "a")
	if n := len(check); n < 150 || n > 250 || len(learn)+n != 800 {
		t.Errorf("a quarter of 800 is %d", n)
	}
	if _, again := timing.Split(learn, 4, "b"); len(again) < 100 || len(again) > 200 {
		t.Errorf("a quarter of %d is %d", len(learn), len(again))
	}
}

// A measure that says good of anything would pass any model.
func TestMeasureFindsBadModels(t *testing.T) {
	pop := people(t, 400)
	sure := timing.Measure(timing.Drifted{Predictor: pop, By: 1.5}, pop.People, start, end)
	right := timing.Measure(pop, pop.People, start, end)
	if right.Calibration > 0.04 || sure.Calibration < 0.15 || sure.LogLoss < right.LogLoss+0.1 {
		t.Errorf("the truth is off by %.3f, a model moved by 1.5 by %.3f", right.Calibration, sure.Calibration)
	}
	if s := timing.Measure(constant(0.5), pop.People, start, end); math.Abs(s.LogLoss-math.Ln2) > 1e-9 || math.Abs(s.Brier-0.25) > 1e-9 {
		t.Errorf("a coin scores %+v", s)
	}
	if s := timing.Measure(pop, pop.People, end, time.Time{}); s.Calls != 0 {
		t.Errorf("%d calls after the end", s.Calls)
	}
}

func TestDriftIsFound(t *testing.T) {
	pop := people(t, 400)
	moved := timing.Drifted{Predictor: pop, By: 0.8}
	if by := timing.Drift(moved, pop.People, start, end); math.Abs(by+0.8) > 0.12 {
		t.Errorf("a model moved by 0.8 is to be moved by %.2f", by)
	}
	if by := timing.Drift(moved, pop.People, end, end); by != 0 {
		t.Errorf("no call moves a model by %v", by)
	}
}

// What a person did later does not change what is said of earlier calls.
func TestNothingIsKnownBeforeItHappens(t *testing.T) {
	pop := people(t, 150)
	m, err := timing.FitLogistic(pop.People)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pop.People[:50] {
		for i, a := range p.Attempts {
			cut := p
			cut.Attempts = slices.Clone(p.Attempts[:i+1])
			cut.Attempts[i].Answered = !a.Answered
			if m.P(p, a.At) != m.P(cut, a.At) || m.Ladder.P(p, a.At) != m.Ladder.P(cut, a.At) {
				t.Fatalf("call %d of %s knows its own answer or a later one", i, p.ID)
			}
		}
	}
	stranger := timing.Person{ID: "x", Segment: "never seen", Where: time.UTC}
	if p := m.P(stranger, end); p < 0.02 || p > 0.98 {
		t.Errorf("a stranger answers with %v", p)
	}
}

func TestTrainKeepsTheBetterModel(t *testing.T) {
	pop := people(t, 500)
	m, err := timing.Train(pop.People, start, end, end)
	if err != nil {
		t.Fatal(err)
	}
	better := timing.BetaBinomial
	if m.Scores.Logistic.LogLoss < m.Scores.BetaBinomial.LogLoss {
		better = timing.LogisticRegression
	}
	if m.Kind != better || m.People == 0 || m.Scores.Logistic.Calls == 0 {
		t.Errorf("kept %s: %+v", m.Kind, m.Scores)
	}
	again, err := timing.Train(pop.People, start, end, end)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if twice, err := json.Marshal(again); err != nil || string(twice) != string(text) {
		t.Errorf("the same calls make another model (%v)", err)
	}
	back, err := timing.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	p := pop.People[3]
	for h := range 200 {
		if at := end.Add(time.Duration(h) * time.Hour); back.P(p, at) != m.P(p, at) {
			t.Fatalf("read again, the model says %v instead of %v", back.P(p, at), m.P(p, at))
		}
	}
	for _, bad := range []string{"", "{}", `{"kind":"lstm"}`, `{"kind":"beta_binomial"}`, `{"kind":"logistic","logistic":{"weights":[1]}}`} {
		if _, err := timing.Decode([]byte(bad)); err == nil {
			t.Errorf("%q is a model", bad)
		}
	}
	if _, err := timing.Train(pop.People, start, start.AddDate(0, 0, 2), end); !errors.Is(err, timing.ErrTooFew) {
		t.Errorf("two days of calls: %v", err)
	}
}

func TestModelsAreDueEveryQuarter(t *testing.T) {
	m := timing.Model{Trained: time.Date(2026, 3, 31, 23, 0, 0, 0, time.UTC)}
	if m.Due(m.Trained.Add(30*time.Minute)) || !m.Due(m.Trained.Add(time.Hour)) {
		t.Error("a quarter begins on 1 April")
	}
}

func BenchmarkP(b *testing.B) {
	pop := people(b, 400)
	m, err := timing.FitLogistic(pop.People)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		m.P(pop.People[7], end)
	}
}
