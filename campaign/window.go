package campaign

import (
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/timing"
)

// Window is when a person is called, counted from what they did last.
type Window string

// The windows; docs/timing.md says where they begin and end.
const (
	NoWindow         Window = ""
	NewWindow        Window = "new"        // the 24 hours after they joined
	RepurchaseWindow Window = "repurchase" // days 7 to 15 after their last purchase
	LostWindow       Window = "lost"       // after 30 whole days without a sign of them
)

// Windows lists them.
func Windows() []Window { return []Window{NewWindow, RepurchaseWindow, LostWindow} }

// RefillEvery is how often people are taken up whose window has opened since.
const RefillEvery = 10 * time.Minute

// JoinedField is the profile's own field that tells when a customer joined: RFC 3339,
// or a day. Without it their first sign does.
const JoinedField = "joined"

// OutOfWindow tells, beside the codes of permit, that Close refused a call in the
// moment in which it was to be placed.
const OutOfWindow permit.Code = "out_of_window"

// Moments are what windows are counted from; zero: never.
type Moments struct {
	Joined time.Time // the first sign of them
	Bought time.Time // the last purchase
	Seen   time.Time // the last sign
}

// Window is when a person may be called and the moment that it is counted from, which
// tells it from their next one; false when nothing of the kind ever was. Days are those
// of the person's own zone: of who may be in several, the window is open when it is in
// all of them; of who is nowhere, those of the campaign.
func (c *Campaign) Window(m Moments, zones []string) (w timing.Window, since time.Time, ok bool) {
	since = map[Window]time.Time{NewWindow: m.Joined, RepurchaseWindow: m.Bought, LostWindow: m.Seen}[c.Who.Window]
	if since.IsZero() {
		return w, since, false
	}
	places := []*time.Location{c.When.Zone}
	for i, name := range zones {
		where, err := zone(name)
		if err != nil {
			return w, since, false
		}
		if i == 0 {
			places = nil
		}
		places = append(places, where)
	}
	w.Until = c.When.Deadline
	for _, where := range places {
		one := timing.Window{Until: c.When.Deadline}
		switch c.Who.Window {
		case NewWindow:
			one = timing.NewCustomer(since)
		case RepurchaseWindow:
			one = timing.Repurchase(since, where)
		case LostWindow:
			one.From = timing.Lost(since, where)
		}
		if w.From = later(w.From, one.From); one.Until.Before(w.Until) {
			w.Until = one.Until
		}
	}
	return w, since, true
}

// Near tells, without their zones, whether somebody may be in the window at now,
// wherever they are, and what it is counted from: who is not near it is not in it.
func (c *Campaign) Near(now time.Time, m Moments) (since time.Time, ok bool) {
	const apart = 27 * time.Hour // two places' days, at most
	w, since, ok := c.Window(m, nil)
	return since, ok && now.After(w.From.Add(-apart)) && now.Before(w.Until.Add(apart))
}

// Enter makes a candidate one of their window: false when it is not open, or will have
// closed before the campaign begins.
func (c *Campaign) Enter(now time.Time, k Candidate, m Moments) (Candidate, bool) {
	w, since, ok := c.Window(m, k.Zones)
	if !ok || !w.Holds(now) {
		return k, false
	}
	k.Due, k.Deadline, k.Last.Window = later(k.Due, w.From), w.Until, since
	return k, k.Due.Before(k.Deadline)
}

// Renew is a candidate of before in a window that opened since: their tries begin anew,
// under new ids; a refusal stays a refusal.
func (k Candidate) Renew(fresh Candidate) Candidate {
	fresh.Tries, fresh.Variant, fresh.Priority = k.Tries, k.Variant, min(k.Priority, fresh.Priority)
	fresh.Last.Void = k.Tries
	return fresh
}

// Close stops a candidate who waits in a window that is no longer theirs: they bought
// again, or were seen. It is asked when people are taken up, and right before each call.
func (c *Campaign) Close(now time.Time, k Candidate, m Moments) (Candidate, bool) {
	w, since, ok := c.Window(m, k.Zones)
	if ok && (since.Equal(k.Last.Window) || w.Holds(now)) { // of the same, the deadline says when; of another, Renew
		return k, false
	}
	return k.end(Stopped, "the window has closed: what it was counted from has come again"), true
}
