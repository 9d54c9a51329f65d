package dialog

import "fmt"

// maxKeys bounds the keys kept during a protected prompt.
const maxKeys = 32

// pressed takes one DTMF digit.
func (m *Machine) pressed(d byte) {
	if !isKey(d) || m.away() || m.at.final || m.at.then.kind == thenTransfer {
		return
	}
	if m.protected() {
		if len(m.ear.keys) < maxKeys {
			m.ear.keys += string(d)
		}
		return
	}
	if m.replyKey(d) {
		return
	}
	if m.slotKey(d) {
		return
	}
	if c, ok := m.keyChoice(d); ok {
		m.press(c)
		return
	}
	m.strayKey(d)
}

// slotKey takes a key that answers the node's question for a value.
func (m *Machine) slotKey(d byte) bool {
	sl, ok := m.s.Slot(m.at.node.Ask)
	if !ok || !sl.Keypad || !m.listening() {
		return false
	}
	pressed := Intent{Name: IntentFilled, Why: fmt.Sprintf("pressed %c", d)}
	option := int(d) - '1'
	switch {
	case sl.number():
		m.dropTurn()
		m.keyed(sl, d)
	case sl.Type == "yes_no" && (d == '1' || d == '2'):
		m.dropTurn()
		m.hushPrompt()
		pressed.Name = [2]string{IntentAffirm, IntentDeny}[option]
		m.slotFilled(pressed)
	case sl.Type == "choice" && option >= 0 && option < min(len(sl.Options), maxOptions):
		m.dropTurn()
		m.hushPrompt()
		m.stop(TimerSilence)
		m.ear.kept = ""
		m.ask.doubt, m.ask.keyed = nil, true
		m.gotValue(sl, sl.Options[option].Value, pressed)
	default:
		return false
	}
	return true
}

// keyChoice finds what a key stands for at this moment.
func (m *Machine) keyChoice(d byte) (choice, bool) {
	if m.listening() {
		for _, k := range m.at.node.Keys {
			if k.Digit == d {
				return choice{d, k.Label, k.Edge, k.Label}, true
			}
		}
	}
	if m.ear.deaf && m.listening() {
		for _, c := range m.s.choices(m.at.node) {
			if c.digit == d {
				return c, true
			}
		}
		if d == '0' && m.s.hasPerson() {
			return choice{digit: d, edge: Edge{Go: TargetHandoff}, why: "person"}, true
		}
	}
	for _, a := range m.s.Always {
		if a.Key == d {
			return choice{d, a.Name, a.Edge, a.Name}, true
		}
	}
	return choice{}, false
}

func (m *Machine) press(c choice) {
	m.turn.pending = 0
	m.stop(TimerSlow, TimerUnderstand, TimerSilence)
	m.matched()
	m.ear.kept, m.ask.doubt = "", nil
	m.facts.meant(c.why)
	m.take(c.edge, c.why, fmt.Sprintf("pressed %c", c.digit))
}

// strayKey is a key that stands for nothing. Where keys are awaited it counts as
// words not understood; elsewhere it is noise on the line.
func (m *Machine) strayKey(d byte) {
	if !m.listening() {
		return
	}
	why := fmt.Sprintf("pressed %c, which stands for nothing here", d)
	switch {
	case m.ear.deaf:
		m.hushPrompt()
		m.menuAgain(why)
	case len(m.at.node.Keys) > 0:
		m.dropTurn()
		m.hushPrompt()
		m.miss(why)
	}
}
