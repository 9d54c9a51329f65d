package call

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// heir is a leg that takes another's place in this call (INVITE with Replaces,
// RFC 3891): a colleague picks the call up, or a caller goes on at another phone.
// The media stays and follows to where the new leg is.
type heir struct {
	old   Leg
	ended *sip.Ended // the old leg has gone already
}

// awaited tells that a leg has ended and its heir is still being answered.
func (h *heir) awaited(leg Leg) bool { return h != nil && h.ended != nil && h.old == leg }

// succeeded is the heir answered, or not.
type succeeded struct {
	old    Leg
	by     Inbound
	params media.Params
	err    error
}

func (e succeeded) dispose() {
	if e.err == nil {
		bury(e.by, nil, "the call was over")
	}
}

// succeed answers the leg that wants the place of old, aside.
func (s *Session) succeed(ctx context.Context, now time.Time, old Leg, audio Media, e sip.Replaced) {
	by, ok := e.By.(Inbound)
	if !ok || audio == nil || s.wires.move.heir != nil || !s.state.talking || s.state.ending || s.state.last {
		_ = e.By.Reject(ctx, 603, "Decline")
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "refused to " + e.By.Info().Caller, Why: "nothing to take over"})
		return
	}
	s.wires.move.heir = &heir{old: old}
	local := audio.LocalAddr()
	s.spawn("takeover", func(why string) event { return succeeded{old: old, err: fmt.Errorf("%s", why)} }, func() {
		p, err := by.Answer(ctx, local)
		s.box.post(succeeded{old: old, by: by, params: p, err: err})
	})
}

// succeeding keeps the end of a leg that has an heir from ending the call.
func (s *Session) succeeding(leg Leg, e sip.Ended) bool {
	h := s.wires.move.heir
	if h == nil || h.old != leg {
		return false
	}
	h.ended = &e
	return true
}

func (s *Session) onSucceeded(ctx context.Context, now time.Time, e succeeded) {
	gone := s.wires.move.heir.ended
	s.wires.move.heir = nil
	h := s.wires.hand
	ofPerson := h != nil && h.leg == e.old
	switch {
	case e.err != nil:
		s.j.trouble(now, s.node(), "takeover", e.err.Error())
		if gone != nil && ofPerson {
			s.onAgent(ctx, now, *gone)
		} else if gone != nil && s.wires.leg == e.old {
			s.onEnded(ctx, now, *gone)
		}
	case ofPerson:
		s.newPerson(now, h, e)
	case s.wires.leg == e.old:
		s.newCaller(now, e)
	default: // let go meanwhile
		s.letGo("agent", e.by, nil, goneMeanwhile)
	}
}

// newPerson is another telephone on the person's side.
func (s *Session) newPerson(now time.Time, h *handoff, e succeeded) {
	info, agent := e.by.Info(), ""
	if x := s.desk.deps.People.Exchange; x != nil && info.Agent != "" {
		agent = x.Agent(info.Agent)
	}
	who := cmp.Or(agent, info.Agent, info.Caller)
	s.tookOver(now, who, h.audio, e)
	h.leg, h.to = e.by, who
	if h.joined.IsZero() { // in the brief
		return
	}
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "taken over by " + who, Why: "from " + h.person()})
	s.served(now, h)
	h.began, h.met, h.joined, h.act.Agent = now, now, now, agent
	p := h.place
	if p == nil || p.left || p.agent == agent {
		return
	}
	board := s.desk.deps.People.Switchboard
	board.Tell(queue.Passed{Offer: p.offer, Agent: agent})
	if agent == "" {
		p.left = true
		s.dropPlace(p, queue.Served)
		h.place = nil // it has no name for who talks now
		return
	}
	board.Tell(queue.Accepted{Offer: p.offer})
	p.agent = agent
}

// newCaller is another telephone on the caller's side. The call does not end with
// the leg that began it any more.
func (s *Session) newCaller(now time.Time, e succeeded) {
	s.tookOver(now, e.by.Info().Caller, s.wires.media, e)
	s.wires.leg = e.by
	if s.life.loose != nil {
		s.life.loose()
	}
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "the caller goes on as " + e.by.Info().Caller})
}

// tookOver sends the audio where the new leg is, and lets the old one go.
func (s *Session) tookOver(now time.Time, who string, audio Media, e succeeded) {
	if err := audio.Update(e.params); err != nil {
		s.j.trouble(now, s.node(), "media of "+who, err.Error())
	}
	s.letGo("former", e.old, nil, "replaced")
}
