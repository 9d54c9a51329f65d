package pacing

import (
	"math"
	"time"
)

// Habits is what calls and agents were like lately: whether and when calls are
// answered, and how long an agent works on one. Old observations fade.
type Habits struct {
	answered counts // by seconds of ringing
	failed   counts
	served   counts // by steps of 5 s, wrap-up included
}

const (
	ringStep  = time.Second
	serveStep = 5 * time.Second
	fade      = 2000 // observations after which all count half
)

// Answered notes a call that a person answered after ringing so long; a machine
// that was told apart is a failed call.
func (h *Habits) Answered(after time.Duration) { h.answered.add(after, ringStep, &h.failed) }

// Failed notes a call that came to nothing after so long: busy, no answer, machine.
func (h *Habits) Failed(after time.Duration) { h.failed.add(after, ringStep, &h.answered) }

// Served notes how long an agent was at work on a call, wrap-up included.
func (h *Habits) Served(took time.Duration) { h.served.add(took, serveStep, nil) }

// counts is a histogram; its last bin holds all that is beyond. It is read for every
// call and agent at every step and written once a call, so the sums are kept.
type counts struct {
	bins  [240]float64
	total float64
	tail  [241]float64 // of each bin: how many are in it or beyond
	sum   float64      // of all that was counted, in steps
}

// add counts one. With is a histogram that fades together with this.
func (c *counts) add(d, step time.Duration, with *counts) {
	bin := max(0, min(int(d/step), len(c.bins)-1))
	c.bins[bin]++
	for i := range bin + 1 {
		c.tail[i]++
	}
	c.sum += float64(bin) + 0.5
	c.total++
	others := 0.0
	if with != nil {
		others = with.total
	}
	if c.total+others < 2*fade {
		return
	}
	c.halve()
	if with != nil {
		with.halve()
	}
}

func (c *counts) halve() {
	c.total, c.sum = c.total/2, 0
	for i := len(c.bins) - 1; i >= 0; i-- {
		c.bins[i] /= 2
		c.tail[i] = c.tail[i+1] + c.bins[i]
		c.sum += (float64(i) + 0.5) * c.bins[i]
	}
}

// beyond is how many lasted at least d.
func (c *counts) beyond(d, step time.Duration) float64 {
	return c.tail[max(0, min(int(d/step), len(c.bins)))]
}

func (c *counts) mean(step time.Duration) time.Duration {
	if c.total == 0 {
		return 0
	}
	return time.Duration(c.sum / c.total * float64(step))
}

// answer is the chance that a call which rings since age will be answered. Before
// anything is known every call counts as answered: that errs towards fewer calls.
func (h *Habits) answer(age time.Duration) float64 {
	yes, no := h.answered.beyond(age, ringStep), h.failed.beyond(age, ringStep)
	return (yes + 1) / (yes + no + 1)
}

// free is the chance that an agent at work since age is free again within more.
func (h *Habits) free(age, more time.Duration) float64 {
	now, then := h.served.beyond(age, serveStep), h.served.beyond(age+more, serveStep)
	if now < 1 {
		return 0
	}
	// Within a step the bin is taken as even.
	part := float64((age+more)%serveStep) / float64(serveStep)
	then -= part * h.served.bins[min(int((age+more)/serveStep), len(h.served.bins)-1)]
	return max(0, min(1, 1-then/now))
}

// ahead is how many calls more can be placed while of the people who will answer
// at most the share target is expected to meet no free agent. Answers and agents
// who become free until a new call is typically answered are sums of independent
// chances, near enough to normal.
func (h *Habits) ahead(s State, target float64) int {
	soon := h.answered.mean(ringStep)
	free, freeVar := float64(s.Ready), 0.0
	for _, age := range s.Working {
		p := h.free(age, soon)
		free += p
		freeVar += p * (1 - p)
	}
	answers, answersVar := 0.0, 0.0
	for _, age := range s.Ringing {
		p := h.answer(age)
		answers += p
		answersVar += p * (1 - p)
	}
	p := h.answer(0)
	n := 0
	for most := 4 * s.agents(); n < most; n++ {
		answers += p
		answersVar += p * (1 - p)
		if excess(answers-free, math.Sqrt(answersVar+freeVar)) > target*answers {
			break
		}
	}
	return n
}

// excess is E[max(0, X)] of a normal X.
func excess(mean, deviation float64) float64 {
	if deviation == 0 {
		return max(0, mean)
	}
	z := mean / deviation
	density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	return mean*0.5*math.Erfc(-z/math.Sqrt2) + deviation*density
}
