package campaign

import (
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
)

// Vitals is what is known of a campaign when it is judged.
type Vitals struct {
	Running  bool                          // it has started: Data are not asked for again
	Data     Data                          // of its candidates
	Approved func(experiment.Variant) bool // the version may be spoken
	Reached  experiment.Arm                // people reached under this version of the file, and those of them who complained or opted out
	Looks    []experiment.Look             // the oldest first; none without an experiment
	Words    []experiment.Word             // that were decided of the experiment
	Editions []Edition                     // of the scripts that variants speak
	Breaker  Breaker
	Callers  []CallerTally // of Line.Callers; who is missing made no call
}

// Edition is a script's published version, in persons who were called with it.
type Edition struct {
	Script  string
	Former  *experiment.Tally // of the version before; Variant is its hash. nil: there is none to go back to
	Present experiment.Tally  // of the present one since it was published
	Told    string            // that it was gone back to by itself, and why; "" when it was not
}

// Act is what a campaign does.
type Act string

// The acts.
const (
	Run   Act = "run"
	Trial Act = "trial" // one call, to see whether calls go through again
	Pause Act = "pause" // until Health.Until; zero: until somebody mends it
	Stop  Act = "stop"  // for good: what speaks against it does not go away by itself
)

// Health is what to do now, and with what.
type Health struct {
	Act      Act
	Until    time.Time            // of Pause
	Why      []Cause              // of all that is not as it should be
	Variants []experiment.Variant // that may be spoken
	Verdict  experiment.Decision  // of the experiment
	Back     []Return             // scripts whose former version is to be published again
	Asked    []Return             // likewise, and a person is asked to
	Callers  []string             // that may be shown now
	Resting  []Resting            // those that rest
}

// Return is a script to go back with.
type Return struct {
	Script string
	experiment.Rollback
}

// Resting is a number that is not shown for a while.
type Resting struct {
	Number string
	Until  time.Time
	New    bool // it begins now: keep when, for CallerTally.Rested
}

// Cause is one reason of a Health.
type Cause struct {
	Code Code   `json:"code"`
	Text string `json:"text"` // plain English, with what to do
}

// Code says of which kind a cause is.
type Code string

// The codes.
const (
	NotYet       Code = "not_yet"      // before the start
	DeadlineOver Code = "deadline"     // after the deadline
	Incomplete   Code = "incomplete"   // the data lack fields
	Stale        Code = "stale"        // the data are old
	Unapproved   Code = "unapproved"   // a version that may not be spoken
	Complaints   Code = "complaints"   // too many complaints
	Mismatch     Code = "mismatch"     // the experiment's numbers cannot be trusted
	Dropped      Code = "dropped"      // the experiment dropped a variant
	Decided      Code = "decided"      // the experiment is over
	Worse        Code = "worse"        // the new version of a script does worse
	Failing      Code = "failing"      // calls fail
	CallerRests  Code = "caller_rests" // a number that is shown rests
	NoCaller     Code = "no_caller"    // all of them do
)

// Judge tells whether a campaign may go on at now. The gravest of what speaks
// against it decides; everything is told.
func Judge(now time.Time, c *Campaign, v Vitals) Health {
	h := Health{Act: Run}
	c.times(&h, now)
	c.data(&h, now, v)
	c.wordings(&h, now, v)
	c.complaints(&h, v)
	c.versions(&h, v)
	c.failing(&h, now, v)
	c.shown(&h, now, v)
	return h
}

// grave is how grave an act is.
var grave = map[Act]int{Run: 0, Trial: 1, Pause: 2, Stop: 3}

// hold takes the graver act, and of two pauses the longer; one without an end is
// the longest.
func (h *Health) hold(act Act, until time.Time, code Code, text string) {
	switch {
	case grave[act] > grave[h.Act]:
		h.Act, h.Until = act, until
	case act == Pause && h.Act == Pause && (until.IsZero() || !h.Until.IsZero() && until.After(h.Until)):
		h.Until = until
	}
	h.note(code, text)
}

func (h *Health) note(code Code, text string) { h.Why = append(h.Why, Cause{code, text}) }

// Has tells whether a code is among the causes.
func (h Health) Has(code Code) bool {
	for _, w := range h.Why {
		if w.Code == code {
			return true
		}
	}
	return false
}
