package dialog

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/parley-voice/parley/dialog/values"
)

// doubt is a question put back to the caller: is this what was meant?
type doubt struct {
	in    Intent
	value string // of the node's slot, in canonical form; "" when an intent is in doubt
}

// askBack asks about a meaning that is likely, but not sure. It takes the place
// of the node's question until the answer; at most one is open.
func (m *Machine) askBack(in Intent) {
	m.ask.doubt = &doubt{in: in}
	m.quiet = quiet{}
	m.do(Note{Key: "confirm", Value: in.Name})
	m.hushPrompt()
	parts := []Part{m.s.confirmPart(in.Name)}
	m.at.last = parts
	m.listen(m.at.node)
	m.say(parts, nil, false)
}

// doubted asks back when a meaning is in doubt and leads somewhere.
func (m *Machine) doubted(in Intent) bool {
	if !in.Doubt || in.Name == IntentElse || in.Name == IntentFilled || !known(m.query("", scopeFull).Intents, in.Name) {
		return false
	}
	m.askBack(in)
	return true
}

// readBack asks whether the slot's value was understood.
func (m *Machine) readBack(sl Slot, value string, in Intent) {
	words := sl.Back
	if words.Empty() {
		words = m.s.Fallback.ReadBack.Text
	}
	text, _ := words.Fill(func(name string) (string, bool) {
		if name == "value" {
			return m.aloud(sl, value), true
		}
		return m.value(name)
	})
	if m.forbidden(text) {
		m.miss("the value holds words that must not be said")
		return
	}
	in.Doubt = false
	m.ask.doubt = &doubt{in: in, value: value}
	m.quiet = quiet{}
	m.do(Note{Key: "confirm", Value: sl.Name})
	m.hushPrompt()
	parts := []Part{{Text: tidy(text), Language: m.s.Language}}
	if m.ear.deaf || m.ask.keyed {
		parts = append(parts, m.s.yesNoMenu()...)
	}
	m.at.last = parts
	m.listen(m.at.node)
	m.say(parts, nil, false)
}

// aloud is how a value is read to the caller.
func (m *Machine) aloud(sl Slot, value string) string {
	for _, o := range sl.Options {
		if o.Value == value {
			return o.label()
		}
	}
	return values.Spoken(sl.Type, value, values.Options{Language: m.s.Language, Now: m.step.now})
}

// reply takes the answer to the question that was put back. It is false for
// words that mean something else of their own.
func (m *Machine) reply(in Intent) bool {
	d := m.ask.doubt
	if d == nil {
		return false
	}
	if in.Name == "" && m.turn.scope == scopeKept {
		return true // said before the question: it stays open
	}
	m.ask.doubt = nil
	sl, _ := m.s.Slot(m.at.node.Ask)
	same := in.Name == d.in.Name && (d.value == "" || in.Slots[sl.Name] == d.value)
	switch {
	case in.Name == IntentAffirm, same:
		sure := d.in
		sure.Doubt, sure.Why = false, joinWhy(d.in.Why, "the caller confirmed it")
		if d.value != "" {
			m.fill(sl, d.value, sure)
		} else {
			m.understood(sure)
		}
	case in.Name == IntentDeny && d.value != "":
		m.ask.digits, m.ask.part = "", ""
		m.miss("the value was not right")
	case in.Name == IntentDeny:
		m.miss("the caller did not mean " + d.in.Name)
	case in.Name != "" && in.Doubt:
		m.miss("in doubt again")
	default:
		m.ask.digits, m.ask.part = "", d.otherHalf(in.Slots[sl.Name])
		return false
	}
	return true
}

// otherHalf is what stands of a moment when only its day or its hour is
// corrected.
func (d *doubt) otherHalf(value string) string {
	day, hour, moment := strings.Cut(d.value, "T")
	switch {
	case moment && len(value) == len(timeLayout):
		return day
	case moment && len(value) == len(dateLayout):
		return hour
	}
	return ""
}

// replyKey takes 1 for yes and 2 for no, unless the node has other uses for them.
func (m *Machine) replyKey(d byte) bool {
	if m.ask.doubt == nil || !m.listening() || d != '1' && d != '2' {
		return false
	}
	for _, k := range m.at.node.Keys {
		if k.Digit == d && m.ask.doubt.value == "" {
			return false
		}
	}
	m.dropTurn()
	m.hushPrompt()
	m.turn.scope = scopeFull
	return m.reply(Intent{Name: [2]string{IntentAffirm, IntentDeny}[d-'1'], Why: fmt.Sprintf("pressed %c", d)})
}

// confirmPart is the question whether an intent was meant. It has no variables,
// so it is rendered ahead.
func (s *Script) confirmPart(intent string) Part {
	text, label := s.Fallback.Confirm.Text, s.label(intent)
	if known(builtinIntents, intent) {
		h := s.house()
		text = fixed(h.meaning).Text
		switch d, _ := s.Intent(intent); {
		case d.Label != "": // the author's word for it
		case intent == IntentAffirm:
			label = cmp.Or(h.saidYes, label)
		case intent == IntentDeny:
			label = cmp.Or(h.saidNo, label)
		}
	}
	spoken, _ := text.Fill(func(name string) (string, bool) { return label, name == "choice" })
	return Part{Text: clean(spoken), Language: s.Language, Fixed: true}
}

// yesNoMenu offers the answers by key.
func (s *Script) yesNoMenu() []Part {
	return []Part{s.menuPart(choice{digit: '1', label: s.label(IntentAffirm)}), s.menuPart(choice{digit: '2', label: s.label(IntentDeny)})}
}

func joinWhy(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}
