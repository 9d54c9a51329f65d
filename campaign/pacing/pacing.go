// Package pacing says how many calls a campaign may place now. It is pure: what is
// known comes in, with the time, and a number comes out with its reason.
package pacing

import (
	"fmt"
	"math"
	"time"
)

// Mode is how a campaign's calls are paced.
type Mode string

// The modes.
const (
	Agentless   Mode = "agentless"   // scripts talk: as many as lines and trunk allow
	Progressive Mode = "progressive" // one call for each free agent
	Predictive  Mode = "predictive"  // more, as far as the bound on abandoned calls allows
	Preview     Mode = "preview"     // an agent has looked at the customer and asks for each call
)

// Modes lists them.
func Modes() []Mode { return []Mode{Agentless, Progressive, Predictive, Preview} }

// Config of a Pacer. Zero fields take the defaults in brackets.
type Config struct {
	Mode        Mode
	Concurrent  int     // calls at once, ringing or talking (100)
	PerSecond   float64 // call attempts a second (10)
	Abandoned   float64 // share of the people who answer that may meet no agent in 2 s (0.03: 47 CFR 64.1200(a)(7), Ofcom)
	Confidence  float64 // of the limit that is held under Abandoned (0.95)
	LeastAgents int     // with fewer, Predictive is Progressive: too few to average over (15)
	Overflow    float64 // share of them that the script may talk to instead: then nobody is abandoned (0: it takes nobody)
}

func (c Config) withDefaults() Config {
	if c.Mode == "" {
		c.Mode = Agentless
	}
	if c.Concurrent == 0 {
		c.Concurrent = 100
	}
	if c.PerSecond == 0 {
		c.PerSecond = 10
	}
	if c.Abandoned == 0 {
		c.Abandoned = 0.03
	}
	if c.Confidence == 0 {
		c.Confidence = 0.95
	}
	if c.LeastAgents == 0 {
		c.LeastAgents = 15
	}
	return c
}

// State is what is so now.
type State struct {
	Ready   int             // agents who are free and promised to nobody
	Working []time.Duration // of each agent at work: since when, wrap-up included
	Ringing []time.Duration // of each call that nobody has answered yet: since when
	Calls   int             // all of the campaign's calls: ringing, talking, waiting
	Asked   int             // Preview: customers whom an agent wants called
	Nodes   int             // that place its calls, each its part of PerSecond; 0 is 1
}

// agents who could be given a call now or soon.
func (s State) agents() int { return s.Ready + len(s.Working) }

// Pacer paces one campaign. It is owned by one goroutine.
type Pacer struct {
	Habits Habits // what calls and agents are like
	Ledger Ledger // who was abandoned

	cfg   Config
	spent bucket
	bound bound
}

// New makes a Pacer.
func New(cfg Config) *Pacer { return &Pacer{cfg: cfg.withDefaults()} }

// Dial is how many calls to place at now, and what holds back more. The calls
// count as placed.
func (p *Pacer) Dial(now time.Time, s State) (n int, why string) {
	n, why = p.wanted(now, s)
	if room := p.cfg.Concurrent - s.Calls; n > room {
		n, why = max(room, 0), fmt.Sprintf("%d calls at once are allowed", p.cfg.Concurrent)
	}
	if left := p.spent.left(now, p.cfg.PerSecond/float64(max(1, s.Nodes))); n > left {
		n, why = left, fmt.Sprintf("%v attempts a second are allowed", p.cfg.PerSecond)
	}
	p.spent.take(n)
	return n, why
}

// wanted is how many calls the mode asks for, whatever lines there are.
func (p *Pacer) wanted(now time.Time, s State) (int, string) {
	single := max(0, s.Ready-len(s.Ringing))
	switch p.cfg.Mode {
	case Agentless:
		return math.MaxInt, ""
	case Preview:
		return min(s.Asked, s.Ready), "an agent asks for each call"
	case Predictive:
		if s.agents() < p.cfg.LeastAgents {
			return single, fmt.Sprintf("one call an agent: fewer than %d agents", p.cfg.LeastAgents)
		}
		target, why := p.bound.target(now, p.cfg, &p.Ledger)
		if target == 0 {
			return single, why
		}
		return max(single, p.Habits.ahead(s, target)), why
	}
	return single, "one call an agent"
}

// bucket bounds the attempts of a second (a token bucket as deep as one second).
type bucket struct {
	tokens float64
	at     time.Time
}

func (b *bucket) left(now time.Time, rate float64) int {
	depth := max(rate, 1)
	if b.at.IsZero() {
		b.tokens = depth
	} else if d := now.Sub(b.at).Seconds(); d > 0 {
		b.tokens = min(depth, b.tokens+d*rate)
	}
	b.at = now
	return int(b.tokens + 1e-9)
}

func (b *bucket) take(n int) { b.tokens -= float64(n) }
