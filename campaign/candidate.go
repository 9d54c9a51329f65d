package campaign

import (
	"strconv"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/customer"
)

// Candidate is one person of a running campaign, as the store keeps it. The key is
// Campaign and Person.
type Candidate struct {
	Campaign string          `json:"campaign"`
	Person   string          `json:"person"` // customer's id
	Number   customer.Number `json:"number"`
	State    State           `json:"state"`
	Tries    int             `json:"tries"`         // attempts that were reserved, whatever became of them
	Due      time.Time       `json:"due"`           // not before
	Deadline time.Time       `json:"deadline"`      // not from then on
	Priority int             `json:"priority"`      // Triggered, Normal or Low
	Score    float64         `json:"score"`         // the label that the campaign orders by
	Variant  string          `json:"variant"`       // given with the first attempt and kept
	Zones    []string        `json:"zones"`         // IANA names of where the person may be
	Last     Last            `json:"last,omitzero"` // what came of the last attempt
}

// State is how far a candidate is.
type State string

// The states. From Done and Stopped there is no way back.
const (
	Pending  State = "pending"  // was never tried
	Waiting  State = "waiting"  // was tried, and is to be tried again
	Reserved State = "reserved" // an attempt is reserved
	Dialling State = "dialling" // its INVITE has left, or the call goes on
	Done     State = "done"     // a conversation was had
	Stopped  State = "stopped"  // is not called again: see Last.Why
)

// States lists them.
func States() []State { return []State{Pending, Waiting, Reserved, Dialling, Done, Stopped} }

// Over tells that nothing more comes of it.
func (s State) Over() bool { return s == Done || s == Stopped }

// The priorities of a Candidate.
const (
	Triggered = 90 // a signal of the person asked for the call
	Normal    = 50
	Low       = 10 // refused before
)

// Last is what came of the last attempt.
type Last struct {
	At      time.Time     `json:"at,omitzero"` // when it was dialled
	Status  pickup.Status `json:"status,omitempty"`
	Outcome string        `json:"outcome,omitempty"` // the script's
	Row     int           `json:"row,omitempty"`     // so often in a row that status
	Void    int           `json:"void,omitempty"`    // of all Tries: those that were never dialled, or of a window before
	Slot    Slot          `json:"slot,omitempty"`    // which hours the next one takes
	Why     string        `json:"why,omitempty"`     // why it waits, or is over
	Signal  time.Time     `json:"signal,omitzero"`   // when the person's last signal made them due
	Window  time.Time     `json:"window,omitzero"`   // what their window is counted from
}

// Attempt is a call to place now. Reserve it under its ID, dial, and tell Next.
type Attempt struct {
	ID        string
	Candidate Candidate // with Variant filled in
	Variant   experiment.Variant
	Trunk     string
	Caller    string // number that is shown
	Purpose   string
	Ring      time.Duration
}

// AttemptID names a candidate's try for good: campaign/person/try, from 1.
func AttemptID(campaign, person string, try int) string {
	return campaign + "/" + person + "/" + strconv.Itoa(try)
}

// Request is what permit is asked about an attempt; holder is the process that will
// dial.
func (a Attempt) Request(holder string) permit.Request {
	return permit.Request{ID: a.ID, Person: a.Candidate.Person, Number: a.Candidate.Number, Purpose: a.Purpose,
		Channel: permit.Phone, Campaign: a.Candidate.Campaign, Holder: holder}
}

// Result is what came of an attempt.
type Result struct {
	At      time.Time     // when it was dialled
	Fate    Fate          // Ended when empty
	Status  pickup.Status // who picked up, or why nobody did
	Outcome string        // the script's, "" when none was set
	Wish    Wish          // what the person asked for, whatever the outcome
}

// Fate is whether an attempt came to an end.
type Fate string

// The fates.
const (
	Ended    Fate = "ended"
	Released Fate = "released" // certainly never dialled, and its place given back
	Unknown  Fate = "unknown"  // nobody knows what became of it: it counts, and is never redialled by itself
)

// Wish is what a person asked for in a call.
type Wish string

// The wishes.
const (
	NoWish    Wish = ""
	Never     Wish = "never" // never again: the opt-out itself is kept elsewhere, at once
	Complains Wish = "complains"
)
