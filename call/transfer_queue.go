package call

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// Switchboard keeps those who wait for a person and says who rings whom.
// *switchboard.Board is one.
type Switchboard interface {
	// Serves tells whether it knows the queue.
	Serves(name string) bool
	// Enter puts a caller in line. What is to be done for the caller goes to hand,
	// in order; hand may wait, but not for the Switchboard.
	Enter(e queue.Enter, hand func(queue.Action))
	// Tell reports what came of it. It does not wait.
	Tell(e queue.Event)
}

// Places keeps the places of those who wait, so that each of them is called back
// when the process dies. Its methods return when what they say is durable.
type Places interface {
	Keep(ctx context.Context, p Place) error
	// Promise tells that the caller was promised a call and may hang up.
	Promise(ctx context.Context, id string) error
	// Drop ends a place.
	Drop(ctx context.Context, id string, how queue.How) error
	// Find gives a place that is kept.
	Find(ctx context.Context, id string) (Place, error)
}

// Place is a caller's place in a queue, and what is needed to call back.
type Place struct {
	ID     string // of the call
	Queue  string
	Number string
	Called string // the number that the caller had called
	Trunk  string
	Script string
	Brief  string
	Since  time.Time

	Standing queue.Enter // what was asked of the queue
}

// waiting is a caller's place, as the call sees it.
type waiting struct {
	queue    string
	caller   string // whose place it is, as the switchboard knows them
	offer    int    // to an agent, under way; 0: none
	agent    string // who it is
	answered bool   // the agent's phone
	asked    bool   // a callback was offered: key 1 takes it
	music    string
	back     bool          // the caller was promised a call: the agent's phone rings first
	dialled  bool          // and then theirs
	left     bool          // the switchboard has let go
	kept     chan struct{} // closed once the place is written down, or could not be
}

// lined tells whether a transfer goes through the switchboard.
func (s *Session) lined(a dialog.Transfer) bool {
	board := s.desk.deps.People.Switchboard
	return board != nil && a.Queue != "" && board.Serves(a.Queue)
}

// lineUp writes the caller's place down, then takes it.
func (s *Session) lineUp(ctx context.Context, now time.Time, h *handoff) {
	h.place = &waiting{queue: h.act.Queue, caller: s.caller(), music: h.act.Hold, kept: make(chan struct{})}
	s.clock.stop(alarmTransfer)
	if h.act.Wait > 0 {
		s.clock.set(now, alarmTransfer, h.act.Wait)
	}
	s.holdSound(ctx, now, h.act.Hold)
	places, p := s.desk.deps.People.Places, s.place(h.act, now)
	id, kept, before := h.id, h.place.kept, s.wires.move.dropping
	s.spawn("place", func(string) event { return placed{id: id} }, func() {
		defer close(kept)
		if before != nil { // the place before has the same name
			<-before
		}
		if places != nil {
			_ = s.durable(ctx, "the place in the queue", s.desk.deps.Config.WriteBudget, func(ctx context.Context) error { // counted
				return places.Keep(ctx, p)
			})
		}
		s.box.post(placed{id: id})
	})
}

func (s *Session) place(a dialog.Transfer, now time.Time) Place {
	r := &s.j.rec
	p := Place{ID: s.id, Queue: a.Queue, Number: r.Caller, Called: r.Called, Trunk: r.Trunk, Script: r.Script, Brief: a.Brief, Since: now, Standing: s.mind.standing}
	if since := p.Standing.Since; !since.IsZero() {
		p.Since = since
	}
	return p
}

// onPlaced is the place written down, or as good as.
func (s *Session) onPlaced(e placed) {
	h := s.waits(e.id)
	if h == nil {
		return
	}
	box, id := s.box, h.id
	enter := s.mind.standing
	s.mind.standing.Since = time.Time{} // who comes back to a queue later waits from then on
	enter.Caller, enter.Queue = s.id, h.act.Queue
	s.desk.deps.People.Switchboard.Enter(enter, func(a queue.Action) { box.post(directed{id: id, action: a}) })
}

// waits is the transfer with this number, if it is still under way.
func (s *Session) waits(id int) *handoff {
	if h := s.wires.hand; h != nil && h.id == id && h.place != nil {
		return h
	}
	return nil
}

