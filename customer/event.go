package customer

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// EventKind is what a customer did, or what was done with one.
type EventKind string

// The kinds of events.
const (
	Order      EventKind = "order"      // bought; Amount is what was paid
	Refund     EventKind = "refund"     // got Amount back
	Browse     EventKind = "browse"     // looked at a product
	Cart       EventKind = "cart"       // put one into the cart
	Enquiry    EventKind = "enquiry"    // asked about one
	Complained EventKind = "complaint"  // complained
	AfterSales EventKind = "aftersales" // repair, warranty, exchange
	Contact    EventKind = "contact"    // we approached the customer to sell
	Refusal    EventKind = "refusal"    // the customer did not want to be approached
	Called     EventKind = "call"       // a call with us
	Review     EventKind = "review"     // Score 1 to 5
)

// EventKinds lists all of them.
func EventKinds() []EventKind {
	return []EventKind{Order, Refund, Browse, Cart, Enquiry, Complained, AfterSales, Contact, Refusal, Called, Review}
}

// Ours tells whether we began it, not the customer: it is no sign of activity.
func (k EventKind) Ours() bool { return k == Contact || k == Refusal || k == Refund }

// Event is one thing that happened with a customer. Source and ID together make it
// one: told again, it is the same event.
type Event struct {
	Source   string        `json:"source"` // who tells: shop, crm
	ID       string        `json:"id"`     // the source's own
	Customer string        `json:"customer"`
	Kind     EventKind     `json:"kind"`
	At       time.Time     `json:"at"`
	Amount   Money         `json:"amount,omitzero"`
	Category string        `json:"category,omitempty"`
	Product  string        `json:"product,omitempty"`
	Channel  string        `json:"channel,omitempty"` // phone, app, web, store, sms, chat, email
	Discount bool          `json:"discount,omitempty"`
	Score    int           `json:"score,omitempty"` // of a review, 1 to 5
	Mood     string        `json:"mood,omitempty"`  // of a call: impatient, hesitant, angry
	Lasted   time.Duration `json:"lasted,omitempty"`
	Text     string        `json:"text,omitempty"` // words of an enquiry or a complaint
}

// ErrEvent marks an event that cannot be kept.
var ErrEvent = errors.New("the event cannot be kept")

// Check tells why an event cannot be kept: an error of ErrEvent.
func (e Event) Check() error {
	var what string
	switch {
	case e.Source == "" || e.ID == "":
		what = "it needs a source and an id, so that it is never counted twice"
	case e.Customer == "":
		what = "it names no customer"
	case !slices.Contains(EventKinds(), e.Kind):
		what = fmt.Sprintf("%q is no kind of event: the kinds are %v", e.Kind, EventKinds())
	case e.At.IsZero() || e.At.Year() < 1970 || e.At.Year() > 2200:
		what = "it has no time, or one that cannot be"
	case e.Amount.Cents < 0:
		what = "its amount is negative: what was paid back is a refund"
	case e.Amount.Cents > 0 && e.Amount.Currency == "":
		what = "its amount has no currency"
	case (e.Kind == Order || e.Kind == Refund) && e.Amount.Currency == "":
		what = "an " + string(Order) + " or " + string(Refund) + " needs an amount"
	case e.Score != 0 && (e.Kind != Review || e.Score < 1 || e.Score > 5):
		what = "a score is 1 to 5, of a review"
	case e.Lasted < 0:
		what = "it lasted less than no time"
	default:
		return nil
	}
	return fmt.Errorf("%w: %s", ErrEvent, what)
}
