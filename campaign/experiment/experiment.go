// Package experiment decides which wording of a script is used: who gets which
// variant, what may be read from the outcomes and when, and when a variant is
// taken back. It is pure: rows, the time and the dice come in.
//
// The unit is the person. A person stays with one variant, and counts once in
// each column of a Tally however often they are called, so that the trials are
// independent of each other, which every test below takes for granted.
package experiment

import (
	"cmp"
	"time"
)

// Experiment is one question: which of these variants does better on Metric?
type Experiment struct {
	Name       string        `json:"name" yaml:"name"`                                 // unique: a part of what is hashed
	Variants   []Variant     `json:"variants" yaml:"variants"`                         // the first is the control
	Metric     Metric        `json:"metric,omitempty" yaml:"metric,omitempty"`         // converted when empty
	Allocation Allocation    `json:"allocation,omitempty" yaml:"allocation,omitempty"` // weights when empty
	Start      time.Time     `json:"start" yaml:"start"`
	Lasts      time.Duration `json:"lasts,omitempty" yaml:"lasts,omitempty"`           // two weeks when 0
	Effect     float64       `json:"effect,omitempty" yaml:"effect,omitempty"`         // difference of rates worth finding, 0.03 when 0
	Alpha      float64       `json:"alpha,omitempty" yaml:"alpha,omitempty"`           // share of false alarms, 0.05 when 0
	Complaints float64       `json:"complaints,omitempty" yaml:"complaints,omitempty"` // highest rate borne, 0.005 when 0
}

// Variant is one wording: a script as it was approved.
type Variant struct {
	Name    string  `json:"name" yaml:"name"`
	Script  string  `json:"script" yaml:"script"`
	Version string  `json:"version,omitempty" yaml:"version,omitempty"` // the hash that was approved; empty: the published one
	Weight  float64 `json:"weight,omitempty" yaml:"weight,omitempty"`   // 1 when 0
}

// Metric is the outcome that decides.
type Metric string

// The metrics.
const (
	Answered  Metric = "answered"
	Converted Metric = "converted"
)

// Allocation is how new persons are shared among the variants.
type Allocation string

// The allocations.
const (
	ByWeight Allocation = "weights" // fixed shares, by a hash: all that is tested here holds
	Bandit   Allocation = "bandit"  // Thompson sampling: more to what does better
)

// TwoWeeks is how long an experiment lasts unless it says otherwise: two of each
// day of the week.
const TwoWeeks = 14 * 24 * time.Hour

// MismatchAlarm is the p-value below which shares are not those that were meant.
const MismatchAlarm = 0.001

// Filled is the experiment with its defaults written out.
func (e Experiment) Filled() Experiment {
	e.Metric = cmp.Or(e.Metric, Converted)
	e.Allocation = cmp.Or(e.Allocation, ByWeight)
	e.Lasts = cmp.Or(e.Lasts, TwoWeeks)
	e.Effect = cmp.Or(e.Effect, 0.03)
	e.Alpha = cmp.Or(e.Alpha, 0.05)
	e.Complaints = cmp.Or(e.Complaints, 0.005)
	filled := make([]Variant, len(e.Variants))
	for i, v := range e.Variants {
		v.Weight = cmp.Or(v.Weight, 1)
		filled[i] = v
	}
	e.Variants = filled
	return e
}

// Ends is when the experiment is over.
func (e Experiment) Ends() time.Time { return e.Start.Add(cmp.Or(e.Lasts, TwoWeeks)) }

// Usable are the variants that may be spoken: approved, and not dropped.
func (e Experiment) Usable(approved func(Variant) bool, dropped ...string) []Variant {
	var out []Variant
next:
	for _, v := range e.Filled().Variants {
		for _, d := range dropped {
			if d == v.Name {
				continue next
			}
		}
		if approved(v) {
			out = append(out, v)
		}
	}
	return out
}
