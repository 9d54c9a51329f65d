package dialog

import (
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/dialog/words"
)

// turn is what the caller said last and what is being made of it.
type turn struct {
	id      int
	pending int // turn whose meaning is awaited, 0 for none
	text    string
	scope   scope
	count   int // turns that the script took up, for its limit
	misses  int // not understood, running
	over    bool
}

// scope is how much of the script a turn is held against.
type scope uint8

const (
	scopeFull   scope = iota
	scopeKept         // words said before the question: no yes or no to it, and a miss is no miss
	scopeAlways       // words beside a statement: only what holds everywhere
)

// giveUp bounds the wait for a detector. Dead air is at most this less the
// filler.
const giveUp = 3 * time.Second

func (m *Machine) listening() bool { return m.at.then.kind == thenListen }
func (m *Machine) thinking() bool  { return m.turn.pending != 0 }
func (m *Machine) away() bool      { return m.at.then.kind == thenAway }

// heard takes a turn's final words.
func (m *Machine) heard(e Heard) {
	text, said := e.Text, words.Split(e.Text)
	if len(said) == 0 {
		m.speechEmpty()
		return
	}
	cut := m.ear.cut
	m.ear.sounding, m.ear.partial, m.ear.cut = false, "", false
	if m.away() || m.at.final || m.ear.deaf {
		m.resume()
		return
	}
	urgent := m.urgent(said)
	if cut && !m.prompting() && !urgent && m.ignorable(said) {
		m.replay()
		return
	}
	if m.prompting() && !urgent && m.ignorable(said) {
		m.resume()
		return
	}
	if m.ear.greeting && m.prompting() && !urgent {
		m.greeted(text)
		return
	}
	m.sense(e, cut || m.prompting())
	if m.prompting() && !urgent && m.protected() {
		m.resume()
		m.keep(text)
		return
	}
	if m.listening() {
		m.hushPrompt()
		m.understand(text, scopeFull)
		return
	}
	if !urgent {
		m.resume()
	}
	m.keep(text)
	m.understand(text, scopeAlways)
}

// understand asks what the words mean. Words that follow before the answer join
// the ones before.
func (m *Machine) understand(text string, s scope) {
	switch {
	case m.thinking() && s == scopeFull && m.turn.scope != scopeFull && m.closed():
		m.setAside() // an answer must not be read together with what came before its question
		m.turn.count++
	case m.thinking():
		text = join(m.turn.text, text)
		if s = min(s, m.turn.scope); s != scopeAlways {
			m.ear.kept = "" // it is in the joined words
		}
	case s != scopeAlways:
		m.turn.count++
	}
	if s != scopeAlways && m.composing() {
		m.written() // the caller goes on before the answer
	}
	query := m.query(text, s)
	if len(query.Intents) == 0 && s == scopeAlways {
		return
	}
	m.turn.id++
	m.turn.pending, m.turn.scope = m.turn.id, s
	m.turn.text = string([]rune(text)[:min(len([]rune(text)), words.Max)])
	query.Text = m.turn.text
	m.facts.vars["heard"] = m.turn.text
	m.beginAnew(m.turn.text)
	m.remember(true, m.turn.text)
	m.stop(TimerSilence)
	if len(query.Intents) == 0 {
		m.meant(m.turn.id, Intent{Why: "nothing to tell apart here"})
		return
	}
	m.do(Understand{Turn: m.turn.id, Query: query})
	m.start(TimerSlow, m.s.Defaults.Slow.After)
	m.start(TimerUnderstand, giveUp)
}

