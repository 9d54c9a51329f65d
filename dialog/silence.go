package dialog

import (
	"fmt"
	"time"
)

// quiet is how far the ladder for a silent caller has come.
type quiet struct {
	rung  int
	total int // rungs since the caller was last there
	due   time.Time
}

const (
	longestSound = 12 * time.Second // a sound that brings no words for so long is silence
	maxQuiet     = 6                // rungs in all, also across nodes
	menuPatience = 8 * time.Second
	soon         = 1500 * time.Millisecond
)

// silence is the ladder that holds in the present node.
func (m *Machine) silence() Silence {
	if own := m.at.node.Silence; own != nil {
		return *own
	}
	return m.s.Defaults.Silence
}

// await waits for the caller, with a timer running.
func (m *Machine) await() {
	if m.composing() {
		m.keepCompany()
		return
	}
	if m.thinking() || m.run[TimerSilence] || m.run[TimerDigits] {
		return
	}
	after := menuPatience
	if !m.ear.deaf {
		rungs := m.silence().Rungs
		if len(rungs) == 0 {
			return // the script waits for ever
		}
		after = rungs[min(m.quiet.rung, len(rungs)-1)].After
	}
	if m.voice.fails > 0 {
		after = min(after, soon) // the question was not heard: do not wait for its answer
	}
	m.quiet.due = m.step.now.Add(after)
	m.start(TimerSilence, after)
}

// overdue goes down the ladder when its time came while a sound without words
// was going on.
func (m *Machine) overdue() {
	if m.listening() && !m.speaking() && !m.thinking() && m.run[TimerSilence] &&
		!m.step.now.Before(m.quiet.due) {
		m.stop(TimerSilence)
		m.climb()
	}
}

// silenceFired waits for the end of a sound that may bring words, and else goes
// down the ladder.
func (m *Machine) silenceFired() {
	if !m.listening() || m.speaking() || m.thinking() {
		return
	}
	if left := longestSound - m.step.now.Sub(m.ear.since); m.ear.sounding && left > 0 {
		m.start(TimerSilence, min(left, longestSound))
		return
	}
	m.climb()
}

// climb is one step of the ladder.
func (m *Machine) climb() {
	m.quiet.total++
	m.quiet.rung++
	step := m.quiet.rung
	why := fmt.Sprintf("silence, step %d", step)
	if m.ear.deaf {
		m.menuAgain(why)
		return
	}
	rungs := m.silence().Rungs
	if step > len(rungs) || m.quiet.total > maxQuiet {
		m.last("no_input")
		return
	}
	m.take(rungs[step-1].Edge, "", why)
}
