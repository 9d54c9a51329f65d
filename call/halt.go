package call

import (
	"time"

	"github.com/parley-voice/parley/media"
)

// halt times how our speech gives way: from the decision to its last packet. Only
// the loop uses it.
type halt struct {
	verdict time.Time // when the recogniser decided what is being dealt with; zero for all else
	decided time.Time // a cut whose last packet is not yet known; zero when none is
	how     string
}

// silence notes that speech which is being heard is about to be stopped. A second
// decision before the first took effect changes nothing.
func (s *Session) silence(now time.Time, how string) {
	c := &s.turn.halt
	if s.mouth.q == nil || !s.mouth.q.Speaking() || now.Sub(c.decided) < 3*media.FrameTime {
		return
	}
	c.decided, c.how = now, how
	if v := c.verdict; !v.IsZero() && v.Before(now) {
		c.decided = v // the wait in the mailbox is ours too
	}
}

// onSilenced writes down when the last packet of cut speech had left: before the
// decision, which is a negative time, unless the wheel came by first.
func (s *Session) onSilenced(last time.Time) {
	c := &s.turn.halt
	if c.decided.IsZero() {
		return // the call's own doing: a hold sound gave way to a person
	}
	after := last.Sub(c.decided)
	s.j.add(c.decided, Entry{
		Kind: EntryStopped, Node: s.node(), Turn: s.turnNumber(), Text: c.how, Timing: &Timing{Stop: ms(after)},
	})
	s.desk.deps.Meter.Stopped(max(after, 0))
	c.decided = time.Time{}
}
