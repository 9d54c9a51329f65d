// Package campaign decides what a running campaign does: whom to call now (Plan),
// when to call a person (Schedule), what follows from a call (Next) and whether it
// may go on at all (Judge). It is pure: rows, the time and what pacing allows come
// in. Whether a person may be called at all is decided in campaign/permit, at the
// moment of the call; nothing here opens what that shuts.
package campaign

import (
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/pacing"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/dialog/vocab/hours"
)

// Campaign is a file, read and checked by Load. It is read-only: a changed file is
// another one, with a higher version.
type Campaign struct {
	Header
	Who       Who
	Wording   experiment.Experiment // which scripts are spoken to whom; one variant is no experiment
	Line      Line
	Pacing    pacing.Config
	When      When
	Retry     Retry
	FollowUps []FollowUp // by the script's outcome
	Guard     Guard

	places places
}

// Header is what a campaign is.
type Header struct {
	ID       string // a part of the ids of its attempts: never use it for another campaign
	Version  int
	Name     string // as people call it
	Purpose  string // the consent that it needs: marketing, service, ...
	Priority int    // 0 to 100: of two campaigns that share a trunk the higher goes first
}

// Who is whom a campaign calls.
type Who struct {
	Segment  string           // an expression over labels, or a group: see campaign/segment
	Order    string           // label of a number: the higher is called first; "" for none
	Pilot    float64          // share of them, by a hash: 1 is everybody
	Triggers []timing.Trigger // what makes a person a candidate at once
	Window   Window           // when a person of it is called; NoWindow: at any time
	Refill   time.Duration    // people who came into it are taken up so often; 0: never
}

// Line is how a campaign calls.
type Line struct {
	Trunk     string
	Callers   []string      // numbers that are shown
	PerCaller int           // calls a day that each may show, 0 for no bound
	Ring      time.Duration // how long a telephone rings
	Queue     string        // agents who take the calls, or whom scripts hand callers to; "" for none
	Waiting   int           // callers who may wait in Queue for each agent before no call is placed
	Pickup    Pickup
}

// When is when a campaign calls. Hours are those of the person's wall clock and
// only narrow what the law of the place allows.
type When struct {
	Start    time.Time
	Deadline time.Time      // no call from then on
	Zone     *time.Location // of Start and Deadline, and of days of reports
	Hours    hours.Week     // none: all that the law of the place allows
}

// Retry is when a person is called again whom a call did not reach.
type Retry struct {
	Tries int // of one person, at most
	Rules map[pickup.Status]Again
}

// Again is what follows from one status.
type Again struct {
	Never bool          // not again, by this campaign
	Mark  bool          // the number is marked with the status, for all
	After time.Duration // not before
	Slot  Slot
	Tries int // in a row with this status, 0 for no bound of its own
}

// Slot is which hours a retry takes.
type Slot string

// The slots.
const (
	AnySlot   Slot = "any"
	OtherSlot Slot = "other"    // another part of the week than the last call
	NextDay   Slot = "next_day" // from the beginning of the person's next day
)

// Guard is what stops a campaign, and what it keeps beyond the law.
type Guard struct {
	Complaints float64       // highest share of complaints and opt-outs among people reached
	Sample     int           // people reached before that is judged
	Breaker    BreakerConfig // failing calls
	Callers    CallerConfig  // numbers that are shown
	Complete   float64       // share of the fields that candidates must have filled
	Fresh      time.Duration // how old their data may be
	Worse      float64       // share of its answer or conversion rate that a script's new version may lose
	Rollback   Rollback      // who goes back then
	Limits     Limits
}

// Rollback is who publishes a script's former version again when the new one does worse.
type Rollback string

// The rollbacks.
const (
	Automatic Rollback = "automatic" // the campaign by itself, and it goes on
	Ask       Rollback = "ask"       // a person: the campaign pauses
)

// Limits are stricter than those of the site; zero fields leave these as they are.
type Limits struct {
	Day, Week int           // attempts in 24 hours and in 7 days
	Refusal   time.Duration // how long a refusal keeps us away
	Complaint time.Duration // how long a complaint does
}

// Apply makes a site's policy stricter, and never laxer.
func (l Limits) Apply(p permit.Policy) permit.Policy {
	for _, c := range []*permit.Caps{&p.Person, &p.Number} {
		if l.Day > 0 {
			c.Day = min(c.Day, l.Day)
		}
		if l.Week > 0 {
			c.Week = min(c.Week, l.Week)
		}
	}
	p.Refusal, p.Complaint = max(p.Refusal, l.Refusal), max(p.Complaint, l.Complaint)
	return p
}
