package customer

import (
	"fmt"
	"slices"
	"time"
)

// Remark is what somebody tells of a person, outside of a call: that they
// complained, that they are not to be called again, or a note.
type Remark struct {
	ID     string     `json:"id"`
	Number string     `json:"number"` // Number.Text: whom it is about
	Kind   RemarkKind `json:"kind"`
	Scope  string     `json:"scope,omitempty"` // of do_not_call: phone, sms, email, or all channels
	Text   string     `json:"text,omitempty"`
	Who    string     `json:"who"` // told it
	At     time.Time  `json:"at"`
}

// RemarkKind is what a Remark tells.
type RemarkKind string

// The kinds of Remark.
const (
	Complains RemarkKind = "complaint"
	DoNotCall RemarkKind = "do_not_call"
	Noted     RemarkKind = "note"
)

// Check tells what is wrong with a remark.
func (r Remark) Check() error {
	switch {
	case r.Kind != Complains && r.Kind != DoNotCall && r.Kind != Noted:
		return fmt.Errorf("%q is no kind of remark: write complaint, do_not_call or note", r.Kind)
	case r.Kind == DoNotCall && !slices.Contains([]string{"phone", "sms", "email", "all"}, r.Scope):
		return fmt.Errorf("the scope of do_not_call is phone, sms, email or all, not %q", r.Scope)
	case r.Kind != DoNotCall && r.Scope != "":
		return fmt.Errorf("%s has no scope: leave it out", r.Kind)
	case r.Kind == Noted && r.Text == "":
		return fmt.Errorf("a note needs a text")
	case r.Number == "":
		return fmt.Errorf("nobody is named: give a customer with a number, or the number")
	}
	return nil
}
