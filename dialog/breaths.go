package dialog

import (
	"strings"

	"github.com/parley-voice/parley/dialog/values"
)

// Numbers come in several breaths: "one three eight", "double oh one two". What
// was said so far waits for the rest, as long as the slot's between; keys go on
// with it, and it with keys.

// spokenPhone adds what was said to what came before, until the country's plan
// knows the number. One that came in parts is read back.
func (m *Machine) spokenPhone(sl Slot, in Intent) {
	said := strings.TrimPrefix(in.Slots[sl.Name], "+")
	whole := said != in.Slots[sl.Name] || read(sl, said, m.s.Language, m.step.now) != ""
	m.ask.keyed = false
	if m.ask.digits == "" && whole {
		m.spokenValue(sl, in)
		return
	}
	_, most := sl.keyCount()
	joined := m.ask.digits + onlyDigits(in.Slots[sl.Name])
	switch value := read(sl, joined, m.s.Language, m.step.now); {
	case onlyDigits(said) == "":
		m.miss("no digits in the words")
	case value != "":
		in.Doubt, in.Why = true, joinWhy(in.Why, "said in parts")
		in.Slots = map[string]string{sl.Name: value}
		m.spokenValue(sl, in)
	case whole: // said once more, and this time in one breath
		m.ask.digits = ""
		m.spokenValue(sl, in)
	case len(joined) > most:
		m.ask.digits = ""
		m.stop(TimerDigits)
		m.miss("too many digits")
	default:
		m.ask.digits = joined
		m.stop(TimerSilence)
		m.start(TimerDigits, sl.Between)
		m.listen(m.at.node)
	}
}

// beginAnew drops the part of a number that the caller takes back.
func (m *Machine) beginAnew(text string) {
	if m.ask.digits != "" && values.TakesBack(text) {
		m.ask.digits = ""
		m.stop(TimerDigits)
	}
}
