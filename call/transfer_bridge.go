package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// ring rings the person on a second leg while the caller hears the hold sound.
// Offer is the switchboard's, 0 without one.
func (s *Session) ring(ctx context.Context, id, offer int, a dialog.Transfer, wait time.Duration) {
	s.ringWith(ctx, id, offer, a, wait, "")
}

// ringWith rings the person in place of a call of theirs, if replaces names one.
func (s *Session) ringWith(ctx context.Context, id, offer int, a dialog.Transfer, wait time.Duration, replaces string) {
	deps, d, sink := s.desk.deps, s.invite(a, wait), agentSink{overheard: &overheard{}, box: s.box, id: id}
	d.Replaces = replaces
	told := s.offer(time.Now(), id, offer, a)
	s.spawn("transfer", func(why string) event { return agentRings{id: id, offer: offer, why: why} }, func() {
		s.announce(ctx, told)
		e := ringAgent(ctx, deps, a, d, sink)
		e.id, e.offer, e.voice = id, offer, sink.overheard
		s.box.post(e)
	})
}

// invite is the INVITE to a person, but for where it goes.
func (s *Session) invite(a dialog.Transfer, wait time.Duration) sip.Dial {
	var info sip.Info
	if s.wires.leg != nil {
		info = s.wires.leg.Info()
	}
	hops := 0 // RFC 3261 §16.3: one fewer than the caller's, so that a circle ends
	if info.Inbound && info.MaxForwards >= 0 {
		if hops = info.MaxForwards - 1; hops == 0 {
			hops = -1 // 0 would mean the default
		}
	}
	return sip.Dial{From: s.j.rec.Caller, Display: info.Name, MaxForwards: hops, Headers: a.Headers, UserUser: s.context(a), Timeout: wait}
}

// ringAgent finds the person, opens media and sends the INVITE.
func ringAgent(ctx context.Context, deps Deps, a dialog.Transfer, d sip.Dial, sink media.Sink) agentRings {
	to, err := deps.People.Directory.Find(ctx, a)
	if err != nil {
		return agentRings{why: err.Error()}
	}
	audio, err := deps.Audio.Open(ctx, media.Params{Codec: media.PCMA}, sink)
	if err != nil {
		return agentRings{to: to.URI, why: err.Error()}
	}
	d.Target, d.Trunk, d.Local = to.URI, to.Trunk, audio.LocalAddr()
	leg, err := deps.Phone.Dial(ctx, d)
	if err != nil {
		audio.Close()
		return agentRings{to: to.URI, why: err.Error()}
	}
	return agentRings{to: to.URI, leg: leg, audio: audio}
}

// onAgentRings is the INVITE to the person sent, or impossible.
func (s *Session) onAgentRings(ctx context.Context, now time.Time, e agentRings) {
	h := s.wires.hand
	if h == nil || h.id != e.id || h.place != nil && h.place.offer != e.offer { // given up meanwhile
		s.letGo("agent", e.leg, e.audio, goneMeanwhile)
		return
	}
	switch {
	case e.why == "":
	case h.place != nil:
		s.j.trouble(now, s.node(), "agent "+h.place.agent, e.why)
		h.place.offer = 0
		s.desk.deps.People.Switchboard.Tell(queue.Failed{Offer: e.offer, Why: queue.Unreachable})
		return
	default:
		s.transferFailed(ctx, now, dialog.Unreachable, e.why)
		return
	}
	h.to, h.leg, h.audio, h.voice = e.to, e.leg, e.audio, e.voice
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "ringing " + e.to})
}

