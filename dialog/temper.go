package dialog

import (
	"strconv"

	"github.com/parley-voice/parley/dialog/mood"
)

// temper is how the caller sounds, held against their own first turns.
type temper struct {
	gauge mood.Gauge
	mood  string // of the last turn, "" for none
	why   string
	cuts  int      // times that the caller spoke over us
	led   []string // the moods that have led on in this node already
}

// sense counts an interruption, which is a fact, and judges the caller's mood,
// which is a soft score, unless the script forbids it.
func (m *Machine) sense(e Heard, over bool) {
	t := &m.ear.temper
	if over {
		t.cuts++
		m.facts.vars["interruptions"] = strconv.Itoa(t.cuts)
		m.do(Note{Key: "interruptions", Value: strconv.Itoa(t.cuts)})
	}
	if !m.s.Defaults.Mood {
		return
	}
	r := t.gauge.Hear(mood.Turn{Text: e.Text, Lasted: e.Lasted, Interrupted: over, Unheard: m.turn.misses > 0})
	was := t.mood
	t.mood, t.why = r.Strongest(), clean(r.String())
	m.facts.vars["mood"] = t.mood
	if t.mood != "" && t.mood != was {
		m.do(Note{Key: "mood", Value: t.why})
	}
}

// swayed takes the way that the author gave for the caller's mood, once for each in
// a node. Whatever the words meant comes before it.
func (m *Machine) swayed() bool {
	t := &m.ear.temper
	if known(t.led, t.mood) {
		return false
	}
	for _, w := range m.at.node.Mood {
		if w.Mood == t.mood {
			t.led = append(t.led, t.mood)
			m.matched()
			m.facts.vars["intent"] = ""
			m.take(w.Edge, "", "sounds "+t.why)
			return true
		}
	}
	return false
}
