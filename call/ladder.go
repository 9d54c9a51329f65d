package call

import (
	"context"
	"slices"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// The rungs of the ladder, in order: a second recogniser, the script's own
// keypad menu (dialog.Deaf), a second voice (tts.Chain), prompts rendered ahead
// (dialog.Mute), a person (the script's transfer), and the last prompt, which the
// call itself plays.

// rung writes down and counts a step.
func (s *Session) rung(now time.Time, name, why string) {
	s.j.trouble(now, s.node(), name, why)
	s.desk.deps.Meter.Rung(name)
	s.desk.deps.Log.Warn("a step down the ladder", "call", s.id, "rung", name, "why", why)
	if part, ok := lostBy[name]; ok {
		s.lost(part)
	}
}

// lostBy is which part of the conversation a step is the end of. A second
// recogniser or voice that takes over is no loss.
var lostBy = map[string]string{"deaf": "hearing", "detector": "understanding", "composer": "model"}

// lost tells the rules of mid-call that a part failed.
func (s *Session) lost(part string) {
	s.learn(func(l *Live) {
		if !slices.Contains(l.Failed, part) {
			l.Failed = append(l.Failed, part)
		}
	})
}

// lastPrompt is the bottom: a prompt that needs nothing but memory, then BYE.
func (s *Session) lastPrompt(now time.Time, why string) {
	st := &s.state
	if st.last || st.over {
		return
	}
	st.last, st.why, st.cause = true, why, causeTemporary
	if !st.talking {
		s.finish("us", why)
		return
	}
	s.rung(now, "last_prompt", why)
	s.dropHand()
	s.mouth.hush()
	s.mouth.interject(s.desk.deps.Prompts.line(s.mind.language, lineLast))
	st.ending = true
	s.clock.set(now, alarmGoodbye, s.desk.deps.Config.Goodbye)
}

// lastWords plays the last prompt when the loop itself is gone.
func (s *Session) lastWords() {
	st := &s.state
	if st.over || !st.talking || s.mouth.q == nil {
		return
	}
	st.cause = causeTemporary
	clip := s.desk.deps.Prompts.line(s.mind.language, lineLast)
	s.mouth.hush()
	s.mouth.interject(clip)
	ctx, cancel := context.WithTimeout(context.Background(), min(clip.Duration()+time.Second/5, s.desk.deps.Config.Goodbye))
	defer cancel()
	if s.wires.leg != nil {
		if e, ended := lastOf(ctx, s.wires.leg); ended {
			s.finish(e.By.String(), st.why)
			return
		}
	}
	<-ctx.Done()
}

// onDismissed ends a call that the drain cannot wait for, or that somebody hung up.
func (s *Session) onDismissed(now time.Time) {
	if !s.state.talking {
		s.state.cause = causeTemporary
		s.finish("us", s.life.why)
		return
	}
	s.lastPrompt(now, s.life.why)
}

// onAlarm is a timer that is due.
func (s *Session) onAlarm(ctx context.Context, now time.Time, a alarm) {
	switch a {
	case alarmAnswer:
		if leg, ok := s.wires.leg.(Inbound); ok {
			s.answer(ctx, leg)
		}
	case alarmDial:
		s.finish("us", "no answer")
	case alarmTransfer:
		if s.leftAlone(ctx, now) {
			return
		}
		s.transferFailed(ctx, now, dialog.NoAnswer, "")
	case alarmPickup:
		s.noVerdict(ctx, now)
	case alarmBeep:
		s.awaitBeep(ctx, now)
	case alarmMessage:
		s.messageDone(ctx, now)
	case alarmGoodbye:
		s.finish("us", s.state.why)
	case alarmReview: // review follows every event
	default:
		s.fired(ctx, now, a)
	}
}
