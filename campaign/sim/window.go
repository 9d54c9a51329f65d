package sim

import (
	"cmp"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign"
)

// Windows is what came of the window of a campaign that has one.
type Windows struct {
	Came     int // how often it opened to somebody, or was open to them at the start
	Taken    int // of these: they were taken up as candidates in it
	Called   int // of these: called in it, once or more
	Reached  int // of these: a person answered
	Left     int // of those who came: it closed again, or they bought again or were seen
	Uncalled map[Cause]int
	Stays    []Stay // each of them, in the order in which they came
}

// Stay is one time of one person in the window.
type Stay struct {
	Person  string
	From    time.Time // when it opened to them, not before the campaign's start
	Until   time.Time // when it closes: its end, or their next sign
	Taken   time.Time `json:",omitzero"` // when they were taken up
	Calls   int
	Reached bool
	Left    bool
	Why     Cause `json:",omitempty"` // they were not called: of who left, why not; of others, so far
}

// Cause is why somebody was not called in their window: the first code of the rules
// that refused them last, or one of these.
type Cause string

// The causes that are no refusals.
const (
	NotTaken Cause = "not_taken_up" // it opened and closed between two refills
	ToCome   Cause = "hour_to_come" // they bought again, or were seen, before the hour that was chosen for them
	NoHour   Cause = "no_hour"      // no hour was left in it that is allowed
	NoLine   Cause = "no_line"      // they were due, and pacing had no call for them
	Held     Cause = "held_back"    // the campaign's health held it back when it closed
)

// gate is the window at work.
type gate struct {
	came    []*Stay
	waiting []*person // to be taken up
	gone    []*person // whose window closed early while they wait
	asked   bool      // people are to be looked for
}

// stays are the times in which the window is open to a person and the campaign plays.
func stays(c *campaign.Campaign, p *person, end time.Time) (all []*Stay) {
	for i, at := range p.signs {
		w, _, ok := c.Window(campaign.Moments{Joined: at, Bought: at, Seen: at}, p.base.Zones)
		if !ok {
			continue
		}
		if i+1 < len(p.signs) && p.signs[i+1].Before(w.Until) {
			w.Until = p.signs[i+1]
		}
		if w.From.Before(c.When.Start) {
			w.From = c.When.Start
		}
		if w.From.Before(w.Until) && w.From.Before(end) {
			all = append(all, &Stay{Person: p.base.Person, From: w.From, Until: w.Until})
		}
	}
	return all
}

// enrol has a person's window open and close as days pass.
func (w *world) enrol(p *person) {
	for _, s := range stays(w.cfg.Campaign, p, w.cfg.end()) {
		w.at(s.From, event{kind: opens, person: p, stay: s})
		w.at(s.Until, event{kind: shuts, person: p, stay: s})
	}
}

// opened lets a person wait to be taken up.
func (w *world) opened(p *person, s *Stay) {
	p.stay = s
	w.today.Came++
	w.gate.came = append(w.gate.came, s)
	w.gate.waiting = append(w.gate.waiting, p)
	w.look(0)
}

// look has people looked for the next time that the campaign does so, not before some
// time from now.
func (w *world) look(after time.Duration) {
	if w.gate.asked {
		return
	}
	every := cmp.Or(w.cfg.Campaign.Who.Refill, campaign.RefillEvery)
	gone := w.now.Add(after).Sub(w.cfg.Campaign.When.Start)
	next := gone.Truncate(every)
	if next < gone {
		next += every
	}
	w.gate.asked = true
	w.at(w.cfg.Campaign.When.Start.Add(next), event{kind: refill})
}

// refill takes up who is in their window, and stops who waits in one that is not theirs
// any more. A campaign that is held back looks when it goes on.
func (w *world) refill() {
	if w.judge(); w.held() {
		w.at(w.now.Add(time.Minute), event{kind: refill})
		return
	}
	w.gate.asked = false
	c := w.cfg.Campaign
	w.gate.waiting = slices.DeleteFunc(w.gate.waiting, func(p *person) bool {
		if p.stay == nil || !p.stay.Taken.IsZero() {
			return true
		}
		if p.busy() {
			w.look(time.Nanosecond)
			return false
		}
		fresh := p.base
		fresh.Due = w.now
		fresh, ok := c.Enter(w.now, fresh, p.moments(w.now))
		if !ok {
			return false
		}
		if p.k.State != "" {
			fresh = p.k.Renew(fresh)
		}
		w.unready(p)
		p.k, p.stay.Taken, p.stay.Why = fresh, w.now, ToCome
		w.schedule(p)
		return true
	})
	w.gate.gone = slices.DeleteFunc(w.gate.gone, func(p *person) bool {
		if p.busy() {
			w.look(time.Nanosecond)
			return false
		}
		w.close(p)
		return true
	})
}

// close stops who waits in a window that is not theirs any more, and tells whether they
// were.
func (w *world) close(p *person) bool {
	if w.cfg.Campaign.Who.Window == campaign.NoWindow || p.k.State != campaign.Pending && p.k.State != campaign.Waiting {
		return false
	}
	k, over := w.cfg.Campaign.Close(w.now, p.k, p.moments(w.now))
	if over {
		w.unready(p)
		p.k = k
	}
	return over
}

// shut ends a person's stay.
func (w *world) shut(p *person, s *Stay) {
	p.stay, s.Left = nil, true
	w.today.Left++
	if s.Calls == 0 {
		w.today.Uncalled++
		if s.Taken.IsZero() {
			s.Why = NotTaken
		}
		if (s.Why == NotTaken || s.Why == NoLine) && w.held() {
			s.Why = Held
		}
	}
	switch early := w.now.Before(p.k.Deadline); {
	case s.Taken.IsZero():
	case early:
		w.gate.gone = append(w.gate.gone, p)
		w.look(0)
	case p.k.State == campaign.Pending || p.k.State == campaign.Waiting:
		w.unready(p)
		w.schedule(p) // no hour is left: they are stopped
	}
}

// why keeps what keeps a person from being called in their window.
func (p *person) why(c Cause) {
	if p.stay != nil && p.stay.Calls == 0 {
		p.stay.Why = c
	}
}

// waits tells that nothing has kept them but the hour that was chosen.
func (p *person) waits() bool { return p.stay != nil && p.stay.Why == ToCome }

// busy tells that a call to them is under way.
func (p *person) busy() bool {
	return p.k.State == campaign.Reserved || p.k.State == campaign.Dialling
}

func (w *world) unready(p *person) {
	w.ready = slices.DeleteFunc(w.ready, func(o *person) bool { return o == p })
}

// windows sums up.
func (w *world) windows() *Windows {
	if w.cfg.Campaign.Who.Window == campaign.NoWindow {
		return nil
	}
	out := &Windows{Uncalled: map[Cause]int{}}
	for _, s := range w.gate.came {
		out.Came++
		if !s.Taken.IsZero() {
			out.Taken++
		}
		if s.Calls > 0 {
			out.Called++
		}
		if s.Reached {
			out.Reached++
		}
		if s.Left {
			out.Left++
			if s.Calls == 0 {
				out.Uncalled[s.Why]++
			}
		}
		out.Stays = append(out.Stays, *s)
	}
	return out
}