// onAgent follows the person's leg.
func (s *Session) onAgent(ctx context.Context, now time.Time, e sip.Event) {
	h := s.wires.hand
	switch e := e.(type) {
	case sip.ReferAsked:
		s.onReferAsked(ctx, now, h, e)
		return
	case sip.Replaced:
		s.succeed(ctx, now, h.leg, h.audio, e)
		return
	case sip.Ended:
		if s.succeeding(h.leg, e) {
			return
		}
	}
	if change, ok := e.(sip.MediaChanged); ok {
		if err := h.audio.Update(change.Params); err != nil {
			s.j.trouble(now, s.node(), "media of the person", err.Error())
		}
		return
	}
	if h.place != nil && h.joined.IsZero() {
		s.offered(ctx, now, h, e)
		return
	}
	switch e := e.(type) {
	case sip.Answered:
		if err := s.answerAgent(h, e.Params); err != nil {
			s.transferFailed(ctx, now, dialog.Unreachable, err.Error())
			return
		}
		if briefed(h.act) {
			s.clock.set(now, alarmTransfer, briefTime)
			s.brief(ctx, now, h)
			return
		}
		s.joinAgent(ctx, now, h)
	case sip.Progress:
		s.passing(e.Code)
	case sip.Digit:
		s.onAgentKey(ctx, now, h, e.Digit)
	case sip.Ended:
		if h.taken && !h.joined.IsZero() { // the caller's side takes our place: its word is on the way
			s.awaitLeave(now, h)
			return
		}
		if h.joined.IsZero() {
			s.transferFailed(ctx, now, refusal(e.Code, e.Cause), status(e.Code, e.Cause, e.Reason))
			return
		}
		s.personLeft(ctx, now, h)
	}
}

// personLeft ends a conversation from the person's side.
func (s *Session) personLeft(ctx context.Context, now time.Time, h *handoff) {
	if o := s.wires.over; o.on() && o.want.Mode == Barge { // of three who talk two are left
		s.takeOver(ctx, now, o)
		return
	}
	s.freeAgent(h)
	if h.act.Back && s.mind.machine != nil && !s.mind.broken {
		s.takeBack(ctx, now)
		return
	}
	s.transferDone(ctx, now, "the person left")
	s.finish("them", "the person hung up")
}

// takeBack returns a caller whom the person has left to the script: the same
// recogniser hears them again, and the recording goes on.
func (s *Session) takeBack(ctx context.Context, now time.Time) {
	s.dropHand()
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "done", Why: "the person left; the caller goes on"})
	s.wires.move.unheard = true
	s.reopenEar(ctx)
	s.tell(ctx, now, dialog.TransferEnded{OK: true, Back: true, Reason: "the person left"})
	s.oversee(ctx, now)
}

// freeAgent tells the switchboard that its agent talks with the caller no more.
func (s *Session) freeAgent(h *handoff) {
	if h.place == nil || h.place.left {
		return
	}
	s.desk.deps.People.Switchboard.Tell(queue.AgentGone{Offer: h.place.offer})
	h.place.left = true
	s.dropPlace(h.place, queue.Served)
}

// reopenEar has the same recogniser hear a caller again who has been with a person.
func (s *Session) reopenEar(ctx context.Context) {
	e, m := &s.ear, &s.wires.move
	if m.unheard && !e.deaf && len(e.choices) > 0 {
		e.tries = tries{next: max(e.tries.next-1, 0)}
		s.openEar(ctx)
	}
	m.unheard = false
}

// answerAgent begins the person's audio.
func (s *Session) answerAgent(h *handoff, p media.Params) error {
	if err := h.audio.Update(p); err != nil {
		return err
	}
	h.audio.Start()
	h.met = time.Now()
	return nil
}

// joinAgent lets caller and person hear each other. The machine hears no more;
// both are written down, and recording goes on.
func (s *Session) joinAgent(ctx context.Context, now time.Time, h *handoff) {
	s.clock.stop(alarmTransfer)
	if h.audio == nil { // the person's phone went a moment ago; its end is on the way
		return
	}
	h.audio.Out().Flush() // the rest of the brief
	s.mouth.hush()
	part, err := s.desk.deps.Audio.Join(s.wires.media, h.audio)
	if err != nil {
		s.transferFailed(ctx, now, dialog.Unreachable, err.Error())
		return
	}
	h.part, h.joined = part, now
	s.ear.close()
	s.unfinished(now)
	s.clock.clear()
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "joined " + h.to})
	s.passedOn(now, h)
	s.overhear(ctx, now, h)
	s.oversee(ctx, now)
	s.leavePath(ctx, now, h)
}
