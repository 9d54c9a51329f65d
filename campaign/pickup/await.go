package pickup

import (
	"fmt"
	"time"

	"github.com/parley-voice/parley/media/amd"
)

// Wait is what a line did since it was taken for a machine whose beep is awaited. It
// may be a person all the same, who hears nothing meanwhile.
type Wait struct {
	For   time.Duration
	Turns amd.Turns // Said counts from then on
	Said  []string  // words since then, of turns that are over
}

// Course is what becomes of such a line.
type Course uint8

// The courses.
const (
	Patience Course = iota // go on waiting
	Person                 // it is one: begin
	Message                // leave it now, without a beep
	GiveUp                 // hang up
)

// Bounds of waiting. A machine beeps at most two or three seconds behind its greeting.
const (
	noBeep   = 3 * time.Second         // of silence behind what may be a person's
	muteBeep = 4 * time.Second         // and behind a machine's: there will be none
	answerMe = 1500 * time.Millisecond // of silence behind a short word: somebody waits
	shortest = 1800 * time.Millisecond // such a word at most: amd's greeting of a person
	longest  = 15 * time.Second        // no person talks for so long at the answer
	talking  = 8 * time.Second         // of a machine by timing alone: it may be a television
	waiting  = 45 * time.Second        // of a machine by its words
)

// Await decides about a line that is taken for a machine, before its beep. Who speaks
// and then waits is a person, unless words said that it is a machine; nobody is left in
// silence for long, whatever it is.
func (p *Phrases) Await(e Evidence, w Wait) (Course, Finding) {
	words := p.machineSaid(e)
	t := w.Turns
	short := t.Said > 0 && t.Last <= shortest
	switch said, ok := p.personSaid(w.Said); {
	case ok && short && t.Quiet >= answerMe:
		return Person, Finding{Human, said.Sure, []string{quoted(said), "and then silence, without a beep"}}
	case !words && short && t.Quiet >= answerMe:
		return Person, Finding{Human, 0.6, []string{"timing: a short word, then silence without a beep"}}
	case words || t.Last >= longest:
		if t.Quiet >= muteBeep {
			return Message, Finding{Why: []string{fmt.Sprintf("no beep in %v of silence", muteBeep)}}
		}
	case t.Quiet >= noBeep:
		return Person, Finding{Human, 0.6, []string{fmt.Sprintf("timing: %v of silence without a beep", noBeep)}}
	case w.For >= talking && t.Quiet == 0:
		return Person, Finding{Unknown, 0.5, []string{"timing: talks on, and no beep came"}}
	}
	if w.For >= waiting {
		return GiveUp, Finding{Why: []string{fmt.Sprintf("no beep in %v", waiting)}}
	}
	return Patience, Finding{}
}

// machineSaid tells that words, and not timing alone, say that it is one.
func (p *Phrases) machineSaid(e Evidence) bool {
	e.Timing, e.Waited = amd.Verdict{}, Finding{}
	return p.answered(e).Status == Machine
}

// personSaid finds words of a person where none are of a machine.
func (p *Phrases) personSaid(said []string) (best Match, ok bool) {
	for _, text := range said {
		for _, m := range p.Hear(text) {
			switch m.Status {
			case Human:
				if m.Sure > best.Sure {
					best = m
				}
			default: // the greeting goes on
				return Match{}, false
			}
		}
	}
	return best, best.Sure > 0
}
