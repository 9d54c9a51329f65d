package pickup

import (
	"fmt"
	"strings"

	"github.com/parley-voice/parley/media/amd"
	"github.com/parley-voice/parley/media/progress"
)

// answered tells who picked up. A machine must be certain; what is not is unknown,
// and unknown is treated as a person.
func (p *Phrases) answered(e Evidence) Finding {
	text := strings.Join(e.Greeting, " ")
	heard := map[Status]Match{}
	for _, m := range p.Hear(text) {
		heard[m.Status] = m
	}
	number, announced := p.announced(e.Greeting, "announcement after the answer")
	machine := heard[Machine]
	person := heard[Human]
	timing := fmt.Sprintf("timing: %s", e.Timing.Why)
	switch {
	case heard[Screening].Sure >= strong:
		return Finding{Screening, heard[Screening].Sure, []string{quoted(heard[Screening])}}
	case machine.Sure >= strong && person.Sure < strong || machine.Sure >= certain:
		return Finding{Machine, machine.Sure, []string{quoted(machine)}}
	case machine.Sure >= hint && person.Sure < strong && p.count(text, Machine) > 1:
		return Finding{Machine, 0.85, []string{quoted(machine), "and another phrase of machines"}}
	case announced && number.sure >= strong && person.Sure < strong:
		return Finding{number.status, number.sure - 0.1, []string{number.why}}
	case e.Waited.Status != "" && e.Timing.Beep == 0:
		return e.Waited
	case person.Sure >= strong && e.Timing.Beep == 0:
		return Finding{Human, person.Sure, []string{quoted(person), timing}}
	case e.Timing.Kind == amd.Machine:
		return Finding{Machine, 0.8, []string{timing}}
	case person.Sure > 0:
		return Finding{Human, person.Sure, []string{quoted(person), timing}}
	case e.Timing.Kind == amd.Human:
		return Finding{Human, 0.75, []string{timing}}
	}
	if s, ok := toned(e.Tones); ok && after(e) {
		return Finding{s.status, s.sure - 0.2, []string{s.why + " after the answer"}}
	}
	if e.Timing.Why == "" {
		return Finding{Unknown, 0.5, []string{"answered; nothing was listened to"}}
	}
	return Finding{Unknown, 0.5, []string{timing}}
}

// after tells that tones were heard and no word at all.
func after(e Evidence) bool {
	return len(e.Greeting) == 0 && len(e.Tones) > 0 && e.Tones[len(e.Tones)-1].Tone != progress.Ringback
}

func quoted(m Match) string { return fmt.Sprintf("words: %q", m.Phrase) }
