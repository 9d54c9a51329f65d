package webhook

// Decision is what was decided of a campaign's wordings.
type Decision struct {
	Campaign string    `json:"campaign"`
	Version  int       `json:"campaign_version"`
	Act      string    `json:"act"` // adopt, keep, drop, halt, rollback
	Variant  string    `json:"variant,omitempty"`
	Rollback *Rollback `json:"rollback,omitempty"`
	Who      string    `json:"who"` // parley: the campaign itself
	Why      string    `json:"why"` // the figures that decided
}

// Rollback is of a script that does worse than its version before.
type Rollback struct {
	Script   string   `json:"script"`
	Variants []string `json:"variants"` // that speak it
	Before   string   `json:"before"`   // hash of the version that does worse
	After    string   `json:"after"`    // hash of the former one
	Asked    bool     `json:"asked"`    // a person is to go back; false: it is done
}

func (v view) decision(d Decision) *Decision {
	d.Why = v.text(d.Why)
	return &d
}
