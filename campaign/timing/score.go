package timing

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"time"
)

// Predictor tells how likely a person is to answer at t, by what was known before t.
type Predictor interface {
	P(p Person, t time.Time) float64
}

// Score is how well probabilities fit what came.
type Score struct {
	Calls       int     `json:"calls"`
	LogLoss     float64 `json:"log_loss"`    // mean, natural logarithm
	Brier       float64 `json:"brier"`       // mean of squared errors
	Calibration float64 `json:"calibration"` // mean distance of tenths, weighed by calls (ECE)
	Worst       float64 `json:"worst"`       // distance of the worst tenth with 1 % of the calls or more
	Tenths      []Tenth `json:"tenths"`
}

// Tenth is the calls that were given probabilities from one tenth to the next.
type Tenth struct {
	Calls int     `json:"calls"`
	Said  float64 `json:"said"` // mean probability
	Came  float64 `json:"came"` // share that answered
}

// Loss is the log-loss of one probability.
func Loss(p float64, answered bool) float64 {
	p = min(max(p, floor), 1-floor)
	if answered {
		return -math.Log(p)
	}
	return -math.Log1p(-p)
}

// Measure scores a model on the calls from one time to before another; zero times
// are no bounds. What the model is asked of a call rests on calls before it.
func Measure(m Predictor, people []Person, from, until time.Time) Score {
	s := Score{Tenths: make([]Tenth, 10)}
	for _, p := range people {
		for _, a := range p.Attempts {
			if a.At.Before(from) || !until.IsZero() && !a.At.Before(until) {
				continue
			}
			s.add(m.P(p, a.At), a.Answered)
		}
	}
	s.mean()
	return s
}

func (s *Score) add(p float64, answered bool) {
	came := 0.0
	if answered {
		came = 1
	}
	s.Calls++
	s.LogLoss += Loss(p, answered)
	s.Brier += (p - came) * (p - came)
	t := &s.Tenths[min(int(p*10), 9)]
	t.Calls++
	t.Said += p
	t.Came += came
}

func (s *Score) mean() {
	n := float64(max(1, s.Calls))
	s.LogLoss, s.Brier = s.LogLoss/n, s.Brier/n
	for i := range s.Tenths {
		t := &s.Tenths[i]
		if t.Calls == 0 {
			continue
		}
		t.Said, t.Came = t.Said/float64(t.Calls), t.Came/float64(t.Calls)
		off := math.Abs(t.Said - t.Came)
		s.Calibration += off * float64(t.Calls) / n
		if t.Calls*100 >= s.Calls {
			s.Worst = max(s.Worst, off)
		}
	}
}

// Split leaves one person in each n out, by a hash of their ID: the same persons
// every time, whoever else is there. Splits of different names do not depend on
// each other: what one left in can be split again.
func Split(people []Person, n int, name string) (learn, check []Person) {
	for _, p := range people {
		sum := sha256.Sum256([]byte(name + "\x00" + p.ID))
		if binary.BigEndian.Uint64(sum[:8])%uint64(n) == 0 {
			check = append(check, p)
		} else {
			learn = append(learn, p)
		}
	}
	return learn, check
}
