package call

import (
	"time"

	"github.com/parley-voice/parley/dialog"
)

// alarm names one timer of a call: the machine's, or one of the call's own.
type alarm struct {
	own  bool
	name dialog.Timer
}

// The call's own alarms.
var (
	alarmAnswer   = alarm{own: true, name: "answer"}   // ring until then
	alarmReview   = alarm{own: true, name: "review"}   // look at the dead air again
	alarmTransfer = alarm{own: true, name: "transfer"} // the person has rung long enough
	alarmGoodbye  = alarm{own: true, name: "goodbye"}  // the last prompt took too long
	alarmMessage  = alarm{own: true, name: "message"}  // a message is long enough
	alarmDial     = alarm{own: true, name: "dial"}     // an outbound leg that says nothing
)

// clock keeps all timers of one call behind a single time.Timer, so that a
// stopped one can never fire.
type clock struct {
	at     map[alarm]time.Time
	timer  *time.Timer
	frozen time.Time // when the machine's timers were frozen; zero if they run
}

func newClock() *clock {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &clock{at: make(map[alarm]time.Time), timer: t}
}

func (c *clock) set(now time.Time, a alarm, after time.Duration) {
	if !a.own && !c.frozen.IsZero() {
		now = c.frozen // it shifts with the others at thaw
	}
	c.at[a] = now.Add(max(after, 0))
}

func (c *clock) stop(a alarm) { delete(c.at, a) }

// scripted tells whether the machine waits for one of its timers.
func (c *clock) scripted() bool {
	for a := range c.at {
		if !a.own {
			return true
		}
	}
	return false
}

// freeze stops the machine's timers while the caller holds us; thaw lets them
// go on with what they had left.
func (c *clock) freeze(now time.Time) {
	if c.frozen.IsZero() {
		c.frozen = now
	}
}

func (c *clock) thaw(now time.Time) {
	if c.frozen.IsZero() {
		return
	}
	held := now.Sub(c.frozen)
	c.frozen = time.Time{}
	for a, at := range c.at {
		if !a.own {
			c.at[a] = at.Add(held)
		}
	}
}

// next takes the earliest alarm that is due.
func (c *clock) next(now time.Time) (alarm, bool) {
	a, at, ok := c.earliest()
	if !ok || at.After(now) {
		return alarm{}, false
	}
	delete(c.at, a)
	return a, true
}

func (c *clock) earliest() (best alarm, at time.Time, ok bool) {
	for a, t := range c.at {
		if !a.own && !c.frozen.IsZero() {
			continue
		}
		if !ok || t.Before(at) || t.Equal(at) && a.name < best.name {
			best, at, ok = a, t, true
		}
	}
	return best, at, ok
}

// arm sets the one timer to the earliest alarm.
func (c *clock) arm(now time.Time) {
	_, at, ok := c.earliest()
	if !ok {
		c.timer.Stop()
		return
	}
	c.timer.Reset(max(at.Sub(now), 0))
}

// clear forgets every timer: caller and person talk without us.
func (c *clock) clear() { clear(c.at) }
