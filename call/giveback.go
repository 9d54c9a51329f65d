package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// givenBack has the referrer talk with the caller again when nobody came. It
// tells whether they do: one who has hung up does not, and the script goes on.
func (s *Session) givenBack(ctx context.Context, now time.Time, reason, detail string) bool {
	f, next := s.wires.move.from, s.wires.hand
	if f == nil {
		return false
	}
	s.wires.move.from = nil
	if f.gone {
		s.freeAgent(f.hand)
		return false
	}
	code, phrase := outcome(reason)
	part, err := s.desk.deps.Audio.Join(s.wires.media, f.hand.audio)
	if err != nil {
		s.j.trouble(now, s.node(), "media of the person", err.Error())
		s.served(f.at, f.hand)
		s.freeAgent(f.hand)
		s.release(f, code, phrase)
		return false
	}
	s.clock.clear()
	next.stop()
	s.letGo("agent", next.leg, next.audio, "the transfer is over")
	s.wires.over.unpatch()
	s.mouth.hush()
	f.hand.part, s.wires.hand = part, f.hand
	s.report(f, code, phrase, nil)
	why := reason
	if detail != "" {
		why += ": " + detail
	}
	s.j.add(now, Entry{Kind: EntryTransfer, Node: s.node(), Text: "back with " + f.hand.person(), Why: why})
	s.overhear(ctx, now, f.hand)
	s.oversee(ctx, now)
	return true
}

// outcome is a script's word as a SIP status, for the referrer's telephone.
func outcome(reason string) (int, string) {
	switch reason {
	case dialog.Busy:
		return 486, "Busy Here"
	case dialog.NoAnswer:
		return 480, "Temporarily Unavailable"
	case dialog.Declined:
		return 603, "Decline"
	case dialog.UnknownNumber:
		return 404, "Not Found"
	}
	return 503, "Service Unavailable"
}

// dropReferrer lets a referrer go whose caller is gone, or with somebody else.
func (s *Session) dropReferrer() {
	f := s.wires.move.from
	if f == nil {
		return
	}
	s.wires.move.from = nil
	if !f.gone {
		s.served(f.at, f.hand)
	}
	s.leaveLine(f.hand)
	s.release(f, 487, "Request Terminated")
}

// release tells the referrer's telephone the outcome and hangs it up.
func (s *Session) release(f *referrer, code int, phrase string) {
	f.hand.stop()
	if f.gone {
		return
	}
	leg, audio := f.hand.leg, f.hand.audio
	s.report(f, code, phrase, func() { bury(leg, audio, "the caller was handed on") })
}

// report sends a NOTIFY, aside, after the one before; then comes then.
func (s *Session) report(f *referrer, code int, phrase string, then func()) {
	before, done, gone := f.told, make(chan struct{}), f.gone
	f.told = done
	s.spawn("report of a transfer", func(string) event { return noted{} }, func() {
		defer close(done)
		if before != nil {
			<-before
		}
		if !gone {
			ctx, cancel := parting()
			_ = f.ask.Notify(ctx, code, phrase) // a telephone that does not want to know is no trouble
			cancel()
		}
		if then != nil {
			then()
		}
	})
}