// query lists what the words could mean: always first, then the node's own.
func (m *Machine) query(text string, s scope) Query {
	n := m.at.node
	shape := m.s.listen(n, m.ask.doubt != nil).Shape
	q := Query{Text: text, Language: m.s.Language, Node: n.Name, Shape: shape, Now: m.step.now}
	for _, a := range m.s.Always {
		q.Intents = append(q.Intents, a.Name)
	}
	if s == scopeAlways {
		q.Shape = "open"
		return q
	}
	if m.ask.doubt != nil && s != scopeKept {
		q.Intents = append(q.Intents, IntentAffirm, IntentDeny)
	}
	sl, asks := m.s.Slot(n.Ask)
	switch {
	case !asks || !sl.Speech, sl.Type == "yes_no" && s == scopeKept:
	case sl.Type != "yes_no" && !(m.ask.doubt != nil && sl.wordy()):
		q.Intents = append(q.Intents, IntentFilled)
		q.Want = sl.want()
	case sl.Type == "yes_no":
		for _, name := range []string{IntentAffirm, IntentDeny} {
			if !known(q.Intents, name) {
				q.Intents = append(q.Intents, name)
			}
		}
	}
	for _, b := range n.Go {
		early := s == scopeKept && known(answers, b.Intent)
		if b.Intent != IntentElse && b.Intent != IntentFilled && !early && !known(q.Intents, b.Intent) {
			q.Intents = append(q.Intents, b.Intent)
		}
	}
	for _, a := range m.s.Asides {
		if !known(q.Intents, a.Name) {
			q.Intents = append(q.Intents, a.Name)
		}
	}
	return q
}

// answers are what a closed question is answered with.
var answers = []string{IntentAffirm, IntentDeny, IntentHesitate}

// closed tells whether the caller is asked for a yes or no.
func (m *Machine) closed() bool {
	sl, _ := m.s.Slot(m.at.node.Ask)
	return m.ask.doubt != nil || sl.Type == "yes_no" ||
		slices.ContainsFunc(m.at.node.Go, func(b Branch) bool { return known(answers, b.Intent) })
}

// setAside puts words whose meaning is awaited back to those that are kept.
func (m *Machine) setAside() {
	if m.turn.scope == scopeKept { // of those of scopeAlways a copy is kept already
		m.keep(m.turn.text)
	}
}

// dropTurn forgets a turn that belongs to the node being left.
func (m *Machine) dropTurn() {
	if m.turn.scope != scopeAlways {
		m.turn.pending = 0
		m.stop(TimerSlow, TimerUnderstand)
	}
}

// meant takes the answer to an Understand.
func (m *Machine) meant(id int, in Intent) {
	if id == 0 || id != m.turn.pending || m.away() || m.at.final {
		return
	}
	m.turn.pending = 0
	m.stop(TimerSlow, TimerUnderstand)
	if !in.Doubt && m.anywhere(in) {
		return
	}
	if m.turn.scope == scopeAlways || !m.listening() {
		m.resume()
		return
	}
	if limit := m.s.Defaults.Turns.Limit; limit > 0 && m.turn.count > limit {
		m.tooLong()
		return
	}
	if m.reply(in) || m.doubted(in) {
		return
	}
	m.answered(in)
}

// understood takes a meaning that is sure.
func (m *Machine) understood(in Intent) {
	if !m.anywhere(in) {
		m.answered(in)
	}
}

// anywhere follows what holds in every node.
func (m *Machine) anywhere(in Intent) bool {
	for _, a := range m.s.Always {
		if a.Name == in.Name {
			m.matched()
			m.ear.kept = ""
			m.follow(a.Edge, in)
			return true
		}
	}
	return false
}

// answered takes a meaning to the node's own branches.
func (m *Machine) answered(in Intent) {
	n := m.at.node
	if m.slotFilled(in) {
		return
	}
	edge, ok := n.branch(in.Name)
	if !ok && (m.aside(in) || m.swayed()) {
		return
	}
	if !ok || in.Name == IntentElse || in.Name == IntentFilled {
		edge, ok = n.branch(IntentElse)
		if ok && in.Why == "" {
			in.Why = "nothing else matched"
		}
		in.Name = IntentElse
	}
	early := m.turn.scope == scopeKept && in.Name == IntentElse && m.closed()
	switch {
	case ok && !early:
		m.matched()
		m.follow(edge, in)
	case m.turn.scope == scopeKept:
		m.facts.vars["intent"] = ""
	default:
		m.miss(in.Why)
	}
}

