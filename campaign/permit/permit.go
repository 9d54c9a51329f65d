// Package permit decides whether a person may be called, messaged or mailed at a
// moment: Decide looks at everything that is known and gives every reason that
// speaks against it, each with the moment it ends. It is pure. store.Reserve calls
// it within the transaction that also counts and reserves, so that what it allows
// is allowed exactly once.
package permit

import (
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/customer"
)

// Channel is how a person is reached.
type Channel string

// The channels. Every is all of them, in an opt-out.
const (
	Phone Channel = "phone"
	SMS   Channel = "sms"
	Email Channel = "email"
	Every Channel = "all"
)

// Request asks for one attempt.
type Request struct {
	// ID names the attempt for good: one is reserved at most once under it, so
	// that a job that is repeated after a kill does not call again.
	ID       string
	Person   string          // customer's id; "" is whoever the number belongs to
	Number   customer.Number // where the attempt goes
	Purpose  string          // customer.Consent.Purpose: marketing, service, ...
	Channel  Channel         // "" is Phone
	Campaign string          // kept with the attempt, not looked at
	Holder   string          // the process that will dial: see store.Orphaned
}

// Facts is what is known of the person and the number when it is decided.
type Facts struct {
	Profile    customer.Profile // zero for a number that is nobody's
	OptOuts    []OptOut         // of the person and of the number
	Complaints []time.Time      // when each was made
	Attempts   []Past           // on this channel within a week, or later than now
	Grants     []Grant          // of the person or the number
}

// OptOut is a person's word against being reached.
type OptOut struct {
	Kind    OptOutKind
	Channel Channel // Every: all of them
	Purpose string  // "": whatever for
	At      time.Time
}

// OptOutKind is how far an OptOut goes.
type OptOutKind string

// The kinds. A refusal ends after Policy.Refusal; never does not end.
const (
	Never   OptOutKind = "never"
	Refusal OptOutKind = "refusal"
)

// Past is an attempt that counts: reserved, dialled or over, whatever its fate, as
// long as it is not certain that nothing was dialled.
type Past struct {
	At         time.Time
	SameNumber bool // to the number that is asked for; else to another of the person's
}

// Grant lets one attempt more through after the person enquired.
type Grant struct {
	ID       string
	At, Ends time.Time
	Used     bool
}

// Policy is what a site allows. The zero Policy allows nothing.
type Policy struct {
	Person, Number Caps
	Refusal        time.Duration // how long a refusal keeps us away
	Complaint      time.Duration // how long a complaint does
	Service        []string      // purposes that are no marketing; all others are
	Book           *calendar.Book
}

// Caps bound attempts in rolling windows: one at t counts until t + 24 h, or
// t + 7 * 24 h, and not in that moment itself. One later than now counts too.
type Caps struct{ Day, Week int }

// Standard is the policy that holds where a site says nothing.
func Standard(book *calendar.Book) Policy {
	return Policy{
		Person: Caps{3, 2}, Number: Caps{3, 2}, Refusal: 30 * Day, Complaint: 30 * Day,
		Service: []string{"service", "callback"}, Book: book,
	}
}

// The lengths of the windows. They are no days of a calendar: a local day may have
// 23 or 25 hours.
const (
	Day  = 24 * time.Hour
	Week = 7 * Day
)

// FollowUp is how long a Grant lasts.
const FollowUp = Week

// Marketing tells whether a purpose is held to the rules for marketing.
func (p Policy) Marketing(purpose string) bool { return !slices.Contains(p.Service, purpose) }