// onDirected does what the switchboard asks.
func (s *Session) onDirected(ctx context.Context, now time.Time, e directed) {
	h := s.waits(e.id)
	if h == nil {
		s.directedOld(e)
		return // else the switchboard was told that the caller has left
	}
	if h.place.back && s.promisedCall(ctx, now, h, e.action) {
		return
	}
	switch a := e.action.(type) {
	case queue.Music:
		h.place.music = a.Clip
		s.mouth.hush()
		s.holdSound(ctx, now, a.Clip)
	case queue.Announce:
		s.tellWaiting(ctx, now, h, announcement(s.mind.language, a.Position, a.Wait))
	case queue.OfferCallback:
		h.place.asked = true
		s.tellWaiting(ctx, now, h, sentence(s.mind.language, lineOffer))
	case queue.RingAgent:
		s.ringOffered(ctx, now, h, a)
	case queue.CancelRing:
		s.releaseAgent(now, h, a.Offer, a.Why)
	case queue.ReleaseAgent:
		s.releaseAgent(now, h, a.Offer, a.Why)
	case queue.PlayBrief:
		s.brief(ctx, now, h)
	case queue.Join:
		s.joinAgent(ctx, now, h)
	case queue.ToSupervisor:
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "to supervisor " + a.Queue, Why: a.Why})
	case queue.ToOverflow:
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "overflow to " + a.Queue, Why: a.Why})
	case queue.Requeue:
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "back in line", Why: a.Agent + ": " + a.Why})
	case queue.ToCallback:
		s.toCallback(ctx, h, a.Why)
	case queue.End:
		s.lineEnded(ctx, now, h, a)
	}
}

// tellWaiting speaks to the caller; music goes on behind.
func (s *Session) tellWaiting(ctx context.Context, now time.Time, h *handoff, text string) {
	s.mouth.hush()
	s.j.add(now, Entry{Kind: EntrySaid, Node: s.node(), Text: text, Turn: s.turnNumber()})
	s.say(ctx, now, dialog.Say{ID: hold, Parts: []dialog.Part{{Text: text, Language: s.mind.language}}})
	s.holdSound(ctx, now, h.place.music)
}

// ringOffered rings the agent to whom the caller is offered.
func (s *Session) ringOffered(ctx context.Context, now time.Time, h *handoff, a queue.RingAgent) {
	h.place.offer, h.place.agent, h.place.answered = a.Offer, a.Agent, false
	act := h.act
	act.Agent, act.Queue, act.SIP = a.Agent, "", a.Address
	s.ring(ctx, h.id, a.Offer, act, a.Deadline.Sub(now)+time.Second)
}

// offered turns what became of an agent's phone into an answer to the offer.
func (s *Session) offered(ctx context.Context, now time.Time, h *handoff, e sip.Event) {
	p, board, offer := h.place, s.desk.deps.People.Switchboard, h.place.offer
	switch e := e.(type) {
	case sip.Answered:
		if err := s.answerAgent(h, e.Params); err != nil {
			s.dropAgent(h)
			board.Tell(queue.Failed{Offer: offer, Why: queue.Unreachable})
			return
		}
		p.answered = true
		board.Tell(queue.Answered{Offer: offer})
	case sip.Digit:
		s.onAgentKey(ctx, now, h, e.Digit)
	case sip.Ended:
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "agent " + p.agent + " did not take it", Why: status(e.Code, e.Cause, e.Reason)})
		s.dropAgent(h)
		if p.answered {
			board.Tell(queue.AgentGone{Offer: offer})
			return
		}
		board.Tell(unanswered(offer, refusal(e.Code, e.Cause)))
	}
}

// unanswered is the queue's word for a refusal.
func unanswered(offer int, reason string) queue.Event {
	switch reason {
	case dialog.Declined:
		return queue.Refused{Offer: offer}
	case dialog.Busy:
		return queue.Failed{Offer: offer, Why: queue.Busy}
	case dialog.NoAnswer:
		return queue.Failed{Offer: offer, Why: queue.NoAnswer}
	}
	return queue.Failed{Offer: offer, Why: queue.Unreachable}
}

// releaseAgent lets go of an agent's phone whose offer was withdrawn.
func (s *Session) releaseAgent(now time.Time, h *handoff, offer int, why string) {
	if h.place.offer != offer || !h.joined.IsZero() {
		return
	}
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "agent " + h.place.agent + " released", Why: why})
	s.dropAgent(h)
}

