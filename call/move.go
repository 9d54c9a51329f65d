package call

import (
	"context"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// move is what changes hands in mid-call.
type move struct {
	from     *referrer     // nil unless the person hands the caller to somebody else
	heir     *heir         // nil unless another leg takes one's place
	dropping chan struct{} // closed when the last place in a queue has been given up; may be nil
	unheard  bool          // the recogniser was let go for a talk with a person
}

// referrer is a person whose telephone hands the caller to somebody else (REFER,
// RFC 3515), from the 202 to the outcome. Caller and person are parted, the
// person's leg stays up: nobody came, and they have the caller again.
type referrer struct {
	hand *handoff
	ask  sip.Referral
	at   time.Time
	told chan struct{} // closed when the report before the next one has been sent
	gone bool          // they have hung up
}

// onReferAsked is the person's wish to hand the caller on. Only a person who talks
// with the caller is obeyed, and only to whom the Exchange knows.
func (s *Session) onReferAsked(ctx context.Context, now time.Time, h *handoff, e sip.ReferAsked) {
	code, why := s.mayHandOn(h, e)
	var to dialog.Transfer
	if code == 0 && e.Names == "" {
		var err error
		if to, err = s.desk.deps.People.Exchange.Extension(e.Number); err != nil {
			code, why = 404, err.Error()
		}
	}
	if code != 0 {
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "refused to " + h.person(), Why: "a transfer to " + e.Number + ": " + why})
		_ = e.Refuse(code, map[int]string{404: "Not Found", 481: "Call/Transaction Does Not Exist", 603: "Decline"}[code])
		return
	}
	if err := e.Accept(); err != nil { // the leg has just ended: its end is on the way
		return
	}
	to.Hold, to.Back, to.Brief, to.Headers = h.act.Hold, h.act.Back, h.act.Brief, custom(e.Headers)
	kind, whom := "blind", e.Number
	if e.Replaces != "" {
		kind = "attended"
	}
	if e.Names != "" { // Refer-To is our own address
		whom = "whom they asked"
	}
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: h.person() + " hands on to " + whom, Why: kind})
	f := &referrer{hand: h, ask: e.Referral, at: now}
	if e.Names == "" && s.lined(to) {
		s.backInLine(ctx, now, f, to)
		return
	}
	hctx, next := s.partFrom(ctx, now, f, to)
	if e.Names != "" {
		s.askFor(next.id, e.Names)
		return
	}
	wait := s.desk.deps.Config.TransferWait
	s.clock.set(now, alarmTransfer, wait)
	s.ringWith(hctx, next.id, 0, to, wait, e.Replaces)
}

// mayHandOn refuses what cannot be done as the call stands.
func (s *Session) mayHandOn(h *handoff, e sip.ReferAsked) (code int, why string) {
	switch {
	case s.desk.deps.People.Exchange == nil:
		return 603, "transfers by telephone are not configured"
	case h.joined.IsZero() || h.taken:
		return 603, "they do not talk with the caller"
	case s.wires.over.on() && s.wires.over.want.Mode == Barge:
		return 603, "a supervisor talks with both"
	case e.Names != "" && s.desk.holder(e.Names, s) == nil:
		return 481, "the other call has ended"
	}
	return 0, ""
}

// custom keeps the headers of a REFER that may go along.
func custom(headers map[string]string) map[string]string {
	out := map[string]string{}
	for name, v := range headers {
		if strings.HasPrefix(name, "x-") && v != "" {
			out[name] = v
		}
	}
	return out
}

// partFrom parts caller and person; the caller hears that it rings, or music.
func (s *Session) partFrom(ctx context.Context, now time.Time, f *referrer, to dialog.Transfer) (context.Context, *handoff) {
	s.unhear()
	s.wires.over.unpatch()
	f.hand.part()
	f.hand.part = nil
	s.wires.hands++
	next := &handoff{id: s.wires.hands, act: to, stages: stages{began: now}}
	ctx, next.stop = context.WithCancel(ctx)
	s.wires.hand, s.wires.move.from, s.wires.move.unheard = next, f, true
	s.holdSound(ctx, now, to.Hold)
	s.oversee(ctx, now)
	return ctx, next
}

