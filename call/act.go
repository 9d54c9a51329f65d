package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// maxSteps bounds what one event may set off in the machine.
const maxSteps = 100

// startMachine begins the conversation.
func (s *Session) startMachine(ctx context.Context, now time.Time) {
	defer s.machineFailed(now)
	if s.mind.script.Hash != "" { // which words exactly were used, for whoever asks later
		s.j.add(now, Entry{Kind: EntryNote, Text: "script=" + s.mind.script.ID + "@" + s.mind.script.Hash})
	}
	s.mind.machine = s.mind.script.Machine(facts(s.id, s.wires.leg.Info(), s.mind.vars), seedOf(s.id))
	s.tapeFromStart()
	s.tell(ctx, now, dialog.Answered{Placed: s.j.rec.Direction == "outbound"})
	if s.mind.script.Listens && s.ear.deaf {
		s.tell(ctx, now, dialog.Deaf{Why: s.ear.why})
	}
}

// tell gives the machine an event and carries out what it decides. Events that
// the actions bring at once are told afterwards, in order.
func (s *Session) tell(ctx context.Context, now time.Time, e dialog.Event) {
	m := &s.mind
	if m.machine == nil || m.broken {
		return
	}
	m.inbox = append(m.inbox, e)
	if m.telling {
		return
	}
	m.telling = true
	defer func() { m.telling = false }()
	defer s.machineFailed(now)
	for steps := 0; len(m.inbox) > 0; steps++ {
		if steps == maxSteps {
			panic("the script answers itself without end")
		}
		next := m.inbox[0]
		m.inbox = m.inbox[1:]
		for _, a := range m.machine.Step(now, next) {
			s.act(ctx, now, a)
		}
	}
}

// machineFailed ends a call whose script panicked with its last prompt.
func (s *Session) machineFailed(now time.Time) {
	p := recover()
	if p == nil {
		return
	}
	s.mind.broken = true
	s.mind.inbox = nil
	s.panicked("script", p)
	s.lastPrompt(now, "the script failed")
}

// act carries out one action at the edge.
func (s *Session) act(ctx context.Context, now time.Time, a dialog.Action) {
	if s.quietly(now, a) {
		return
	}
	if s.state.over || s.state.last { // nothing more is said or done to a call that ends
		return
	}
	switch a := a.(type) {
	case dialog.Say:
		s.say(ctx, now, a)
	case dialog.Hush:
		s.silence(now, "dropped")
		s.mouth.hush()
	case dialog.Pause:
		s.silence(now, "paused")
		s.mouth.pause()
	case dialog.Resume:
		s.mouth.resume()
		s.turn.noReply()
	case dialog.Listen:
		s.state.listening = true
		s.listen(ctx, now, a)
	case dialog.Understand:
		s.understand(ctx, a)
	case dialog.Fetch:
		s.fetch(ctx, a)
	case dialog.Compose:
		s.compose(ctx, a)
	case dialog.StopCompose:
		s.stopComposing(a.ID)
	case dialog.SetTimer:
		s.clock.set(now, alarm{name: a.Timer}, a.After)
	case dialog.StopTimer:
		s.clock.stop(alarm{name: a.Timer})
	case dialog.Transfer:
		s.handOver(ctx, now, a)
	case dialog.Echo:
		s.state.echo = a.Audio || a.Digits
		s.wires.media.Echo(a.Audio, a.Digits)
	case dialog.End:
		s.state.ending, s.state.why = true, a.Why
	}
}

// quietly carries out what is only written down; that is done to the very end.
func (s *Session) quietly(now time.Time, a dialog.Action) bool {
	switch a := a.(type) {
	case dialog.Moved:
		s.remember()
		s.j.add(now, Entry{Kind: EntryMoved, Node: a.To, From: a.From, Stage: a.Stage, Why: a.Why, Intent: a.Intent, Turn: s.turnNumber()})
	case dialog.Note:
		s.note(now, a)
	case dialog.Outcome:
		s.j.rec.Outcome = a.Outcome
	default:
		return false
	}
	return true
}

// note writes a fact down. A caller who has heard the notice may be recorded.
func (s *Session) note(now time.Time, a dialog.Note) {
	if a.Key == "trouble" || a.Key == "problem" {
		s.j.trouble(now, s.node(), "script", a.Value)
		return
	}
	s.j.add(now, Entry{Kind: EntryNote, Node: s.node(), Text: a.Key + "=" + s.noted(a.Value), Turn: s.turnNumber()})
	s.learnNote(a)
	if a.Key == "grade" {
		s.j.rec.Grade = a.Value
	}
	if a.Key == "notice" && a.Value == "recording" {
		s.tape("the caller has heard the notice")
	}
}

// node and turnNumber are only asked of a machine that is sound.
func (s *Session) node() string {
	if s.mind.machine == nil || s.mind.broken {
		return ""
	}
	return s.mind.machine.Node()
}

func (s *Session) turnNumber() int {
	if s.mind.machine == nil || s.mind.broken {
		return 0
	}
	return s.mind.machine.Turn()
}

// seedOf makes the choice among variants depend on nothing but the call's ID, so
// that a conversation can be played again.
func seedOf(id string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return h
}
