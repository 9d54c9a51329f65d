package dialog

import (
	"fmt"
	"slices"
)

// maxHops bounds the moves within one Step. The loader refuses circles that
// never wait; this holds whatever slips through.
const maxHops = 50

// goTo moves to a node, or to what a target word stands for.
func (m *Machine) goTo(name, why, intent string) {
	if m.step.hops++; m.step.hops > maxHops {
		m.do(Note{Key: "problem", Value: fmt.Sprintf("more than %d moves without waiting, at %q", maxHops, m.Node())})
		m.last("the script goes in a circle")
		return
	}
	switch name {
	case TargetStay, "":
		return
	case TargetHandoff:
		m.person(why)
		return
	case TargetClose:
		m.last(why)
		return
	}
	n, ok := m.s.Node(name)
	if !ok { // the loader refuses this
		m.do(Note{Key: "problem", Value: fmt.Sprintf("there is no node %q", name)})
		m.last(why)
		return
	}
	m.enter(n, why, intent)
}

// enter begins a node: its facts, its prompt, and what is to follow.
func (m *Machine) enter(n *Node, why, intent string) {
	m.do(Moved{From: m.Node(), To: n.Name, Stage: n.Stage, Why: why, Intent: intent})
	m.stop(TimerSilence, TimerDigits, TimerWait)
	m.dropTurn()
	m.leave()
	m.at.node = n
	m.at.then = m.after(n)
	m.quiet.rung = 0
	m.ask = asking{}
	m.voice.pauses = 0
	m.ear.temper.led = nil
	m.facts.visits[n.Name]++
	m.effects(n.Effects)
	first, gone := m.when(m.at.node, intent)
	if gone {
		return
	}
	n = m.at.node // as the language says it that the call is in by now
	m.listen(n)
	m.prompt(m.send(n, slices.Concat(first, n.Say)))
	if n.Exit.Echo != (Echo{}) {
		m.do(n.Exit.Echo)
	}
}

// when tries a node's cases. One that leads on is taken before a word is said;
// one that does not only adds what it says.
func (m *Machine) when(n *Node, intent string) (first []Line, gone bool) {
	c, ok := m.hit(n.When)
	if !ok {
		return nil, false
	}
	e, why := m.choose(c.Edge, c.why())
	if !e.leaves() {
		return e.Say, false
	}
	m.at.last = nil
	m.goAlong(e, intent, why)
	return nil, true
}

// choose records an edge's facts and follows its cases to the one that holds. What
// is said then is in the language that the call is in by now.
func (m *Machine) choose(e Edge, why string) (Edge, string) {
	m.effects(e.Effects)
	e = m.ours(e)
	if c, ok := m.hit(e.When); ok {
		return m.choose(c.Edge, joinWhy(why, c.why()))
	}
	return e, why
}

// after is what follows a node's words.
func (m *Machine) after(n *Node) then {
	exit := n.Exit
	switch {
	case n.Listens():
		return then{kind: thenListen}
	case exit.Wait > 0:
		return then{kind: thenWait}
	case exit.Fetch != nil, exit.Prose != nil:
		return then{kind: thenErrand}
	case exit.Go != "":
		return then{kind: thenGo, name: exit.Go, why: "went on"}
	case exit.Transfer != nil:
		return then{kind: thenTransfer, hand: exit.Transfer}
	case exit.End != "":
		return then{kind: thenEnd, name: exit.End}
	}
	return then{kind: thenHold}
}

// prompt says a node's words, with the menu when nothing can be heard.
func (m *Machine) prompt(lines []Line) {
	n := m.at.node
	parts, notices := m.parts(lines)
	if m.ear.deaf && m.listening() {
		menu := m.menu()
		if m.at.node != n || !m.listening() {
			return // no menu to offer: the call has moved on
		}
		parts = append(parts, menu...)
	} else if m.listening() {
		parts = append(parts, m.s.optionMenu(n)...)
	}
	if len(parts) == 0 && len(lines) > 0 && m.voice.mute && m.listening() {
		m.person("no voice for the question")
		return
	}
	m.at.last = parts
	if len(parts) == 0 {
		return
	}
	m.say(parts, notices, n.Exit.Loop)
	m.protect(n)
}

// take goes along an edge. A caller's act has made it, so what is being said
// is over, but for a filler.
func (m *Machine) take(e Edge, intent, why string) {
	m.hushPrompt()
	before := m.s
	e, why = m.choose(m.ours(e), why)
	switch {
	case e.Replay && m.s != before:
		m.anew()
		return
	case e.Replay:
		m.replay()
		return
	case m.s != before && !m.at.final && !e.leaves():
		m.at.last, _ = m.parts(m.at.node.Say)
	}
	m.goAlong(e, intent, why)
}

// goAlong says an edge's words and goes where it leads.
func (m *Machine) goAlong(e Edge, intent, why string) {
	parts, notices := m.parts(e.Say)
	stays := !e.leaves()
	if stays && m.at.then.kind != thenListen {
		parts = append(parts, m.at.last...) // a statement that was cut short goes on
	}
	m.say(parts, notices, false)
	switch {
	case e.End != "":
		m.stop(TimerSilence, TimerDigits)
		m.at.then = then{kind: thenEnd, name: e.End}
	case stays:
		m.listen(m.at.node)
	case len(parts) > 0:
		m.stop(TimerSilence, TimerDigits)
		m.at.then = then{kind: thenGo, name: e.Go, why: why, intent: intent}
		m.at.last = parts
	default:
		m.goTo(e.Go, why, intent)
	}
}

// replay says the last words again.
func (m *Machine) replay() {
	m.hushPrompt()
	m.say(m.at.last, nil, m.at.node.Exit.Loop)
}

func (m *Machine) effects(e Effects) {
	for _, set := range e.Set {
		text, _ := set.Value.FillWhole(m.value)
		m.assign(set.Name, clean(text))
	}
	if !e.Language.Empty() {
		to, _ := e.Language.FillWhole(m.value)
		m.speakIn(to)
	}
	for _, tag := range e.Tags {
		if !known(m.facts.tags, tag) {
			m.facts.tags = append(m.facts.tags, tag)
			m.do(Note{Key: "tag", Value: tag})
		}
	}
	if e.OptOut != "" {
		m.do(Note{Key: "opt_out", Value: e.OptOut})
	}
	if e.Outcome != "" {
		m.facts.outcome = e.Outcome
		m.do(Outcome{Outcome: e.Outcome})
	}
}
