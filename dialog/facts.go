package dialog

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/parley-voice/parley/dialog/expr"
)

// given takes a value from outside. One that does not fit its type counts as
// unknown.
func (m *Machine) given(name, v string) {
	if v == "" {
		return
	}
	if fit, ok := m.s.fit(name, v); ok {
		m.facts.vars[name] = fit
		return
	}
	m.facts.misfits = append(m.facts.misfits, m.s.misfit(name, v))
}

// fit brings a value into the form of its variable's type.
func (s *Script) fit(name, v string) (string, bool) {
	for _, need := range s.Needs {
		if need.Name == name && need.Type != expr.Text {
			return expr.Canonical(need.Type, v)
		}
	}
	return v, true
}

func (s *Script) misfit(name, v string) string {
	for _, need := range s.Needs {
		if need.Name == name {
			return fmt.Sprintf("%s is unknown: %q is not %s", name, clean(v), need.Type)
		}
	}
	return name + " is unknown"
}

// begin notes what is known before the first word.
func (m *Machine) begin() {
	m.facts.vars["interruptions"] = "0"
	if to, ok := m.s.In(m.facts.vars["call.language"]); ok {
		m.s = to
	}
	m.facts.vars["call.language"] = m.s.Language
	if len(m.s.all) > 1 {
		m.do(Note{Key: "language", Value: m.s.Language})
	}
	m.facts.vars["call.day"] = m.step.now.Format("2006-01-02T15:04")
	for _, why := range m.facts.misfits {
		m.do(Note{Key: "problem", Value: why})
	}
	m.facts.misfits = nil
}

// assign sets a variable on the script's behalf.
func (m *Machine) assign(name, v string) {
	fit, ok := m.s.fit(name, v)
	if v != "" && !ok {
		delete(m.facts.vars, name)
		m.do(Note{Key: "problem", Value: m.s.misfit(name, v)})
		return
	}
	m.facts.vars[name] = fit
	m.do(Note{Key: name, Value: fit})
}

// counted answers visits(node) and times(intent), as expressions ask.
func (m *Machine) counted(name string) (string, bool) {
	head, rest, ok := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	switch {
	case !ok:
		return "", false
	case head == "visits":
		return strconv.Itoa(m.facts.visits[rest]), true
	case head == "times":
		return strconv.Itoa(m.facts.times[rest]), true
	}
	return "", false
}

// holds tells whether a condition is true. None always holds.
func (m *Machine) holds(e *expr.Expr) bool { return e == nil || e.True(lookup(m.value)) }

// hit is the first case that holds.
func (m *Machine) hit(all []Case) (Case, bool) {
	for _, c := range all {
		if m.holds(c.If) {
			return c, true
		}
	}
	return Case{}, false
}

// why tells a case in the record.
func (c Case) why() string {
	if c.If == nil {
		return "when nothing else holds"
	}
	return "when " + c.If.Source
}

// leaves tells whether the way leads to another node or to the end.
func (e Edge) leaves() bool { return e.End != "" || e.Go != "" && e.Go != TargetStay }

// grade puts the call's grade on record, as it ends.
func (m *Machine) grade() {
	for _, g := range m.s.Grades {
		if m.holds(g.If) {
			m.do(Note{Key: "grade", Value: g.Grade})
			return
		}
	}
}

// meant keeps the intent that was understood last.
func (f *facts) meant(intent string) {
	f.vars["intent"] = intent
	f.times[intent]++
}