// aside answers a question in passing and puts the node's own again.
func (m *Machine) aside(in Intent) bool {
	i := slices.IndexFunc(m.s.Asides, func(a Aside) bool { return a.Name == in.Name })
	if i < 0 {
		return false
	}
	m.matched()
	m.facts.meant(in.Name)
	m.do(Note{Key: "aside", Value: joinWhy(in.Name, in.Why)})
	before := m.s
	e, _ := m.choose(m.s.Asides[i].Edge, "")
	if e.Replay && m.s == before {
		m.replay()
		return true
	}
	m.again(e.Say)
	return true
}

// follow goes along an edge that words have opened.
func (m *Machine) follow(e Edge, in Intent) {
	m.facts.meant(in.Name)
	why := "understood " + in.Name
	if in.Why != "" {
		why += ": " + in.Why
	}
	m.take(e, in.Name, why)
}

// matched clears the ladders: the caller is there and understood.
func (m *Machine) matched() {
	m.turn.misses = 0
	m.quiet = quiet{}
	m.voice.pauses = 0
}

// tooLong ends a conversation that has taken more turns than the script allows.
func (m *Machine) tooLong() {
	m.hushPrompt()
	why := fmt.Sprintf("more than %d turns", m.s.Defaults.Turns.Limit)
	if m.turn.over {
		m.last(why)
		return
	}
	m.turn.over, m.turn.count = true, 0
	m.goTo(m.s.Defaults.Turns.Then, why, "")
}

// miss is one step of the ladder for words that mean nothing here.
func (m *Machine) miss(why string) {
	ladder := m.s.Defaults.NoMatch
	if own := m.at.node.NoMatch; own != nil {
		ladder = own.over(ladder)
	}
	m.turn.misses++
	m.quiet = quiet{}
	m.ask.doubt = nil
	m.facts.vars["intent"] = ""
	m.do(Note{Key: "no_match", Value: clean(why)})
	if m.turn.misses >= ladder.Limit {
		reason := fmt.Sprintf("not understood %d times running", m.turn.misses)
		m.turn.misses = 0
		m.hushPrompt()
		m.goTo(ladder.Then, reason, "")
		return
	}
	sorry := ladder.Say
	if sl, ok := m.s.Slot(m.at.node.Ask); ok && len(sl.Retry) > 0 {
		sorry = sl.Retry
	} else if len(sorry) == 0 {
		sorry = []Line{m.s.Fallback.Sorry}
	}
	m.again(sorry)
}

// over puts a node's own settings over the default ones.
func (n NoMatch) over(d NoMatch) NoMatch {
	if n.Limit > 0 {
		d.Limit = n.Limit
	}
	if len(n.Say) > 0 {
		d.Say = n.Say
	}
	if n.Then != "" {
		d.Then = n.Then
	}
	return d
}

// again puts the node's question once more, after a few words.
func (m *Machine) again(first []Line) {
	n := m.at.node
	m.hushPrompt()
	m.listen(n)
	question := n.Again
	if len(question) == 0 {
		question = n.Say
	}
	m.prompt(slices.Concat(first, question))
}

// slowFired fills the wait.
func (m *Machine) slowFired() {
	lines := m.s.Defaults.Slow.Say
	if !m.thinking() && !m.at.errand.open || m.speaking() || len(lines) == 0 {
		return
	}
	parts, _ := m.parts(lines[m.voice.fillers%len(lines) : m.voice.fillers%len(lines)+1])
	m.voice.fillers++
	if len(parts) > 0 {
		m.queue(parts, nil, false)
		m.voice.pending[len(m.voice.pending)-1].filler = true
	}
}
