package experiment

import "math"

// Tally is what came of one variant so far, counted in persons: each counts at
// most once in a column.
type Tally struct {
	Variant    string `json:"variant"`
	Assigned   int    `json:"assigned"`
	Called     int    `json:"called"`     // at least one attempt was made
	Answered   int    `json:"answered"`   // a person picked up
	Converted  int    `json:"converted"`  // did what the campaign is for
	Negative   int    `json:"negative"`   // refused, was angry, opted out or complained
	Complained int    `json:"complained"` // complained or opted out: a part of Negative
}

// Arm is a number of trials and how many succeeded.
type Arm struct {
	Hits   int `json:"hits"`
	Trials int `json:"trials"`
}

// Rate is hits by trials, 0 without trials.
func (a Arm) Rate() float64 {
	if a.Trials == 0 {
		return 0
	}
	return float64(a.Hits) / float64(a.Trials)
}

// Wilson is the score interval of the rate with z standard errors on each side
// (Wilson 1927), from 0 to 1 without trials.
func (a Arm) Wilson(z float64) (low, high float64) {
	if a.Trials == 0 {
		return 0, 1
	}
	n, p := float64(a.Trials), a.Rate()
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, mid-half), min(1, mid+half)
}

// AnswerRate is the share of the persons called who answered.
func (t Tally) AnswerRate() Arm { return Arm{t.Answered, t.Called} }

// ConversionRate is the share of the persons called who converted.
func (t Tally) ConversionRate() Arm { return Arm{t.Converted, t.Called} }

// NegativeRate is the share of the persons called who refused, were angry, opted out
// or complained.
func (t Tally) NegativeRate() Arm { return Arm{t.Negative, t.Called} }

// ComplaintRate is the share of the persons called who complained.
func (t Tally) ComplaintRate() Arm { return Arm{t.Complained, t.Called} }

// Of is the rate that a metric looks at.
func (t Tally) Of(m Metric) Arm {
	if m == Answered {
		return t.AnswerRate()
	}
	return t.ConversionRate()
}

// of is a variant's tally, of zeros when nothing came of it yet.
func of(all []Tally, variant string) Tally {
	for _, t := range all {
		if t.Variant == variant {
			return t
		}
	}
	return Tally{Variant: variant}
}
