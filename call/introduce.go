package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// Style attended: caller and person talk through us as with bridge, and at once
// the caller's side is asked to take our place at the person's phone (RFC 5589
// §7). Then the call leaves here; a peer that cannot do it changes nothing.

// leaveBudget is how long the caller's side may take to say what came of it when
// the person's leg has gone already.
const leaveBudget = 5 * time.Second

type introduced struct {
	id  int
	err error
}

func (introduced) dispose() {}

// leavePath asks the caller's side, aside. A supervisor who listens keeps us in.
func (s *Session) leavePath(ctx context.Context, now time.Time, h *handoff) {
	if style(h.act) != "attended" || h.place != nil && h.place.back {
		return
	}
	if s.wires.over.on() {
		s.stays(now, "a supervisor is in the call")
		return
	}
	phone, id, caller, person, headers := s.desk.deps.Phone, h.id, s.wires.leg, h.leg, s.handoverHeaders(h.act)
	s.spawn("introduction", func(string) event { return noted{} }, func() {
		ctx, cancel := context.WithTimeout(ctx, referBudget)
		defer cancel()
		s.box.post(introduced{id: id, err: phone.Introduce(ctx, caller, person, headers)})
	})
}

// stays tells the record that the call is held here to its end.
func (s *Session) stays(now time.Time, why string) {
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "stays in the call", Why: why})
}

// onIntroduced is the REFER accepted (202) or refused.
func (s *Session) onIntroduced(_ context.Context, now time.Time, e introduced) {
	h := s.wires.hand
	switch {
	case h == nil || h.id != e.id || h.joined.IsZero():
	case e.err != nil:
		s.stays(now, e.err.Error())
	default:
		h.taken = true
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "introduced to " + h.person()})
	}
}

// onLeaveProgress follows the NOTIFYs.
func (s *Session) onLeaveProgress(ctx context.Context, now time.Time, e sip.ReferProgress) {
	h := s.wires.hand
	switch {
	case h == nil || style(h.act) != "attended" || h.joined.IsZero():
	case !e.Final:
		h.taken = true // a NOTIFY may overtake the 202
	case e.Code >= 200 && e.Code <= 299:
		s.transferDone(ctx, now, "taken over")
		s.finish("us", "transferred")
	case h.leg == nil:
		s.personLeft(ctx, now, h)
	default:
		h.taken = false
		s.stays(now, status(e.Code, 0, e.Reason))
	}
}

// awaitLeave is the person's leg gone before the caller's side has told what came
// of it: it is the last step of what was asked for, or the person hung up.
func (s *Session) awaitLeave(now time.Time, h *handoff) {
	s.unhear()
	s.wires.over.unpatch()
	h.part()
	h.part = nil
	s.letGo("agent", h.leg, h.audio, "the call has left")
	h.leg, h.audio = nil, nil
	s.clock.set(now, alarmTransfer, leaveBudget)
}

// leftAlone ends the wait of awaitLeave; false when that is not what was waited for.
func (s *Session) leftAlone(ctx context.Context, now time.Time) bool {
	h := s.wires.hand
	if h == nil || h.joined.IsZero() || h.leg != nil {
		return false
	}
	s.personLeft(ctx, now, h)
	return true
}

// handoverHeaders are what the person's side learns by headers of a REFER.
func (s *Session) handoverHeaders(a dialog.Transfer) map[string]string {
	headers := make(map[string]string, len(a.Headers)+1)
	for k, v := range a.Headers {
		headers[k] = v
	}
	if uui := s.context(a); uui != "" {
		headers["User-to-User"] = uui
	}
	return headers
}
