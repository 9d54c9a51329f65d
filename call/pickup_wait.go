package call

import (
	"context"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media/amd"
)

const (
	beepWait = 45 * time.Second // the ear listens for a beep, behind listenFor
	beepPoll = time.Second      // how often a line that tells nothing is looked at
)

// vigil is the wait for a machine's beep. Whoever answered hears nothing meanwhile, and
// may be a person: pickup.Await decides for how long.
type vigil struct {
	since time.Time
	turns amd.Turns // of the line since then
	heard int       // turns of the greeting before
	early bool      // the message was begun without a beep
}

// meetMachine breaks the script off: nothing of it is for a machine.
func (s *Session) meetMachine(ctx context.Context, now time.Time, f pickup.Finding) {
	p := s.mind.pick
	p.acted, p.held = true, false
	s.clock.clear()
	s.mouth.hush()
	s.tell(ctx, now, dialog.HungUp{By: "us"})
	s.state.last = true // the script has no more to say
	s.state.why = "answered by: " + string(f.Status)
	if f.Status != pickup.Machine || p.plan.Machine != Leave || p.plan.Message+p.plan.Clip == "" {
		s.finish("us", s.state.why)
		return
	}
	p.vigil = &vigil{since: now, heard: len(p.seen.Greeting)}
	p.ear.waits.Store(true)
	if p.seen.Timing.Beep > 0 {
		s.onBeep(ctx, now)
		return
	}
	s.clock.set(now, alarmBeep, beepPoll)
}

// awaitBeep decides whether the beep is worth waiting for.
func (s *Session) awaitBeep(ctx context.Context, now time.Time) {
	p := s.mind.pick
	if p == nil || p.vigil == nil || s.state.ending {
		return
	}
	s.clock.set(now, alarmBeep, beepPoll)
	w := pickup.Wait{For: now.Sub(p.vigil.since), Turns: p.vigil.turns, Said: p.seen.Greeting[p.vigil.heard:]}
	switch course, f := phrases.Await(p.seen, w); course {
	case pickup.Person:
		s.takeForPerson(ctx, now, f)
	case pickup.Message:
		p.vigil.early = true
		s.leaveMessage(ctx, now, strings.Join(f.Why, "; "))
	case pickup.GiveUp:
		s.finish("us", s.state.why)
	}
}

// takeForPerson begins the script, anew if it was broken off: a person waits. A beep
// that comes all the same ends it again.
func (s *Session) takeForPerson(ctx context.Context, now time.Time, f pickup.Finding) {
	p := s.mind.pick
	p.vigil, p.acted, p.said = nil, false, ""
	p.seen.Greeting, p.seen.Waited = nil, f // the words were judged
	p.ear.waits.Store(false)
	s.clock.stop(alarmBeep)
	s.state.last, s.state.listening, s.state.why = false, false, ""
	s.turn = turn{}
	s.found(ctx, now, f)
	s.startMachine(ctx, now)
}

// onBeep is a machine's beep. A message that was begun without it is begun again.
func (s *Session) onBeep(ctx context.Context, now time.Time) {
	if v := s.mind.pick.vigil; v.early {
		v.early, s.state.ending = false, false
		s.mouth.hush()
	}
	s.leaveMessage(ctx, now, "after the beep")
}

// leaveMessage speaks and hangs up.
func (s *Session) leaveMessage(ctx context.Context, now time.Time, why string) {
	if s.state.ending {
		return
	}
	s.clock.stop(alarmBeep)
	part := dialog.Part{Clip: s.mind.pick.plan.Clip}
	if part.Clip == "" {
		part = dialog.Part{Text: s.mind.pick.plan.Message, Language: s.mind.language}
	}
	say := dialog.Say{ID: drop, Parts: []dialog.Part{part}}
	s.j.add(now, Entry{Kind: EntrySaid, Text: s.wording(say), Why: why})
	s.say(ctx, now, say)
	s.state.ending = true
}

// waitsForLine tells that silence is as it should be.
func (s *Session) waitsForLine() bool {
	p := s.mind.pick
	return p != nil && (p.held || p.vigil != nil && !s.state.ending)
}
