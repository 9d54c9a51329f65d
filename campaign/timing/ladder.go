package timing

import (
	"math"
	"time"

	"gonum.org/v1/gonum/mathext"
)

// Ladder is the beta-binomial model with back-off: what a person's own calls say
// is weighed against their segment, the segment against everybody. On each rung
// the rate is (answers + k·rate of the rung above) / (calls + k), where k is how
// many calls the rung above is worth. The four k are fitted by the marginal
// likelihood of the beta-binomial distribution (empirical Bayes; Robbins 1956,
// Griffiths 1973).
type Ladder struct {
	Overall  float64              `json:"overall"`
	All      []float64            `json:"all"`      // by Hour
	Segments map[string][]float64 `json:"segments"` // by Hour
	Worth    Worth                `json:"worth"`
}

// Worth is the number of calls that each rung above is worth.
type Worth struct {
	Overall float64 `json:"overall"` // to an hour of everybody's week
	All     float64 `json:"all"`     // to an hour of a segment's week
	Segment float64 `json:"segment"` // to a person
	Person  float64 `json:"person"`  // to a part of a person's week
}

// cell is answers and calls, and the mean that the rung above gives them.
type cell struct{ hits, trials, mean float64 }

func (c *cell) add(answered bool) {
	c.trials++
	if answered {
		c.hits++
	}
}

func (c cell) rate(k float64) float64 { return (c.hits + k*c.mean) / (c.trials + k) }

// FitLadder learns from persons' attempts.
func FitLadder(people []Person) *Ladder {
	var total cell
	all, segments := make([]cell, Hours), map[string][]cell{}
	for _, p := range people {
		if segments[p.Segment] == nil {
			segments[p.Segment] = make([]cell, Hours)
		}
		for _, a := range p.Attempts {
			h := HourOf(a.At, p.Where)
			total.add(a.Answered)
			all[h].add(a.Answered)
			segments[p.Segment][h].add(a.Answered)
		}
	}
	l := &Ladder{Overall: (total.hits + 1) / (total.trials + 2), Segments: map[string][]float64{}}
	l.All, l.Worth.Overall = rung(all, func(int) float64 { return l.Overall })
	var each []cell
	for name := range segments {
		for h := range segments[name] {
			segments[name][h].mean = l.All[h]
		}
		each = append(each, segments[name]...)
	}
	l.Worth.All = worth(each)
	for name, cells := range segments {
		l.Segments[name] = make([]float64, Hours)
		for h, c := range cells {
			l.Segments[name][h] = c.rate(l.Worth.All)
		}
	}
	l.fitPersons(people)
	return l
}

func rung(cells []cell, mean func(int) float64) (rates []float64, k float64) {
	for i := range cells {
		cells[i].mean = mean(i)
	}
	k = worth(cells)
	for _, c := range cells {
		rates = append(rates, c.rate(k))
	}
	return rates, k
}

// fitPersons fits what a segment is worth to a person, and then what a person is
// worth to a part of their week.
func (l *Ladder) fitPersons(people []Person) {
	var whole []cell
	for _, p := range people {
		if c := l.whole(p, p.Attempts); c.trials > 0 {
			whole = append(whole, c)
		}
	}
	l.Worth.Segment = worth(whole)
	var steps []step
	for _, p := range people {
		for i, a := range p.Attempts {
			h := HourOf(a.At, p.Where)
			level := l.level(l.whole(p, p.Attempts[:i]))
			if c := l.part(p, p.Attempts[:i], h.Part(), level); c.trials > 0 {
				steps = append(steps, step{c, logit(l.base(p.Segment, h)) + level, a.Answered})
			}
		}
	}
	l.Worth.Person = golden(func(k float64) (sum float64) {
		for _, s := range steps {
			sum -= Loss(logistic(s.odds+s.rate(k)), s.answered)
		}
		return sum
	})
}

// step is one call, what the same part of the week had shown before it, and the
// log odds without that. Its marginal likelihood is taken call by call (Dawid
// 1984): the level of a person has seen the whole of their past and would hide
// what differs between its parts.
type step struct {
	cell
	odds     float64
	answered bool
}

func (s step) rate(k float64) float64 { return logit(s.cell.rate(k)) - logit(s.mean) }

// base is the rate of a segment in an hour, everybody's for an unknown segment.
func (l *Ladder) base(segment string, h Hour) float64 {
	if rates := l.Segments[segment]; rates != nil {
		return rates[h]
	}
	return l.All[h]
}

// whole counts a person's attempts; the mean is what the segment would have
// answered at the same hours.
func (l *Ladder) whole(p Person, past []Attempt) (c cell) {
	for _, a := range past {
		c.add(a.Answered)
		c.mean += l.base(p.Segment, HourOf(a.At, p.Where))
	}
	c.mean /= max(1, c.trials)
	return c
}

// level is how much more than the segment a person answers, in log odds.
func (l *Ladder) level(c cell) float64 {
	if c.trials == 0 {
		return 0
	}
	return logit(c.rate(l.Worth.Segment)) - logit(c.mean)
}

// part counts a person's attempts in a part of the week; the mean is what the
// person would answer there by the segment and their level.
func (l *Ladder) part(p Person, past []Attempt, part int, level float64) (c cell) {
	for _, a := range past {
		if h := HourOf(a.At, p.Where); h.Part() == part {
			c.add(a.Answered)
			c.mean += logistic(logit(l.base(p.Segment, h)) + level)
		}
	}
	c.mean /= max(1, c.trials)
	return c
}

// shifts are what a person's own attempts before t say, in log odds: of all
// their week, and of the part of it that h is in.
func (l *Ladder) shifts(p Person, t time.Time, h Hour) (level, part float64) {
	past := p.before(t)
	level = l.level(l.whole(p, past))
	if c := l.part(p, past, h.Part(), level); c.trials > 0 {
		part = logit(c.rate(l.Worth.Person)) - logit(c.mean)
	}
	return level, part
}

// P is the probability that the person answers a call at t, from attempts before t.
func (l *Ladder) P(p Person, t time.Time) float64 {
	h := HourOf(t, p.Where)
	level, part := l.shifts(p, t, h)
	return logistic(logit(l.base(p.Segment, h)) + level + part)
}

// worth is the k of greatest marginal likelihood of the cells: the beta-binomial
// probability of each with mean m and strength k.
func worth(cells []cell) float64 {
	return golden(func(k float64) (sum float64) {
		for _, c := range cells {
			if a, b := k*c.mean, k*(1-c.mean); c.trials > 0 {
				sum += mathext.Lbeta(a+c.hits, b+c.trials-c.hits) - mathext.Lbeta(a, b)
			}
		}
		return sum
	})
}

// golden finds the k between 0.1 and a million where a likelihood is greatest, by
// golden section over log k, in which it has one top.
func golden(likelihood func(k float64) float64) float64 {
	const ratio = 0.6180339887498949
	low, high := math.Log(0.1), math.Log(1e6)
	x, y := high-ratio*(high-low), low+ratio*(high-low)
	fx, fy := likelihood(math.Exp(x)), likelihood(math.Exp(y))
	for high-low > 0.01 {
		if fx > fy {
			high, y, fy = y, x, fx
			x = high - ratio*(high-low)
			fx = likelihood(math.Exp(x))
		} else {
			low, x, fx = x, y, fy
			y = low + ratio*(high-low)
			fy = likelihood(math.Exp(y))
		}
	}
	return math.Exp((low + high) / 2)
}

// floor keeps log odds finite.
const floor = 1e-6

func logit(p float64) float64 {
	p = min(max(p, floor), 1-floor)
	return math.Log(p / (1 - p))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
