package campaign

import (
	"time"

	"github.com/parley-voice/parley/campaign/permit"
)

// FollowUp is what an outcome of the script starts.
type FollowUp struct {
	Outcome  string // of the script
	Meaning  Meaning
	Do       Deed
	Queue    string         // of Agent
	Channel  permit.Channel // of Promotion
	Template string         // of Promotion: what the other system sends
	After    time.Duration  // not before
	Within   time.Duration  // after that: the promise, 0 for none
}

// Meaning is what an outcome says of a person.
type Meaning string

// The meanings, each with what it starts unless the campaign says otherwise.
const (
	Need        Meaning = "need"        // a clear need: an agent within 24 hours
	Considering Meaning = "considering" // a promotion after three days
	Refusal     Meaning = "refused"     // low priority, after the cool-down
	Later       Meaning = "later"       // called again after a day, as long as tries are left
	Settled     Meaning = "settled"     // nothing more to do
)

// Meanings lists them.
func Meanings() []Meaning { return []Meaning{Need, Considering, Refusal, Later, Settled} }

// Deed is what is to be done.
type Deed string

// The deeds. MarkNumber is started by a status alone.
const (
	Agent       Deed = "agent"        // a person calls
	Promotion   Deed = "promotion"    // a message or mail, by a webhook
	LowPriority Deed = "low_priority" // nothing but a lower place in later campaigns
	MarkNumber  Deed = "mark_number"  // the number is empty, suspended, another's: Follow.Note is the status
)

// Deeds lists those that a campaign may ask for.
func Deeds() []Deed { return []Deed{Agent, Promotion, LowPriority} }

// Follow is one thing to do after a call. It is written in the transaction that
// keeps the candidate; the same attempt gives the same Follows.
type Follow struct {
	ID       string         `json:"id"` // the attempt's with the deed: kept once
	Campaign string         `json:"campaign"`
	Purpose  string         `json:"purpose,omitempty"` // the consent that it needs
	Person   string         `json:"person"`
	Number   string         `json:"number"`
	Do       Deed           `json:"do"`
	Queue    string         `json:"queue,omitempty"`
	Channel  permit.Channel `json:"channel,omitempty"`
	Template string         `json:"template,omitempty"`
	Note     string         `json:"note"`              // outcome or status that started it
	At       time.Time      `json:"at"`                // not before
	Promised time.Time      `json:"promised,omitzero"` // done by then, or the promise is broken; zero: no promise
}

// Late tells whether a promise is broken at now, and by how much. done is when it
// was done, zero when it is not. What was promised for a moment may be done in that
// moment.
func (f Follow) Late(now, done time.Time) (by time.Duration, late bool) {
	if done.IsZero() {
		done = now
	}
	if f.Promised.IsZero() || !done.After(f.Promised) {
		return 0, false
	}
	return done.Sub(f.Promised), true
}
