package outbound

import (
	"fmt"

	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/store"
)

// Learnt is what a campaign has learnt about itself, as far as people are told.
type Learnt struct {
	Chosen timing.Coverage `json:"chosen,omitempty"` // times to call that a model chose, by the rule
}

// Recall reads it, of all nodes together.
func Recall(row store.Campaign, memories map[string]string) Learnt {
	l := Learnt{Chosen: timing.Coverage{}}
	for _, text := range memories {
		for v, n := range recall(text, row).Chosen {
			l.Chosen[v] += n
		}
	}
	return l
}

// Hours tells how far "above 60 %, else the best slot" reached, "" when no model chose
// a time.
func (l Learnt) Hours() string {
	all := 0
	for _, n := range l.Chosen {
		all += n
	}
	if all == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f %% of %d times were chosen above %.0f %% answer probability (%.1f %% at once), the others were the best before the deadline",
		100*l.Chosen.Above(), all, 100*timing.Threshold, 100*l.Chosen.Share(timing.CallNow))
}
