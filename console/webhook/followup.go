package webhook

import (
	"time"

	"github.com/parley-voice/parley/customer"
)

// FollowUp is what is owed to a caller.
type FollowUp struct {
	ID       string    `json:"id"`
	Call     string    `json:"call,omitempty"` // that it comes from
	Number   string    `json:"number,omitempty"`
	Customer string    `json:"customer,omitempty"` // of a campaign's
	Kind     string    `json:"kind"`               // feedback, complaint, agent, promotion
	Why      string    `json:"why,omitempty"`      // the rule, or the campaign and the outcome
	Opened   time.Time `json:"opened"`
	Due      time.Time `json:"due"`
	Sending  *Sending  `json:"sending,omitempty"` // of a promotion
	Settled  *Settled  `json:"settled,omitempty"`
}

// Sending is the message of a promotion.
type Sending struct {
	Message  string            `json:"message"` // id of message.send
	Receipt  *customer.Receipt `json:"receipt,omitempty"`
	Reopened time.Time         `json:"reopened,omitzero"`
}

// Settled is how a follow-up came out.
type Settled struct {
	At           time.Time              `json:"at"`
	InTime       bool                   `json:"in_time"`
	Who          string                 `json:"who"`
	Outcome      string                 `json:"outcome"`
	Note         string                 `json:"note,omitempty"`
	Compensation *customer.Compensation `json:"compensation,omitempty"`
}

func (v view) followUp(f FollowUp) *FollowUp {
	f.Number, f.Why = v.number(f.Number), v.text(f.Why)
	if f.Sending != nil && f.Sending.Receipt != nil {
		s, r := *f.Sending, *f.Sending.Receipt
		r.Code = v.text(r.Code)
		s.Receipt, f.Sending = &r, &s
	}
	if f.Settled == nil {
		return &f
	}
	s := *f.Settled
	if s.Note = v.text(s.Note); !v.hook.sees(Notes) {
		s.Note = ""
	}
	if s.Compensation != nil {
		c := *s.Compensation
		if c.Note = v.text(c.Note); !v.hook.sees(Notes) {
			c.Note, c.Code = "", ""
		}
		s.Compensation = &c
	}
	f.Settled = &s
	return &f
}
