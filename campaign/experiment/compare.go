package experiment

import "fmt"

// Comparison is a variant against the control.
type Comparison struct {
	Variant    string  `json:"variant"`
	Control    Arm     `json:"control"`
	Treated    Arm     `json:"treated"`
	Difference float64 `json:"difference"` // of the rates seen, treated less control
	Low        float64 `json:"low"`        // the true difference lies between these
	High       float64 `json:"high"`       // with 1-alpha, over all variants and looks
	Chi2       float64 `json:"chi2"`       // with Yates' correction
	ChiP       float64 `json:"chi_p"`      // for one look at the end only
	Always     float64 `json:"always_p"`   // valid at every look: the least so far
}

// compare holds a variant against the control. always is the least p of the
// looks before.
func (e Experiment) compare(variant string, tallies []Tally, always float64) Comparison {
	c := Comparison{
		Variant: variant,
		Control: of(tallies, e.Variants[0].Name).Of(e.Metric),
		Treated: of(tallies, variant).Of(e.Metric),
	}
	c.Difference = c.Treated.Rate() - c.Control.Rate()
	c.Low, c.High = Interval(c.Control, c.Treated, e.Effect, e.each())
	c.Chi2, c.ChiP = ChiSquare(c.Control, c.Treated)
	c.Always = min(always, Sequential(c.Control, c.Treated, e.Effect))
	return c
}

// each is alpha for one of the comparisons (Bonferroni).
func (e Experiment) each() float64 { return e.Alpha / float64(len(e.Variants)-1) }

func (c Comparison) text(m Metric) string {
	return fmt.Sprintf("%s %s %d of %d (%.1f %%) against %d of %d (%.1f %%), always-valid p %.2g", c.Variant, m,
		c.Treated.Hits, c.Treated.Trials, 100*c.Treated.Rate(), c.Control.Hits, c.Control.Trials, 100*c.Control.Rate(), c.Always)
}
