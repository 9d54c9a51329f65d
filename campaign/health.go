package campaign

import (
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
)

// Vitals is what is known of a campaign when it is judged.
type Vitals struct {
	Running  bool                          // it has started: Data is not asked for again
	Data     Data                          // of its candidates
	Approved func(experiment.Variant) bool // the version may be spoken
	Reached  experiment.Arm                // people reached, and those of them who complained or opted out
	Looks    []experiment.Look             // the oldest first; none without an experiment
	Former   *experiment.Tally             // of the version before, when one was just published
	Present  experiment.Tally              // of the present version since then
	Breaker  Breaker
	Callers  []CallerTally
}

// Data is how good the candidates' data are.
type Data struct {
	Complete float64   // share of the needed fields that are filled, 0 to 1
	Oldest   time.Time // when the oldest of them was true: as of the last import
}

// Act is what a campaign does.
type Act string

// The acts.
const (
	Run   Act = "run"
	Trial Act = "trial" // one call, to see whether calls go through again
	Pause Act = "pause" // until Health.Until; zero: until somebody mends it
	Stop  Act = "stop"  // for good: a person starts it again, or not
)

// Health is what to do now and with what.
type Health struct {
	Act      Act
	Until    time.Time            // of Pause
	Why      []Cause              // of everything that is not Run, the gravest first, and of what is left out
	Variants []experiment.Variant // that may be spoken to whom has none yet
	Verdict  experiment.Decision  // of the experiment
	Callers  []string             // that may be shown, the least used first
}

// Cause is one reason of a Health.
type Cause struct {
	Code string `json:"code"`
	Text string `json:"text"` // plain English, with what to do
}

// Codes of causes.
const (
	Complaints   = "complaints"   // too many complaints
	Failing      = "failing"      // calls fail
	Incomplete   = "incomplete"   // the data lack fields
	Stale        = "stale"        // the data are old
	Unapproved   = "unapproved"   // no version that may be spoken
	Mismatch     = "mismatch"     // variants' shares are not those that were meant
	Worse        = "worse"        // the new version of a script does worse: roll it back
	Dropped      = "dropped"      // a variant was dropped
	NoCaller     = "no_caller"    // every number that is shown rests
	CallerRests  = "caller_rests" // a number that is shown rests
	NotYet       = "not_yet"      // before the start
	DeadlineOver = "deadline"     // after the deadline
)

// CallerTally is what came of one number that is shown, over the last 7 days, today
// apart.
type CallerTally struct {
	Number   string
	Today    int // calls since midnight in When.Zone
	Calls    int
	Answered int       // by a person or a machine
	Blocked  int       // Blocked or Refused by the network
	Rested   time.Time // when it last began to rest, zero for never
}

// CallerConfig is when a number that is shown rests.
type CallerConfig struct {
	Sample  int           // calls before it is judged
	Blocked float64       // highest share of blocked calls
	Below   float64       // lowest answer rate, as a share of that of all numbers together
	Rest    time.Duration // how long
}
