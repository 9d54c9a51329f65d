package dialog

import (
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/dialog/mask"
)

// Prose is what a language model says in a node. The machine, never the model,
// decides where the conversation goes.
type Prose struct {
	Goal      Template
	Facts     []Template
	Forbid    []Forbidden
	Sentences int           // at most
	First     time.Duration // until the first sentence
	Deadline  time.Duration // until the last
	Memory    int           // how much of what was said lately the model is told
	Fallback  []Line        // said in its place
}

// minCompose is the least that a model is given.
const minCompose = 300 * time.Millisecond

// compose asks the model. It is false when nothing it says could be spoken or
// heard; the fallback is said then.
func (m *Machine) compose(n *Node) bool {
	p := n.Exit.Prose
	if m.voice.mute || m.ear.deaf && n.Listens() {
		return false
	}
	e := &m.at.errand
	e.id++
	e.open, e.said, e.until = true, 0, m.step.now.Add(p.Deadline)
	goal, _ := p.Goal.fillWhole(m.value, m.aloudAs)
	m.do(Compose{ID: e.id, Language: m.s.Language, Goal: clean(goal), Facts: m.known(p), Talk: m.talk(p.Memory),
		Sentences: p.Sentences, Deadline: p.Deadline})
	m.start(TimerErrand, p.First)
	return true
}

// known are the facts of which every variable is known.
func (m *Machine) known(p *Prose) []string {
	var all []string
	for _, f := range p.Facts {
		if text, missing := f.fill(m.value, m.aloudAs); len(missing) == 0 {
			all = append(all, clean(text))
		}
	}
	return all
}

// talk is what was said lately.
func (m *Machine) talk(most int) []Spoke {
	return slices.Clone(m.facts.talk[max(0, len(m.facts.talk)-most):])
}

// maxTalk bounds what is remembered of a conversation.
const maxTalk = 20

// remember notes what somebody said.
func (m *Machine) remember(caller bool, text string) {
	if text = clean(text); text == "" {
		return
	}
	if caller {
		text = mask.Text(text) // it goes to another house
	}
	if n := len(m.facts.talk); n >= maxTalk {
		m.facts.talk = slices.Delete(m.facts.talk, 0, n-maxTalk+1)
	}
	m.facts.talk = append(m.facts.talk, Spoke{Caller: caller, Text: text})
}

func (m *Machine) rememberOurs(parts []Part) {
	for _, p := range parts {
		m.remember(false, p.Text)
	}
}

// composed takes a sentence, or the end.
func (m *Machine) composed(e Composed) {
	if !m.composing() || e.ID != m.at.errand.id {
		return
	}
	if e.Text != "" && !m.sentence(e.Text) {
		return
	}
	switch {
	case !e.Done:
	case m.at.errand.said == 0:
		m.unwritten(orElse(e.Why, "the model wrote nothing"))
	default:
		if e.Why != "" {
			m.do(Note{Key: "trouble", Value: "the model broke off: " + clean(e.Why)})
		}
		m.written()
	}
}

// sentence says what the model wrote, once it has passed every check. It is
// false when the model is not listened to any longer.
func (m *Machine) sentence(text string) bool {
	p := m.at.node.Exit.Prose
	text = speakable(text)
	why := p.refuse(text, m.known(p), m.s.Language)
	if word, _, found := m.s.Market.Says(text); found {
		why = fmt.Sprintf("said what is forbidden (%s)", word)
	}
	if why != "" {
		m.do(Note{Key: "refused", Value: why + ": " + clean(text)})
		m.unwritten("the model " + why)
		return false
	}
	if m.voice.mute {
		m.unwritten("no voice for what the model wrote")
		return false
	}
	e := &m.at.errand
	e.said++
	part := Part{Text: text, Language: m.s.Language}
	m.at.last = append(slices.Clone(m.at.last), part)
	m.rememberOurs([]Part{part})
	m.queue([]Part{part}, nil, false)
	if e.said >= p.Sentences {
		m.written()
		return false
	}
	m.start(TimerErrand, max(e.until.Sub(m.step.now), minCompose))
	return true
}

// composeLate ends what takes too long. While something is being said nobody
// waits for the first sentence.
func (m *Machine) composeLate() {
	left := m.at.errand.until.Sub(m.step.now)
	switch {
	case m.at.errand.said > 0:
		m.do(Note{Key: "trouble", Value: "the model was not done in time"})
		m.written()
	case m.prompting() && left >= minCompose:
		m.start(TimerErrand, minCompose)
	default:
		m.unwritten("the model was too slow")
	}
}

// written goes on when the model has said what it had to.
func (m *Machine) written() {
	m.dropErrand()
	if m.at.then.kind == thenErrand {
		m.at.then = then{kind: thenGo, name: m.at.node.Exit.Go, why: "the model has spoken"}
	}
}

// unwritten says the author's own words in place of the model's.
func (m *Machine) unwritten(why string) {
	m.do(Note{Key: "trouble", Value: clean(why)})
	parts, notices := m.parts(m.at.node.Exit.Prose.Fallback)
	m.at.last = append(slices.Clone(m.at.last), parts...)
	m.rememberOurs(parts)
	m.queue(parts, notices, false)
	m.written()
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
