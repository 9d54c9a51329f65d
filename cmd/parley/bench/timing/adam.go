package timing

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/parley-voice/parley/campaign/timing"
)

const (
	batch = 16 // persons
	rate  = 0.004
	decay = 1e-4 // of weights, at each step
)

// trainLSTM learns by Adam (Kingma and Ba 2015) with decoupled weight decay, and
// keeps the weights of the epoch that did best on an eighth of the persons. It
// ends when three epochs brought nothing.
func trainLSTM(people []timing.Person, hidden, epochs int, seed uint64) (*lstm, int) {
	dice := rand.New(rand.NewPCG(seed, 0x6c73746d))
	learn, check := timing.Split(people, 8, "epochs")
	m := newLSTM(people, hidden, dice)
	best, least, bestEpoch := slices.Clone(m.w), math.Inf(1), 0
	mean, square, slope := make([]float64, len(m.w)), make([]float64, len(m.w)), make([]float64, len(m.w))
	step := 0
	for epoch := 1; epoch <= epochs && epoch-bestEpoch <= 3; epoch++ {
		dice.Shuffle(len(learn), func(i, j int) { learn[i], learn[j] = learn[j], learn[i] })
		for group := range slices.Chunk(learn, batch) {
			clear(slope)
			calls := 0
			for _, p := range group {
				m.back(p, slope)
				calls += len(p.Attempts)
			}
			step++
			m.step(mean, square, slope, step, 1/float64(max(1, calls)))
		}
		if loss := m.loss(check); loss < least {
			best, least, bestEpoch = slices.Clone(m.w), loss, epoch
		}
	}
	m.w = best
	return m, bestEpoch
}

func (m *lstm) step(mean, square, slope []float64, step int, scale float64) {
	one, two := 1-math.Pow(0.9, float64(step)), 1-math.Pow(0.999, float64(step))
	for i, s := range slope {
		s *= scale
		mean[i] = 0.9*mean[i] + 0.1*s
		square[i] = 0.999*square[i] + 0.001*s*s
		m.w[i] -= rate * (mean[i]/one/(math.Sqrt(square[i]/two)+1e-8) + decay*m.w[i])
	}
}

// loss is the mean log-loss over all calls.
func (m *lstm) loss(people []timing.Person) float64 {
	sum, n := 0.0, 0
	for _, p := range people {
		for i, s := range m.run(p) {
			sum, n = sum+timing.Loss(s.p, p.Attempts[i].Answered), n+1
		}
	}
	return sum / float64(max(1, n))
}
