package dialog

import (
	"reflect"
	"slices"
	"strings"
)

// tongues are the editions of a script, one for each of its languages. They have
// the same nodes, ways, slots and intents, and differ in what is said and heard:
// a conversation that changes its language goes on in another edition, at the
// node of the same name.
type tongues struct {
	all   []*Script
	edges map[int]Edge // by ID: the ways onward as this edition says them
}

// Tongues is the script in each of its languages, the one that calls begin in
// first.
func (s *Script) Tongues() []*Script {
	if len(s.all) == 0 {
		return []*Script{s}
	}
	return slices.Clone(s.all)
}

// Languages are those of the script, BCP 47, the one that calls begin in first.
func (s *Script) Languages() []string {
	var all []string
	for _, t := range s.Tongues() {
		all = append(all, t.Language)
	}
	return all
}

// In is the script in a language: the one of that tag, else the first that differs
// by its region only (RFC 4647 lookup: en finds en-US).
func (s *Script) In(language string) (*Script, bool) {
	all := s.Tongues()
	i := slices.IndexFunc(all, func(t *Script) bool { return strings.EqualFold(t.Language, language) })
	if i < 0 {
		i = slices.IndexFunc(all, func(t *Script) bool { return primary(t.Language) == primary(language) })
	}
	if i < 0 {
		return nil, false
	}
	return all[i], true
}

// primary is a tag without its region.
func primary(tag string) string {
	p, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	return p
}

// number gives a way onward its number. Every edition is read in the same order,
// so the same way has the same number in all of them.
func (s *Script) number(e *Edge) {
	if s.edges == nil {
		s.edges = map[int]Edge{}
	}
	e.ID = len(s.edges) + 1
	s.edges[e.ID] = *e
}

// Same tells whether two ways say and do the same and lead to the same place,
// wherever they stand.
func (e Edge) Same(other Edge) bool { return reflect.DeepEqual(e.bare(), other.bare()) }

func (e Edge) bare() Edge {
	e.ID = 0
	e.When = slices.Clone(e.When)
	for i, c := range e.When {
		e.When[i].Edge = c.Edge.bare()
	}
	return e
}

// Language is the one that the conversation is in.
func (m *Machine) Language() string { return m.s.Language }

// speakIn goes on in the edition of another language, at the same place.
func (m *Machine) speakIn(language string) {
	to, ok := m.s.In(language)
	switch {
	case !ok:
		m.do(Note{Key: "problem", Value: "the script does not speak " + clean(language)})
		return
	case to == m.s:
		return
	}
	if m.composing() {
		m.written() // the model writes in the language that is being left
	}
	m.s = to
	if m.at.node != nil {
		m.at.node = to.index[m.at.node.Name]
	}
	m.facts.vars["call.language"] = to.Language
	m.do(Note{Key: "language", Value: to.Language})
}

// ours is a way onward as the edition of the present language says it.
func (m *Machine) ours(e Edge) Edge {
	if own, ok := m.s.edges[e.ID]; ok {
		return own
	}
	return e
}

// anew puts the node's own words once more, in a language that nothing has been
// said in yet.
func (m *Machine) anew() {
	m.hushPrompt()
	m.listen(m.at.node)
	m.prompt(m.at.node.Say)
}
