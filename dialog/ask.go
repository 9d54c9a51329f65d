package dialog

import "fmt"

// asking is an answer that is not complete yet.
type asking struct {
	digits string // keyed or said so far
	keyed  bool   // the last of it by keys
	part   string // the day of a moment whose hour is yet to come, or its hour
	doubt  *doubt // the question whether the caller was understood
	backs  int    // values read back in this node
}

// maxBacks bounds the values that one node reads back to a caller who corrects
// each of them; the next ones are not understood.
const maxBacks = 5

// slotFilled takes an answer to the node's question, if it is one.
func (m *Machine) slotFilled(in Intent) bool {
	sl, ok := m.s.Slot(m.at.node.Ask)
	if !ok {
		return false
	}
	switch {
	case sl.Type == "yes_no" && in.Name == IntentAffirm:
		m.fill(sl, "yes", in)
	case sl.Type == "yes_no" && in.Name == IntentDeny:
		m.fill(sl, "no", in)
	case sl.Type == "yes_no" || in.Name != IntentFilled:
		return false
	case sl.Type == "digits":
		m.spokenDigits(sl, in)
	case sl.Type == "phone":
		m.spokenPhone(sl, in)
	default:
		m.spokenValue(sl, in)
	}
	return true
}

// spokenDigits adds what was said to what came before, or takes it as a fresh
// start when that alone makes sense.
func (m *Machine) spokenDigits(sl Slot, in Intent) {
	said := onlyDigits(in.Slots[sl.Name])
	m.ask.keyed = false
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
	if m.run[TimerDigits] {
		m.listen(m.at.node) // for the rest of it
	}
}

// spokenValue takes a value that the detector has read.
func (m *Machine) spokenValue(sl Slot, in Intent) {
	value := clean(in.Slots[sl.Name])
	m.ask.digits, m.ask.keyed = "", false
	m.stop(TimerDigits)
	if sl.Type == "datetime" {
		if value = m.joined(value); value == "" {
			return
		}
	}
	if why := sl.fault(value, m.step.now); why != "" {
		m.miss(why)
		return
	}
	m.gotValue(sl, value, in)
}

// joined puts a day and an hour together that were said in two turns. It is ""
// while one of them is missing and has been asked for.
func (m *Machine) joined(value string) string {
	had := m.ask.part
	day, hour := len(value) == len(dateLayout), len(value) == len(timeLayout)
	switch {
	case day && len(had) == len(timeLayout):
		return value + "T" + had
	case hour && len(had) == len(dateLayout):
		return had + "T" + value
	case !day && !hour:
		return value
	}
	m.ask.part = value
	if had != "" {
		m.miss("the same half of the moment again")
		return ""
	}
	m.quiet = quiet{}
	m.hushPrompt()
	question := m.s.house().hour
	if hour {
		question = m.s.house().day
	}
	m.at.last = []Part{m.s.fixedPart(fixed(question).Text)}
	m.say(m.at.last, nil, false)
	return ""
}

// gathered takes the number when it is complete, and else waits a little for the
// rest.
func (m *Machine) gathered(sl Slot, in Intent) {
	if _, most := sl.keyCount(); len(m.ask.digits) >= most {
		m.complete(sl, in)
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
	if fewest, _ := sl.keyCount(); len(m.ask.digits) < fewest {
		m.ask.digits = ""
		m.miss("too few digits")
		return
	}
	m.complete(sl, Intent{Why: "the number ended"})
}

// complete makes a value of the digits.
func (m *Machine) complete(sl Slot, in Intent) {
	value := m.ask.digits
	if m.ask.keyed || sl.Type == "phone" {
		value = keyedIn(sl, value, m.s.Language, m.step.now)
	}
	if why := sl.fault(value, m.step.now); why != "" {
		m.ask.digits = ""
		m.stop(TimerDigits)
		m.miss(why)
		return
	}
	m.gotValue(sl, value, in)
}

// gotValue fills the slot, or reads the value back first.
func (m *Machine) gotValue(sl Slot, value string, in Intent) {
	switch {
	case !sl.Confirm && !in.Doubt, m.voice.mute:
		m.fill(sl, value, in)
	case m.ask.backs == maxBacks:
		m.miss(fmt.Sprintf("the value was corrected %d times", maxBacks))
	default:
		m.ask.backs++
		m.stop(TimerDigits, TimerSilence)
		m.readBack(sl, value, in)
	}
}

// fill gives the slot its value and goes on.
func (m *Machine) fill(sl Slot, value string, in Intent) {
	n := m.at.node
	m.ask = asking{}
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
	m.ask.doubt, m.ask.keyed = nil, true
	switch {
	case sl.Terminator != 0 && d == sl.Terminator:
		if m.ask.digits == "" {
			m.miss("no digits before the end key")
			return
		}
		m.endNumber(sl)
	case d == '*' && slotKinds[sl.Type].point && m.ask.digits != "" && !hasPoint(m.ask.digits):
		m.ask.digits += "."
		m.start(TimerDigits, sl.Between)
	case d < '0' || d > '9':
		m.ask.digits = "" // star begins anew
		m.start(TimerDigits, sl.Between)
	default:
		m.ask.digits += string(d)
		m.gathered(sl, Intent{Name: IntentFilled, Why: "keyed in"})
	}
}
