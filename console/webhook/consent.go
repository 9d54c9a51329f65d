package webhook

import "time"

// Consent is one that a person took back.
type Consent struct {
	Customer string    `json:"customer"`
	Number   string    `json:"number,omitempty"`
	Purpose  string    `json:"purpose"`
	State    string    `json:"state"` // withdrawn, refused
	At       time.Time `json:"at"`    // of the answer
	Source   string    `json:"source,omitempty"`
}

func (v view) consent(c Consent) *Consent {
	c.Number, c.Source, c.At = v.number(c.Number), v.text(c.Source), c.At.UTC()
	return &c
}
