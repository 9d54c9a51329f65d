package dialog

// asking is an answer that is not complete yet.
type asking struct {
	digits string
	doubt  *doubt // the question whether the caller was understood
}

// slotFilled takes an answer to the node's question, if it is one.
func (m *Machine) slotFilled(in Intent) bool {
	sl, ok := m.s.Slot(m.at.node.Ask)
	if !ok {
		return false
	}
	switch {
	case sl.Type == "digits" && in.Name == IntentFilled:
		m.spokenDigits(sl, in)
		return true
	case sl.Type == "yes_no" && in.Name == IntentAffirm:
		m.fill(sl, "yes", in)
		return true
	case sl.Type == "yes_no" && in.Name == IntentDeny:
		m.fill(sl, "no", in)
		return true
	}
	return false
}

// spokenDigits adds what was said to what came before, or takes it as a fresh
// start when that alone makes sense.
func (m *Machine) spokenDigits(sl Slot, in Intent) {
	said := onlyDigits(in.Slots["digits"])
	switch {
	case said == "":
		m.miss("no digits in the words")
		return
	case len(m.ask.digits)+len(said) <= sl.Max:
		m.ask.digits += said
	case len(said) >= sl.Min && len(said) <= sl.Max:
		m.ask.digits = said
	default:
		m.ask.digits = ""
		m.miss("too many digits")
		return
	}
	m.gathered(sl, in)
}

// gathered fills the slot when the number is complete, and else waits a little
// for the rest.
func (m *Machine) gathered(sl Slot, in Intent) {
	if len(m.ask.digits) >= sl.Max {
		m.fill(sl, m.ask.digits, in)
		return
	}
	m.stop(TimerSilence)
	m.start(TimerDigits, sl.Between)
}

// digitsFired ends a number that stopped growing.
func (m *Machine) digitsFired() {
	sl, ok := m.s.Slot(m.at.node.Ask)
	if !ok || !m.listening() || m.thinking() {
		return
	}
	if m.ear.sounding && m.step.now.Sub(m.ear.since) < longestSound {
		m.start(TimerDigits, sl.Between)
		return
	}
	m.endNumber(sl)
}

func (m *Machine) endNumber(sl Slot) {
	m.stop(TimerDigits)
	if len(m.ask.digits) >= sl.Min {
		m.fill(sl, m.ask.digits, Intent{Why: "the number ended"})
		return
	}
	m.ask.digits = ""
	m.miss("too few digits")
}

// fill gives the slot its value and goes on.
func (m *Machine) fill(sl Slot, value string, in Intent) {
	n := m.at.node
	m.ask.digits = ""
	m.facts.vars[sl.Name] = value
	m.do(Note{Key: sl.Name, Value: value})
	m.matched()
	m.stop(TimerDigits, TimerSilence)
	edge, ok := n.branch(in.Name)
	if !ok || in.Name == IntentFilled {
		if filled, has := n.branch(IntentFilled); has {
			edge, ok, in.Name = filled, true, IntentFilled
		}
	}
	if !ok {
		edge, ok = n.branch(IntentElse)
	}
	if !ok {
		m.miss("nothing follows this answer")
		return
	}
	m.follow(edge, in)
}

// keyed takes one key of a number.
func (m *Machine) keyed(sl Slot, d byte) {
	m.hushPrompt()
	m.stop(TimerSilence)
	m.quiet = quiet{}
	m.ask.doubt = nil
	switch {
	case sl.Terminator != 0 && d == sl.Terminator:
		if m.ask.digits == "" {
			m.miss("no digits before the end key")
			return
		}
		m.endNumber(sl)
	case d < '0' || d > '9':
		m.ask.digits = "" // star begins anew
		m.start(TimerDigits, sl.Between)
	default:
		m.ask.digits += string(d)
		m.gathered(sl, Intent{Name: IntentFilled, Why: "keyed in"})
	}
}

func onlyDigits(s string) string {
	var b []byte
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			b = append(b, s[i])
		}
	}
	return string(b)
}
