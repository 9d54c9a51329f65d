package campaign

import "time"

// BreakerConfig is when failing calls stop a campaign, and how it tries again.
type BreakerConfig struct {
	Share  float64       // of the calls that failed
	Calls  int           // the fewest that are judged
	Within time.Duration // that are looked at
	Pause  time.Duration // before one call is tried; doubled each time that fails, to at most 32 times
}

// Ending is a call that ended, as far as the breaker goes.
type Ending struct {
	At     time.Time
	Failed bool
}

// Breaker pauses a campaign whose calls fail: closed, open for a pause, and half open
// with one trial call under way. It is a value: keep what Ended and Tried give.
// The zero Breaker is closed.
type Breaker struct {
	Recent []Ending  // of Within, the oldest first, while closed
	Until  time.Time // open until then; zero: closed
	Trips  int       // pauses in a row
	Trying bool      // the trial call is under way
}
