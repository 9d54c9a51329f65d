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

// Recall reads it from a campaign's row.
func Recall(row store.Campaign) Learnt {
	return Learnt{Chosen: recall(row.Memory, row.Version).Chosen}
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