// backInLine gives the caller to a queue, which has taken the transfer with that.
func (s *Session) backInLine(ctx context.Context, now time.Time, f *referrer, to dialog.Transfer) {
	s.unhear()
	s.wires.over.unpatch()
	f.hand.part()
	f.hand.part = nil
	s.wires.hand, s.wires.move.unheard = nil, true
	s.served(now, f.hand)
	s.freeAgent(f.hand)
	s.release(f, 200, "OK")
	s.transfer(ctx, now, to)
	s.oversee(ctx, now)
}

// referrerEvents is nil, and so never ready, while nobody hands the caller on.
func (s *Session) referrerEvents() <-chan sip.Event {
	if f := s.wires.move.from; f != nil && !f.gone {
		return f.hand.leg.Events()
	}
	return nil
}

// onReferrer follows the leg of a person who hands the caller on. Many telephones
// leave as soon as the REFER is accepted.
func (s *Session) onReferrer(now time.Time, e sip.Event) {
	f := s.wires.move.from
	switch e := e.(type) {
	case sip.MediaChanged:
		if err := f.hand.audio.Update(e.Params); err != nil {
			s.j.trouble(now, s.node(), "media of the person", err.Error())
		}
	case sip.ReferAsked:
		_ = e.Refuse(603, "Decline") // one at a time
	case sip.Replaced:
		_ = e.By.Reject(context.Background(), 603, "Decline") // answers at once
	case sip.Ended:
		f.gone = true
		s.served(f.at, f.hand)
		s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: f.hand.person() + " has left"})
		s.letGo("agent", f.hand.leg, f.hand.audio, "handed on")
		s.passPlace(f)
	}
}

// passing tells the referrer that the next telephone rings.
func (s *Session) passing(code int) {
	if f := s.wires.move.from; f != nil && code > 100 && code < 200 {
		s.report(f, code, "Ringing", nil)
	}
}

// passPlace tells the queue that its agent is free of the call, and who is next.
func (s *Session) passPlace(f *referrer) {
	p, next := f.hand.place, s.wires.hand
	if p == nil || p.left {
		return
	}
	agent := next.act.Agent
	s.desk.deps.People.Switchboard.Tell(queue.Passed{Offer: p.offer, Agent: agent})
	if p.agent = agent; agent == "" { // the queue has nothing more to do with it
		p.left = true
		s.dropPlace(p, queue.Served)
	}
}

// passedOn ends a transfer that came to somebody: the referrer goes.
func (s *Session) passedOn(now time.Time, h *handoff) {
	f := s.wires.move.from
	if f == nil {
		return
	}
	s.wires.move.from = nil
	if !f.gone {
		s.served(f.at, f.hand)
	}
	switch p := f.hand.place; {
	case p == nil || p.left:
	case h.place != nil: // they have another queue's place
		s.freeAgent(f.hand)
	default:
		if !f.gone {
			s.passPlace(f)
		}
		if !p.left {
			s.desk.deps.People.Switchboard.Tell(queue.Accepted{Offer: p.offer})
			h.id, h.place = f.hand.id, p
		}
	}
	s.release(f, 200, "OK")
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "handed on to " + h.person()})
}

// directedOld is the switchboard's word on the place of a referrer.
func (s *Session) directedOld(e directed) {
	f := s.wires.move.from
	if f == nil || f.hand.id != e.id || f.hand.place == nil || f.hand.place.left {
		return
	}
	if end, ok := e.action.(queue.End); ok {
		f.hand.place.left = true
		s.dropPlace(f.hand.place, end.How)
	}
}
