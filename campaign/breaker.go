package campaign

import (
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/pickup"
)

// BreakerConfig is when failing calls stop a campaign, and how it tries again.
type BreakerConfig struct {
	Share  float64       // of the calls that failed
	Calls  int           // the fewest that are judged
	Within time.Duration // that are looked at
	Pause  time.Duration // before one call is tried; doubled each time that fails, to at most 32 times
}

// Ending is a call that ended, as far as the breaker goes.
type Ending struct {
	Began  time.Time // when it was dialled
	At     time.Time // when it ended
	Failed bool      // see Result.Failed
}

// Breaker pauses a campaign whose calls fail: closed, open for a pause, and half
// open with one trial call under way (Nygard, Release It!, 2007). It is a value:
// keep what Tried and Ended give. The zero Breaker is closed.
type Breaker struct {
	Recent []Ending  // of Within, in the order in which they were told, while closed
	Until  time.Time // open until then; zero: closed
	Tried  time.Time // when the trial call was dialled; zero: none was
	Trips  int       // pauses in a row
}

// Failed tells that the network or the trunk failed, and not that nobody was there.
func (r Result) Failed() bool {
	return r.Fate != Released && (r.Status == pickup.Network || r.Status == pickup.Blocked)
}

// At is what the breaker lets through at now: Run, Pause until a time, or Trial.
func (b Breaker) At(now time.Time) (Act, time.Time) {
	switch {
	case b.Until.IsZero():
		return Run, time.Time{}
	case now.Before(b.Until):
		return Pause, b.Until
	}
	return Trial, time.Time{}
}

// Dialled is the breaker after a call was dialled. A trial call holds back the next one
// for a pause, unless it ends before.
func (b Breaker) Dialled(now time.Time, c BreakerConfig) Breaker {
	if act, _ := b.At(now); act == Trial {
		b.Tried, b.Until = now, now.Add(b.pause(c))
	}
	return b
}

// Ended is the breaker after a call. Calls that were under way when it opened say
// nothing about the trial.
func (b Breaker) Ended(e Ending, c BreakerConfig) Breaker {
	if !b.Until.IsZero() {
		switch {
		case b.Tried.IsZero() || e.Began.Before(b.Tried):
			return b
		case e.Failed:
			return b.open(e.At, c)
		}
		return Breaker{}
	}
	b.Recent = slices.DeleteFunc(append(slices.Clone(b.Recent), e), func(old Ending) bool { return !old.At.After(e.At.Add(-c.Within)) })
	failed := 0
	for _, old := range b.Recent {
		if old.Failed {
			failed++
		}
	}
	if e.Failed && len(b.Recent) >= c.Calls && float64(failed) >= c.Share*float64(len(b.Recent)) {
		return b.open(e.At, c)
	}
	return b
}

func (b Breaker) open(now time.Time, c BreakerConfig) Breaker {
	return Breaker{Until: now.Add(b.pause(c)), Trips: b.Trips + 1}
}

func (b Breaker) pause(c BreakerConfig) time.Duration { return c.Pause << min(b.Trips, 5) }
