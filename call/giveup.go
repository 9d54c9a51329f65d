package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/routing/queue"
)

// An attended transfer between two calls of ours (RFC 5589 §7): an agent talks
// with the caller, calls a colleague, and asks for the two to be joined. The
// agent's own call gives its person up to the caller's, and ends.

// lines are the IDs of the legs of a call: the caller's and the person's.
type lines [2]string

// showLegs tells the desk which legs the call has.
func (s *Session) showLegs() {
	var now lines
	if s.wires.leg != nil {
		now[0] = s.wires.leg.ID()
	}
	if h := s.wires.hand; h != nil && h.leg != nil {
		now[1] = h.leg.ID()
	}
	if old := s.life.legs.Load(); old == nil || *old != now {
		s.life.legs.Store(&now)
	}
}

// holder is the call that has a leg of this ID, if it is not s.
func (d *Desk) holder(leg string, s *Session) *Session {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, other := range d.live {
		if l := other.life.legs.Load(); other != s && l != nil && (l[0] == leg || l[1] == leg) {
			return other
		}
	}
	return nil
}

type (
	giveUp struct { // asks a call for its person
		leg    string // the caller's in that call
		answer chan handed
	}
	handed struct { // is the answer; whoever gets it owns the person's leg
		id   int
		desk *Desk
		hand *handoff
		why  string // when there is none
	}
)

func (giveUp) dispose() {}

func (e handed) dispose() {
	if e.hand == nil {
		return
	}
	e.desk.leavePlace(e.hand.place)
	bury(e.hand.leg, e.hand.audio, goneMeanwhile)
}

// askFor asks the call that has this leg for its person, aside. It always
// answers: one that has ended answers here.
func (s *Session) askFor(id int, leg string) {
	desk := s.desk
	s.spawn("attended transfer", func(why string) event { return handed{id: id, why: why} }, func() {
		got := handed{why: "the other call has ended"}
		if other := desk.holder(leg, s); other != nil {
			ask := giveUp{leg: leg, answer: make(chan handed, 1)}
			select {
			case other.box.own <- ask:
				select {
				case got = <-ask.answer:
				case <-other.box.gone:
					select {
					case got = <-ask.answer: // the last thing that the call did
					default:
					}
				}
			case <-other.box.gone:
			}
		}
		got.id = id
		s.box.post(got)
	})
}

// onGiveUp gives this call's person to another call, if the one who asks is the
// caller here; then this call is over.
func (s *Session) onGiveUp(ctx context.Context, now time.Time, e giveUp) {
	h, why := s.wires.hand, ""
	switch {
	case s.wires.leg == nil || s.wires.leg.ID() != e.leg:
		why = "two callers are not joined with each other"
	case h == nil || h.leg == nil || s.state.over:
		why = "the other call has nobody to give"
	case s.wires.move.from != nil || s.wires.move.heir != nil:
		why = "the other call is being handed on itself"
	case h.joined.IsZero() && (h.place != nil || briefed(h.act)):
		why = "the other call still waits for somebody"
	}
	if why != "" {
		e.answer <- handed{why: why}
		return
	}
	s.dropOverseer(now, "the call was handed on")
	s.clock.stop(alarmTransfer)
	s.mouth.hush()
	s.unhear()
	if h.part != nil {
		h.part()
		h.part = nil
	}
	s.served(now, h)
	s.wires.hand = nil
	e.answer <- handed{desk: s.desk, hand: h}
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "done", Why: h.person() + " was given to another call"})
	s.tell(ctx, now, dialog.TransferEnded{OK: true, Reason: "attended transfer"})
	s.finish("us", "attended transfer")
}

// onHanded takes the person whom another call gives up.
func (s *Session) onHanded(ctx context.Context, now time.Time, e handed) {
	h := s.wires.hand
	switch {
	case h == nil || h.id != e.id: // given up meanwhile
		s.spawn("agent's end", func(string) event { return noted{} }, e.dispose)
	case e.hand == nil:
		s.transferFailed(ctx, now, dialog.Unreachable, e.why)
	default:
		g := e.hand
		h.stop()
		h.leg, h.audio, h.to, h.met, h.place, h.stop = g.leg, g.audio, g.to, g.met, g.place, g.stop
		h.act.Agent, h.act.SIP, h.act.Queue = g.act.Agent, g.act.SIP, g.act.Queue
		if g.joined.IsZero() { // the colleague's telephone still rings
			s.clock.set(now, alarmTransfer, s.desk.deps.Config.TransferWait)
			return
		}
		s.joinAgent(ctx, now, h)
	}
}

// leavePlace gives up the place of a caller who talks, when the call is gone.
func (d *Desk) leavePlace(p *waiting) {
	if p == nil || p.left {
		return
	}
	d.deps.People.Switchboard.Tell(queue.Left{Caller: p.caller})
	<-p.kept
	d.dropPlace(p.caller, queue.Served)
}
