package call

import (
	"context"
	"errors"
	"time"
)

const (
	airMargin  = 200 * time.Millisecond // fillers and steps come this much before their limit
	airPoll    = 500 * time.Millisecond // how often speech under way is looked at
	airTurn    = 40 * time.Second       // a recogniser that hears an onset and then nothing is dead
	airMaxStep = 3                      // steps without a word of the script before the last prompt
)

// air watches for dead air: silence that the script did not ask for. It is
// judged by the packets that really left.
type air struct {
	since time.Time // the caller has heard nothing since; zero while nobody owes them anything
	stuck time.Time // the script has got nothing across since; fillers do not count
	fills int
	steps int
}

// debt is what the caller is waiting for.
type debt uint8

const (
	none   debt = iota
	speech      // something is to be said and does not sound
	meaning
	person
	script // the script waits for nothing at all
)

// owed tells what the caller is waiting for in silence.
func (s *Session) owed(now time.Time) debt {
	switch {
	case s.waitsForLine() || s.state.held || s.state.echo || s.joined() || !s.ear.since.IsZero():
		return none
	case s.wires.message != nil && s.wires.message.recording:
		return none
	case s.mouth.speaking(now):
		return none
	case s.mouth.stop != nil || len(s.mouth.waiting) > 0 || s.mouth.unheard():
		return speech
	case s.state.asked > 0:
		return meaning
	case s.wires.hand != nil:
		return person
	case s.clock.scripted() || s.state.ending || s.state.listening && !s.ear.deaf:
		return none
	}
	return script
}

// watchAir plays a filler after FillAfter of dead air and goes a step down the
// ladder after StepAfter.
func (s *Session) watchAir(ctx context.Context, now time.Time) {
	if !s.state.talking {
		return
	}
	s.checkEar(ctx, now)
	if say, lost := s.mouth.overdue(now); lost {
		s.onSpoken(ctx, now, say)
	}
	a, c := &s.state.air, s.desk.deps.Config
	owed := s.owed(now)
	if owed == none {
		a.since = time.Time{}
		if s.mouth.speaking(now) {
			a.fills, a.steps = 0, 0
		}
		s.pollAir(now)
		return
	}
	if a.since.IsZero() {
		a.since = now
		if s.turn.awaiting && s.turn.lastSound.Before(now) {
			a.since = s.turn.lastSound
		}
		if last := s.mouth.q.LastAudio(); now.Sub(last) < 2*airPoll && last.Before(a.since) {
			a.since = last // it was noticed late
		}
		a.stuck = a.since
	}
	if last := s.mouth.q.LastAudio(); last.After(a.since) {
		a.since = last
	}
	if s.mouth.q.Speaking() {
		a.since = now
	}
	if now.Sub(a.stuck) >= c.StepAfter-airMargin {
		a.stuck = now
		s.stepDown(ctx, now, owed)
	} else if now.Sub(a.since) >= c.FillAfter-airMargin {
		s.fill(now)
	}
	if !s.state.over {
		s.clock.set(now, alarmReview, min(airPoll, a.since.Add(c.FillAfter-airMargin).Sub(now), a.stuck.Add(c.StepAfter-airMargin).Sub(now)))
	}
}

// pollAir looks again soon only while something may fall silent without an event.
func (s *Session) pollAir(now time.Time) {
	if s.joined() || s.state.held || s.mouth.idle() && !s.mouth.q.Speaking() && s.ear.since.IsZero() {
		s.clock.stop(alarmReview)
		return
	}
	s.clock.set(now, alarmReview, airPoll)
}

// fill makes a sound: first words, then a tone.
func (s *Session) fill(now time.Time) {
	a := &s.state.air
	a.since = now
	a.fills++
	s.desk.deps.Meter.Rung("filler")
	s.mouth.resume() // a pause that long has been forgotten
	if a.fills > 1 {
		s.mouth.interject(s.desk.deps.Prompts.Tone())
		return
	}
	s.j.trouble(now, s.node(), "dead air filled", "")
	s.mouth.interject(s.desk.deps.Prompts.line(s.mind.language, lineMoment))
}

// stepDown gives up what has kept the caller waiting.
func (s *Session) stepDown(ctx context.Context, now time.Time, owed debt) {
	a := &s.state.air
	a.steps++
	a.since = now
	switch {
	case a.steps > airMaxStep || s.state.last || s.state.ending || s.mind.broken:
		s.lastPrompt(now, "nothing reached the caller any more")
	case owed == speech && s.mouth.stop != nil:
		s.onUnsaid(ctx, now, unsaid{run: s.mouth.run, why: "speech did not come in time"})
	case owed == meaning:
		s.onUnderstood(ctx, now, understood{turn: s.turn.asked, err: errors.New("the detector did not answer in time")})
		s.state.asked = 0
	case owed == person:
		s.fill(now)
	case owed == script && s.mind.script.Listens && !s.ear.deaf:
		s.goDeaf(ctx, now, "the script did not go on")
	default:
		s.lastPrompt(now, "the script did not go on")
	}
}

// checkEar finds a recogniser that died without a word.
func (s *Session) checkEar(ctx context.Context, now time.Time) {
	if s.ear.tap != nil && s.ear.tap.broken.CompareAndSwap(true, false) {
		s.desk.count.panics.Add(1)
		s.onEarLost(ctx, now, earLost{id: s.ear.id, err: errors.New("the recogniser panicked")})
	}
	if due := s.ear.tries.due; !due.IsZero() && !now.Before(due) {
		s.notHeardAgain(ctx, now)
	}
	if since := s.ear.since; !since.IsZero() && now.Sub(since) > airTurn {
		s.onEarLost(ctx, now, earLost{id: s.ear.id, err: errors.New("the recogniser never came to the end of a turn")})
	}
}

// unheard tells that a say was queued, does not sound, and is not held back.
func (m *mouth) unheard() bool {
	for _, say := range m.marks {
		if say.ID >= 0 {
			return true
		}
	}
	return false
}
