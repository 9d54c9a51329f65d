package dialog

import "fmt"

// doubt is a question put back to the caller: is this what was meant?
type doubt struct {
	in Intent
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
	switch {
	case in.Name == IntentAffirm, in.Name == d.in.Name:
		sure := d.in
		sure.Doubt, sure.Why = false, joinWhy(d.in.Why, "the caller confirmed it")
		m.understood(sure)
	case in.Name == IntentDeny:
		m.miss(fmt.Sprintf("the caller did not mean %s", d.in.Name))
	case in.Name != "" && in.Doubt:
		m.miss(fmt.Sprintf("not sure of %s, nor of %s before", in.Name, d.in.Name))
	default:
		return false
	}
	return true
}

// replyKey takes 1 for yes and 2 for no, unless the node has other uses for them.
func (m *Machine) replyKey(d byte) bool {
	if m.ask.doubt == nil || !m.listening() || d != '1' && d != '2' {
		return false
	}
	for _, k := range m.at.node.Keys {
		if k.Digit == d {
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
	text := s.Fallback.Confirm.Text
	if known(builtinIntents, intent) {
		text = fixed(s.house().meaning).Text
	}
	spoken, _ := text.Fill(func(name string) (string, bool) { return s.label(intent), name == "choice" })
	return Part{Text: clean(spoken), Language: s.Language, Fixed: true}
}

func joinWhy(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
