package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/sip"
)

// loop owns the call until it is over. Everything that happens comes in here.
func (s *Session) loop(ctx context.Context) {
	s.review(ctx, time.Now())
	quit := s.life.quit
	for !s.state.over {
		select {
		case e := <-s.box.own:
			s.onOwn(ctx, time.Now(), e)
		case e := <-s.box.wire:
			s.onWire(ctx, time.Now(), e)
		case e, ok := <-s.callerEvents():
			if !ok {
				e = sip.Ended{By: sip.Network, Reason: "the leg vanished"}
			}
			s.onLeg(ctx, time.Now(), e)
		case e, ok := <-s.agentEvents():
			if !ok {
				e = sip.Ended{By: sip.Network, Reason: "the leg vanished"}
			}
			s.onAgent(ctx, time.Now(), e)
		case e, ok := <-s.referrerEvents():
			if !ok {
				e = sip.Ended{By: sip.Network, Reason: "the leg vanished"}
			}
			s.onReferrer(time.Now(), e)
		case e, ok := <-s.overseerEvents():
			if !ok {
				e = sip.Ended{By: sip.Network, Reason: "the leg vanished"}
			}
			s.onOverseer(ctx, time.Now(), e)
		case <-s.clock.timer.C:
			s.onAlarms(ctx, time.Now())
		case <-quit:
			quit = nil
			s.onDismissed(time.Now())
		case <-ctx.Done():
			s.onStopped(ctx)
		}
		s.review(ctx, time.Now())
	}
}

// onStopped is the context's end. An endpoint ends it with the leg, so the leg's
// own last word, which tells who hung up, goes first.
func (s *Session) onStopped(ctx context.Context) {
	patience := time.NewTimer(100 * time.Millisecond)
	defer patience.Stop()
	for !s.state.over {
		select {
		case e, ok := <-s.callerEvents():
			if !ok {
				e = sip.Ended{By: sip.Network, Reason: "the leg vanished"}
			}
			s.onLeg(ctx, time.Now(), e)
		case <-patience.C:
			s.finish("us", "the server stopped")
		}
	}
}

// callerEvents is nil, and so never ready, while there is no leg.
func (s *Session) callerEvents() <-chan sip.Event {
	if s.wires.leg == nil || s.wires.move.heir.awaited(s.wires.leg) {
		return nil
	}
	return s.wires.leg.Events()
}

func (s *Session) agentEvents() <-chan sip.Event {
	if h := s.wires.hand; h != nil && h.leg != nil && !s.wires.move.heir.awaited(h.leg) {
		return h.leg.Events()
	}
	return nil
}

// onOwn takes what the call's own goroutines report.
func (s *Session) onOwn(ctx context.Context, now time.Time, e event) {
	switch e := e.(type) {
	case answered:
		s.onAnswered(ctx, now, e)
	case dialled:
		s.onDialled(ctx, now, e)
	case earOpened:
		s.onEarOpened(e)
	case heard:
		s.onHeard(ctx, now, e)
	case earLost:
		s.onEarLost(ctx, now, e)
	case understood:
		s.onUnderstood(ctx, now, e)
	case fetched:
		s.onFetched(ctx, now, e)
	case composed:
		s.onComposed(ctx, now, e)
	case queued:
		s.onQueued(ctx, now, e)
	case unsaid:
		s.onUnsaid(ctx, now, e)
	case agentRings:
		s.onAgentRings(ctx, now, e)
	case agentKey:
		if h := s.wires.hand; h != nil && h.id == e.id {
			s.onAgentKey(ctx, now, h, e.digit)
		}
	case placed:
		s.onPlaced(e)
	case directed:
		s.onDirected(ctx, now, e)
	case promised:
		s.onPromised(ctx, now, e)
	case supervise:
		e.answer <- s.onSupervise(ctx, now, e)
	case overseerRings:
		s.onOverseerRings(now, e)
	case referred:
		s.onReferred(ctx, now, e)
	case handed:
		s.onHanded(ctx, now, e)
	case giveUp:
		s.onGiveUp(ctx, now, e)
	case succeeded:
		s.onSucceeded(ctx, now, e)
	case introduced:
		s.onIntroduced(ctx, now, e)
	case mayTake:
		s.onMayTake(ctx, now, e)
	case lineTold:
		s.onOverheard(ctx, now, e)
	case mayRecord:
		s.onMayRecord(now, e)
	case scribed:
		s.onScribed(now, e)
	}
}

// onAlarms handles every timer that is due.
func (s *Session) onAlarms(ctx context.Context, now time.Time) {
	for !s.state.over {
		a, ok := s.clock.next(now)
		if !ok {
			return
		}
		s.onAlarm(ctx, now, a)
	}
}

// review is done after each event: it looks at the dead air, ends a call whose
// last words have been heard, and arms the timer.
func (s *Session) review(ctx context.Context, now time.Time) {
	if s.state.over {
		return
	}
	s.reroute(ctx, now)
	s.readingEnds(now)
	s.watchAir(ctx, now)
	if s.state.ending && s.mouth.idle() {
		s.finish("us", s.state.why)
		return
	}
	s.remember()
	s.clock.arm(now)
}
