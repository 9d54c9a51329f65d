package timing

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/timing"
)

// lstm is one layer of long short-term memory (Hochreiter and Schmidhuber 1997,
// with forget gates) that reads a person's calls in turn, and a logistic unit
// over its state and the call at hand. It is here to be measured; the product
// has none while it does not win.
type lstm struct {
	inputs, hidden int
	segments       map[string]int
	w              []float64 // gates: 4·hidden rows of inputs+hidden+1; then the output: hidden+inputs+1
}

// The columns of a step: clock, day, days since the last call, channel, hours
// named, the outcome of the call before, segment.
const (
	inClock   = 0
	inDay     = 24
	inSince   = inDay + 8 // and weekend
	inChannel = inSince + 3
	inWanted  = inChannel + 4
	inBefore  = inWanted + 2
	inSegment = inBefore + 2
)

func newLSTM(people []timing.Person, hidden int, dice *rand.Rand) *lstm {
	m := &lstm{hidden: hidden, segments: map[string]int{}}
	for _, p := range people {
		if _, ok := m.segments[p.Segment]; !ok {
			m.segments[p.Segment] = len(m.segments)
		}
	}
	m.inputs = inSegment + len(m.segments)
	m.w = make([]float64, 4*hidden*m.row()+hidden+m.inputs+1)
	for i := range m.w {
		m.w[i] = dice.NormFloat64() / math.Sqrt(float64(m.row()))
	}
	for h := range hidden { // forget little at first (Jozefowicz et al. 2015)
		m.w[(hidden+h)*m.row()+m.row()-1] = 1
	}
	return m
}

func (m *lstm) row() int { return m.inputs + m.hidden + 1 }

// input describes a call to a person at t, after the attempts before.
func (m *lstm) input(p timing.Person, before []timing.Attempt, t time.Time) []float64 {
	x := make([]float64, m.inputs)
	h := timing.HourOf(t, p.Where)
	x[inClock+h.Clock()], x[inDay+h.Day()] = 1, 1
	if h.Weekend() {
		x[inDay+7] = 1
	}
	if n := len(before); n > 0 {
		days := t.Sub(before[n-1].At).Hours() / 24
		x[inSince], x[inSince+1], x[inSince+2] = math.Log1p(days)/3, math.Exp(-days/2), 1
		x[inBefore] = 1
		if !before[n-1].Answered {
			x[inBefore], x[inBefore+1] = 0, 1
		}
	}
	if i := slices.Index([]string{"phone", "sms", "email"}, p.Channel); i >= 0 {
		x[inChannel+i] = 1
	}
	if wanted, stated := p.Wanted(h); stated && wanted {
		x[inWanted] = 1
	} else if stated {
		x[inWanted+1] = 1
	}
	if s, ok := m.segments[p.Segment]; ok {
		x[inSegment+s] = 1
	}
	return x
}

// moment is all that one step computes, kept for the way back.
type moment struct {
	x          []float64 // input, state before, 1
	gate       []float64 // input, forget, output, candidate: after their functions
	cell, tanh []float64
	h          []float64
	p          float64
}

// forward reads one call.
func (m *lstm) forward(x, h, c []float64) moment {
	s := moment{gate: make([]float64, 4*m.hidden), cell: make([]float64, m.hidden), tanh: make([]float64, m.hidden), h: make([]float64, m.hidden)}
	s.x = append(append(append(make([]float64, 0, m.row()), x...), h...), 1)
	for g := range s.gate {
		sum := dot(m.w[g*m.row():(g+1)*m.row()], s.x)
		if g < 3*m.hidden {
			s.gate[g] = sigmoid(sum)
		} else {
			s.gate[g] = math.Tanh(sum)
		}
	}
	n := m.hidden
	for i := range n {
		s.cell[i] = s.gate[n+i]*c[i] + s.gate[i]*s.gate[3*n+i]
		s.tanh[i] = math.Tanh(s.cell[i])
		s.h[i] = s.gate[2*n+i] * s.tanh[i]
	}
	out := m.w[4*n*m.row():]
	s.p = sigmoid(dot(out[:n], s.h) + dot(out[n:n+m.inputs], x) + out[n+m.inputs])
	return s
}

func (m *lstm) run(p timing.Person) []moment {
	h, c := make([]float64, m.hidden), make([]float64, m.hidden)
	steps := make([]moment, len(p.Attempts))
	for i, a := range p.Attempts {
		steps[i] = m.forward(m.input(p, p.Attempts[:i], a.At), h, c)
		h, c = steps[i].h, steps[i].cell
	}
	return steps
}

// back adds the slope of one person's loss, through all their calls.
func (m *lstm) back(p timing.Person, slope []float64) {
	n, row := m.hidden, m.row()
	steps := m.run(p)
	dh, dc, dg := make([]float64, n), make([]float64, n), make([]float64, 4*n)
	out, dout := m.w[4*n*row:], slope[4*n*row:]
	for t := len(steps) - 1; t >= 0; t-- {
		s, e := steps[t], steps[t].p
		if p.Attempts[t].Answered {
			e--
		}
		add(dout[:n], s.h, e)
		add(dout[n:n+m.inputs], s.x[:m.inputs], e)
		dout[n+m.inputs] += e
		for i := range n {
			dh[i] += e * out[i]
			in, forget, open, cand := s.gate[i], s.gate[n+i], s.gate[2*n+i], s.gate[3*n+i]
			d := dc[i] + dh[i]*open*(1-s.tanh[i]*s.tanh[i])
			before := 0.0
			if t > 0 {
				before = steps[t-1].cell[i]
			}
			dg[i], dg[n+i] = d*cand*in*(1-in), d*before*forget*(1-forget)
			dg[2*n+i], dg[3*n+i] = dh[i]*s.tanh[i]*open*(1-open), d*in*(1-cand*cand)
			dc[i] = d * forget
		}
		clear(dh)
		for g, d := range dg {
			add(slope[g*row:(g+1)*row], s.x, d)
			add(dh, m.w[g*row+m.inputs:g*row+m.inputs+n], d)
		}
	}
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

func add(to, from []float64, by float64) {
	for i, x := range from {
		to[i] += by * x
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// P is the probability that the person answers a call at t.
func (m *lstm) P(p timing.Person, t time.Time) float64 {
	n := 0
	for n < len(p.Attempts) && p.Attempts[n].At.Before(t) {
		n++
	}
	p.Attempts = p.Attempts[:n]
	h, c := make([]float64, m.hidden), make([]float64, m.hidden)
	if steps := m.run(p); n > 0 {
		h, c = steps[n-1].h, steps[n-1].cell
	}
	return m.forward(m.input(p, p.Attempts, t), h, c).p
}
