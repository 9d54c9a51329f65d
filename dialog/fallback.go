package dialog

// The ladder when a part of Parley fails: the scripted flow goes on as far as it
// can, then a DTMF menu, then a person, then the last prompt and the end. Every
// rung speaks a line that was rendered ahead.

// person hands the caller over, or says the last prompt when there is nobody.
func (m *Machine) person(why string) {
	m.hushPrompt()
	m.turn.pending = 0
	m.dropErrand()
	m.stop(TimerSlow, TimerUnderstand, TimerSilence, TimerDigits, TimerWait)
	node := m.s.person()
	own := m.s.Fallback.Person
	switch {
	case m.hand.tries >= maxTransfers:
		m.last(why)
	case node != nil && (node.Stage == "handoff" || own == nil) && node != m.at.node:
		m.enter(node, why, "")
	case own != nil:
		m.do(Note{Key: "fallback", Value: "person: " + why})
		m.at.then = then{kind: thenTransfer, hand: own}
		m.say([]Part{m.s.fixedPart(m.s.Fallback.Handover.Text)}, nil, false)
	default:
		m.last(why)
	}
}

// hasPerson tells whether there is anybody to hand over to.
func (s *Script) hasPerson() bool { return s.Fallback.Person != nil || s.person() != nil }

// last says the last prompt and ends. Nothing changes that any more.
func (m *Machine) last(why string) {
	if m.at.final {
		return
	}
	m.hushPrompt()
	m.turn.pending = 0
	m.ear.kept, m.ear.keys = "", ""
	m.stop(TimerSlow, TimerUnderstand, TimerSilence, TimerDigits, TimerWait)
	m.do(Note{Key: "fallback", Value: "last prompt: " + why})
	m.at.final = true
	m.at.then = then{kind: thenEnd, name: why}
	m.at.last = nil
	m.say([]Part{m.s.fixedPart(m.s.Fallback.Last.Text)}, nil, false)
}

// goDeaf goes on by keys: recognition is lost for the rest of the call.
func (m *Machine) goDeaf(why string) {
	if m.ear.deaf {
		return
	}
	m.ear.deaf = true
	m.ear.sounding, m.ear.cut, m.ear.partial = false, false, ""
	m.do(Note{Key: "trouble", Value: "cannot hear: " + clean(why)})
	if m.away() || m.at.final {
		return
	}
	m.resume()
	if !m.listening() || m.thinking() {
		return // the menu follows with the next question
	}
	m.stop(TimerSilence)
	m.quiet.rung = 0
	if d := m.ask.doubt; d != nil && d.value == "" {
		m.ask.doubt = nil
	}
	n := m.at.node
	if m.composing() {
		m.unwritten("nobody can answer the model")
	}
	parts := m.menu()
	if m.at.node != n || !m.listening() {
		return // no menu to offer: the call has moved on
	}
	m.at.last = parts
	m.say(parts, nil, false)
}

// menu is what the caller can do by keys in this node. A node without any
// choice hands over to a person instead and gives nothing.
func (m *Machine) menu() []Part {
	n := m.at.node
	fixed := func(l Line) Part { return m.s.fixedPart(l.Text) }
	var parts []Part
	if !m.ear.admitted {
		m.ear.admitted = true
		parts = append(parts, fixed(m.s.Fallback.Deaf))
	}
	if d := m.ask.doubt; d != nil && d.value != "" {
		return append(parts, m.s.yesNoMenu()...)
	}
	if sl, ok := m.s.Slot(n.Ask); ok && sl.number() {
		return append(parts, m.s.keypadPart(sl))
	}
	choices := m.s.choices(n)
	if len(choices) == 0 {
		m.person("cannot hear, and the node has no choice by keys")
		return nil
	}
	for _, c := range choices {
		parts = append(parts, m.s.menuPart(c))
	}
	if !taken(choices, '0') && m.s.hasPerson() {
		parts = append(parts, fixed(m.s.Fallback.Operator))
	}
	return parts
}

// menuAgain repeats the menu once, then hands over.
func (m *Machine) menuAgain(why string) {
	if m.turn.misses++; m.turn.misses >= 2 {
		m.turn.misses = 0
		m.person(why)
		return
	}
	m.stop(TimerSilence)
	m.say(m.at.last, nil, false)
}
