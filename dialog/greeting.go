package dialog

import "time"

// greetWithin is how long after the answer of a call that we placed a sound may begin
// and be no answer to what we say: nobody has understood anything by then. Whoever is
// called says "hello?", their name or their company's first.
const greetWithin = 1500 * time.Millisecond

// greets tells whether a sound that begins now is how the callee answers the telephone.
func (m *Machine) greets() bool {
	return m.at.placed && m.prompting() && m.step.now.Before(m.at.answered.Add(greetWithin))
}

// greeted takes the callee's greeting: no turn, and no interruption. What was said
// into it is said from its beginning, and words that hold everywhere count.
func (m *Machine) greeted(text string) {
	m.ear.greeting = false
	if m.protected() || m.composing() {
		m.resume()
	} else {
		m.afresh()
	}
	m.understand(text, scopeAlways)
}

// afresh says what is being said from its beginning.
func (m *Machine) afresh() {
	pending := m.voice.pending
	m.hush()
	for _, s := range pending {
		if !s.filler {
			m.queue(s.parts, s.notices, s.loop)
		}
	}
}
