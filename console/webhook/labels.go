package webhook

import (
	"time"

	"github.com/parley-voice/parley/customer/label"
)

// Labels is what changed of one customer's labels.
type Labels struct {
	Customer string        `json:"customer"`
	Since    time.Time     `json:"since"`           // the new values hold, as of then
	Before   time.Time     `json:"before,omitzero"` // as of when the old ones were; missing: there were none
	Changes  []LabelChange `json:"changes"`
}

// LabelChange is one label; an empty value is none.
type LabelChange struct {
	label.Change
	Why string `json:"why,omitempty"` // of the new value; it may tell amounts, and needs money
}

// LabelsAtOnce is how many customers one message tells of at most: when the labels of
// all are computed anew, few messages come of it.
const LabelsAtOnce = 50

// labels leaves out what a hook may not see, and who then has no change.
func (v view) labels(all []Labels) (out []Labels) {
	for _, l := range all {
		var changes []LabelChange
		for _, c := range l.Changes {
			d, _ := label.Find(c.Label)
			if d.Basis == label.Profiling && !v.hook.sees(Profile) || d.Unit == label.OfCurrency && !v.hook.sees(Money) {
				continue
			}
			c.Old, c.New = v.text(c.Old), v.text(c.New)
			if c.Why = v.text(c.Why); !v.hook.sees(Money) {
				c.Why = ""
			}
			changes = append(changes, c)
		}
		if l.Changes = changes; len(changes) > 0 {
			l.Since, l.Before = l.Since.UTC(), l.Before.UTC()
			out = append(out, l)
		}
	}
	return out
}
