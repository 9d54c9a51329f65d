package call

import (
	"fmt"
	"time"
)

// served writes down who talked with the caller, and the parts of the time that
// it took, when the two have parted.
func (s *Session) served(now time.Time, h *handoff) {
	if h.joined.IsZero() {
		return
	}
	e := Entry{Kind: EntryServed, Node: s.node(), Text: h.to}
	if h.place != nil {
		e.Text, e.From = h.place.agent, h.place.queue
	}
	wait, brief, talk := h.met.Sub(h.began), h.joined.Sub(h.met), now.Sub(h.joined)
	if h.began.IsZero() { // a promise whose age is not known
		wait = 0
	}
	e.Timing = &Timing{Waited: ms(wait), Briefed: ms(brief), Talked: ms(talk)}
	e.Why = fmt.Sprintf("waited %s, brief %s, talk %s", wait.Round(time.Second), brief.Round(time.Second), talk.Round(time.Second))
	s.j.add(now, e)
}