// dropAgent hangs the agent's phone up, aside; the caller keeps the place.
func (s *Session) dropAgent(h *handoff) {
	s.letGo("agent", h.leg, h.audio, "the offer was withdrawn")
	h.leg, h.audio, h.to = nil, nil, ""
	h.place.offer = 0
}

// lineEnded is the switchboard's last word.
func (s *Session) lineEnded(ctx context.Context, now time.Time, h *handoff, a queue.End) {
	h.place.left = true
	s.dropPlace(h.place, a.How)
	switch {
	case !h.joined.IsZero(): // they talk, or have talked; the legs tell the rest
	case a.How == queue.ToVoicemail && s.takeMessage(ctx, now, h.place.queue):
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "to voicemail", Why: a.Why})
	case a.How == queue.ToVoicemail:
		s.transferFailed(ctx, now, dialog.Voicemail, a.Why)
	default:
		s.transferFailed(ctx, now, dialog.NoAnswer, fmt.Sprintf("%s: %s", a.How, a.Why))
	}
}

// toCallback lets the caller go with the promise of a call. The promise is
// durable before it is made.
func (s *Session) toCallback(ctx context.Context, h *handoff, why string) {
	places, id := s.desk.deps.People.Places, h.id
	s.spawn("promise", func(why string) event { return promised{id: id, err: fmt.Errorf("%s", why)} }, func() {
		var err error
		if places != nil {
			err = s.durable(ctx, "the promised call", s.desk.deps.Config.WriteBudget, func(ctx context.Context) error {
				return places.Promise(ctx, s.id)
			})
		}
		s.box.post(promised{id: id, why: why, err: err})
	})
}

// onPromised tells the caller, whose conversation ends here; the switchboard
// keeps the place.
func (s *Session) onPromised(ctx context.Context, now time.Time, e promised) {
	h := s.waits(e.id)
	if h == nil {
		return
	}
	if e.err != nil { // no promise that a crash would break
		s.desk.deps.People.Switchboard.Tell(queue.Cancel{Caller: s.id})
		h.place.left = true
		s.transferFailed(ctx, now, dialog.NoAnswer, "a callback could not be written down: "+e.err.Error())
		return
	}
	h.place.left = true
	s.dropHand()
	s.mouth.hush()
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "to be called back", Why: e.why})
	s.tell(ctx, now, dialog.TransferEnded{OK: true, Reason: dialog.CalledBack})
	s.say(ctx, now, dialog.Say{ID: hold, Parts: []dialog.Part{{Text: sentence(s.mind.language, lineBack), Language: s.mind.language}}})
}

// leaveLine tells the switchboard that the caller does not wait any more, or
// that a promised call came to nothing yet.
func (s *Session) leaveLine(h *handoff) {
	p, board := h.place, s.desk.deps.People.Switchboard
	if p == nil || p.left {
		return
	}
	p.left = true
	switch {
	case p.back && h.joined.IsZero() && p.dialled:
		board.Tell(queue.Unreached{Offer: p.offer, Why: s.j.rec.Why})
	case p.back && h.joined.IsZero():
		board.Tell(queue.Failed{Offer: p.offer, Why: queue.Unreachable})
	case h.joined.IsZero():
		board.Tell(queue.Left{Caller: p.caller})
		s.dropPlace(p, queue.Abandoned)
	default:
		board.Tell(queue.Left{Caller: p.caller})
		s.dropPlace(p, queue.Served)
	}
}

// dropPlace forgets a place that needs no callback.
func (s *Session) dropPlace(p *waiting, how queue.How) {
	desk, done := s.desk, make(chan struct{})
	s.wires.move.dropping = done
	s.spawn("place", func(string) event { return noted{} }, func() {
		defer close(done)
		<-p.kept
		desk.dropPlace(p.caller, how)
	})
}

func (d *Desk) dropPlace(caller string, how queue.How) {
	if d.deps.People.Places == nil {
		return
	}
	ctx, done := parting()
	defer done()
	if err := d.deps.People.Places.Drop(ctx, caller, how); err != nil {
		d.deps.Log.Warn("a place in a queue was not given up; the caller may be called back", "call", caller, "error", err)
	}
}
