package dialog

import (
	"slices"
	"time"

	"github.com/parley-voice/parley/dialog/words"
)

// ear is what is being heard.
type ear struct {
	sounding bool
	since    time.Time // onset of the sound
	partial  string    // words so far of the sound
	cut      bool      // this sound cut the prompt short
	greeting bool      // this sound began as the callee's greeting
	second   bool      // the barge timer is in its second term
	kept     string    // words said when they could not be taken up
	keys     string    // keys pressed then
	deaf     bool
	admitted bool   // the caller knows it
	told     Listen // to the recogniser, last
	temper   temper
}

// Bounds of a pause for a sound that brings no words.
const (
	maxPause  = 2 * time.Second // then a question gives way, and a statement goes on
	maxPauses = 4               // in one prompt; a noisy line is talked over
	maxKept   = 600             // runes
)

// interruptible tells whether a sound may pause what is being said.
func (m *Machine) interruptible() bool {
	return m.prompting() && !m.voice.paused && !m.protected() && !m.at.final && !m.ear.deaf &&
		m.at.then.kind != thenHold && m.voice.pauses < maxPauses
}

// protected tells whether words must wait for the end of the prompt.
func (m *Machine) protected() bool {
	return m.prompting() && (m.voice.guarded || m.s.Defaults.BargeIn.Mode == "off")
}

// protect begins a prompt's protected time.
func (m *Machine) protect(n *Node) {
	switch {
	case n.Protect == ProtectAll:
		m.voice.guarded = true
	case n.Protect > 0:
		m.voice.guarded = true
		m.start(TimerProtect, n.Protect)
	}
}

func (m *Machine) protectFired() {
	m.voice.guarded = false
	if m.ear.sounding && m.interruptible() {
		m.pause()
	}
}

func (m *Machine) pause() {
	m.voice.paused = true
	m.voice.pauses++
	m.ear.second = false
	m.do(Pause{})
	m.start(TimerBarge, m.s.Defaults.BargeIn.Decide)
}

// resume goes on after a pause, with nothing lost.
func (m *Machine) resume() {
	if m.voice.paused {
		m.voice.paused = false
		m.stop(TimerBarge)
		m.do(Resume{})
	}
}

// speechStarted pauses first and decides afterwards.
func (m *Machine) speechStarted() {
	if !m.ear.sounding {
		m.ear.since, m.ear.greeting = m.step.now, m.greets()
	}
	m.ear.sounding, m.ear.partial, m.ear.cut = true, "", false
	if m.interruptible() {
		m.pause()
	}
}

// speechEmpty ends a sound that held no words: speech goes on.
func (m *Machine) speechEmpty() {
	m.ear.sounding, m.ear.partial = false, ""
	m.resume()
	if m.ear.cut {
		m.ear.cut = false
		if m.listening() && !m.prompting() && !m.thinking() {
			m.replay() // it was cut short for nothing
			return
		}
	}
	m.overdue()
}

// speechLost asks again for what the recogniser lost. What was being spoken goes
// on, as after a noise: the caller hears no reproach for our fault.
func (m *Machine) speechLost() {
	if !m.listening() || m.prompting() || m.thinking() || m.ear.deaf {
		m.speechEmpty()
		return
	}
	m.ear.sounding, m.ear.partial, m.ear.cut = false, "", false
	m.miss("the recogniser lost the words")
}

// partial decides early when the words so far allow it.
func (m *Machine) partial(text string) {
	said := words.Split(text)
	if len(said) == 0 || m.away() || m.at.final || !m.prompting() {
		return
	}
	m.ear.partial = text
	urgent, nod := m.urgent(said), m.ignorable(said)
	switch {
	case !urgent && nod:
		if m.ear.second { // the time to decide is over, and it is only a nod so far
			m.resume()
		}
	case !urgent && (m.protected() || m.ear.greeting):
	case m.listening():
		m.hush()
		m.ear.cut = true
	case urgent && !m.voice.paused && m.at.then.kind != thenHold:
		m.pause()
	}
}

// bargeFired ends a pause in which nothing became clear.
func (m *Machine) bargeFired() {
	if !m.voice.paused {
		return
	}
	said := words.Split(m.ear.partial)
	onlyNod := len(said) > 0 && m.ignorable(said)
	if m.ear.sounding && !onlyNod && !m.ear.second {
		// Still talking: stay quiet a little longer, but not for a noise
		// without end.
		m.ear.second = true
		m.start(TimerBarge, maxPause-m.s.Defaults.BargeIn.Decide)
		return
	}
	if m.ear.sounding && !onlyNod && m.listening() && !m.ear.greeting {
		// No cough is that long: the caller is answering and is not talked over.
		// If it was a noise after all, the prompt is played again at its end.
		m.hush()
		m.ear.cut = true
		return
	}
	m.voice.paused = false
	m.do(Resume{})
}

// urgent tells whether the words interrupt at once, also a protected prompt.
func (m *Machine) urgent(said []string) bool {
	return slices.ContainsFunc(m.s.Defaults.BargeIn.Always, func(w string) bool {
		return words.Contains(said, words.Split(w))
	})
}

// ignorable tells whether the words are only a nod. A nod that may answer the
// question being asked is none.
func (m *Machine) ignorable(said []string) bool {
	var nods [][]string
	h, _ := houseOf(m.s.Language)
	asks := m.listening() && m.takesYesNo()
	for _, w := range m.s.Defaults.BargeIn.Ignore {
		if !asks || !known(h.yes, words.Normal(w)) && !known(h.yes, w) {
			nods = append(nods, words.Split(w))
		}
	}
	return words.Only(said, nods)
}

func (m *Machine) takesYesNo() bool {
	n := m.at.node
	if m.ask.doubt != nil {
		return true
	}
	if _, ok := n.branch(IntentAffirm); ok {
		return true
	}
	sl, ok := m.s.Slot(n.Ask)
	return ok && sl.Type == "yes_no"
}

// keep holds words that cannot be taken up yet. They are held against intents
// then, and are no yes or no to a question that had not been put.
func (m *Machine) keep(text string) {
	if m.at.then.kind == thenHold || m.at.then.kind == thenEnd || m.at.then.kind == thenTransfer {
		return
	}
	joined := []rune(join(m.ear.kept, text))
	if len(joined) > maxKept {
		joined = joined[len(joined)-maxKept:]
	}
	m.ear.kept = string(joined)
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

// release takes up what was kept, as soon as the conversation listens: keys
// first, they are the surer.
func (m *Machine) release() {
	open := func() bool { return m.listening() && !m.protected() && !m.thinking() && !m.composing() && !m.at.final }
	if keys := m.ear.keys; keys != "" && open() {
		m.ear.keys = ""
		for i := range len(keys) {
			m.pressed(keys[i])
		}
	}
	if text := m.ear.kept; text != "" && open() {
		m.ear.kept = ""
		m.understand(text, scopeKept)
	}
}
