package dialog

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog/expr"
)

// Inquiry is what a node asks of another system.
type Inquiry struct {
	Method   string
	URL      Template // its host is the author's, the rest may have variables
	Headers  []Setting
	Secret   string // by its name in the configuration
	Body     []Setting
	Deadline time.Duration
	Into     []Field
	Missing  *Edge // there is no such thing (404); nil is OnFail
	OnFail   Edge
}

// Field is a variable that the answer gives.
type Field struct {
	Name string
	Path string // where its value stands: order.items.0.name
	Type string // text, number, date or flag
}

// typed are the variables whose type the script states: those that it needs, and
// those that another system gives.
func (s *Script) typed() map[string]expr.Type {
	all := map[string]expr.Type{}
	for _, n := range s.Nodes {
		if n.Exit.Fetch == nil {
			continue
		}
		for _, f := range n.Exit.Fetch.Into {
			all[f.Name] = expr.Type(max(0, slices.Index(needTypes, f.Type)))
		}
	}
	for _, need := range s.Needs {
		all[need.Name] = need.Type
	}
	return all
}

// errand is what is asked of somebody outside: another system, or a model.
type errand struct {
	id    int // of the last one
	open  bool
	said  int       // sentences of a model that were taken
	until time.Time // when it is over at the latest
	asked int       // other systems, in this call
}

// maxInquiries bounds how often one call asks other systems.
const maxInquiries = 20

// inquire asks another system. What follows waits for the answer.
func (m *Machine) inquire(n *Node) {
	q := n.Exit.Fetch
	e := &m.at.errand
	if e.asked++; e.asked > maxInquiries {
		m.inquiryFailed(fmt.Sprintf("asked %d times in this call", maxInquiries))
		return
	}
	address, missing := q.URL.fill(m.value, escaped)
	if len(missing) > 0 {
		m.inquiryFailed("unknown variable " + missing[0])
		return
	}
	headers := map[string]string{}
	for _, h := range q.Headers {
		if text, _ := h.Value.Fill(m.value); clean(text) != "" {
			headers[h.Name] = clean(text)
		}
	}
	e.id++
	e.open = true
	m.do(Fetch{ID: e.id, Method: q.Method, URL: address, Headers: headers, Secret: q.Secret, Body: body(q.Body, m.value), Deadline: q.Deadline})
	m.start(TimerErrand, q.Deadline)
}

// fetched takes the answer of another system.
func (m *Machine) fetched(e Fetched) {
	if !m.fetching() || e.ID != m.at.errand.id {
		return
	}
	m.dropErrand()
	q := m.at.node.Exit.Fetch
	switch {
	case e.Why != "":
		m.inquiryFailed(e.Why)
	case (e.Status == 404 || e.Status == 410) && q.Missing != nil:
		m.do(Note{Key: "fetch", Value: "not found"})
		m.at.then = then{kind: thenEdge, edge: q.Missing, why: "not found"}
	case e.Status < 200 || e.Status > 299:
		m.inquiryFailed(fmt.Sprintf("HTTP %d", e.Status))
	default:
		m.learn(q, e.Body)
	}
}

// learn takes the values out of an answer.
func (m *Machine) learn(q *Inquiry, body []byte) {
	root, err := parseAnswer(body)
	if err != nil {
		m.inquiryFailed(err.Error())
		return
	}
	for _, f := range q.Into {
		value, why := f.value(root)
		if why != "" {
			m.do(Note{Key: "problem", Value: fmt.Sprintf("the answer's %s %s", f.Path, why)})
		}
		delete(m.facts.vars, f.Name)
		if value != "" {
			m.facts.vars[f.Name] = value
			m.do(Note{Key: f.Name, Value: value})
		}
	}
	m.at.then = then{kind: thenGo, name: m.at.node.Exit.Go, why: "fetched"}
}

// inquiryFailed goes the way for that, once what is being said has been heard.
func (m *Machine) inquiryFailed(why string) {
	m.do(Note{Key: "trouble", Value: "fetch failed: " + clean(why)})
	m.at.then = then{kind: thenEdge, edge: &m.at.node.Exit.Fetch.OnFail, why: "fetch failed: " + clean(why)}
}

// fetching tells whether what follows waits for another system.
func (m *Machine) fetching() bool {
	return m.at.errand.open && m.at.then.kind == thenErrand && m.at.node.Exit.Fetch != nil
}

// composing tells whether a model is writing for this node.
func (m *Machine) composing() bool { return m.at.errand.open && m.at.node.Exit.Prose != nil }

// dropErrand wants no answer any more.
func (m *Machine) dropErrand() {
	if !m.at.errand.open {
		return
	}
	if m.composing() {
		m.do(StopCompose{ID: m.at.errand.id})
	}
	m.at.errand.open = false
	m.stop(TimerErrand)
	if !m.thinking() {
		m.stop(TimerSlow)
	}
}

// errandFired is the end of the patience for an answer.
func (m *Machine) errandFired() {
	switch {
	case m.fetching():
		m.fetched(Fetched{ID: m.at.errand.id, Why: "no answer in time"})
	case m.composing():
		m.composeLate()
	}
}

// send sends for what a node needs from outside, while it is already speaking.
// It gives back what the node says.
func (m *Machine) send(n *Node, lines []Line) []Line {
	switch {
	case n.Exit.Fetch != nil:
		m.inquire(n)
	case n.Exit.Prose != nil && !m.compose(n):
		if m.at.then.kind == thenErrand {
			m.at.then = then{kind: thenGo, name: n.Exit.Go, why: "went on"}
		}
		return slices.Concat(lines, n.Exit.Prose.Fallback)
	}
	return lines
}

// leave drops what the node being left has asked for.
func (m *Machine) leave() {
	if m.at.node != nil {
		m.dropErrand()
	}
}

// keepCompany keeps the caller company while somebody outside is asked.
func (m *Machine) keepCompany() {
	if !m.run[TimerSlow] {
		m.start(TimerSlow, max(m.s.Defaults.Slow.After, 100*time.Millisecond))
	}
}

// escaped makes a value fit to stand in an address.
func escaped(_ string, _ expr.Type, v string) string {
	if strings.Trim(v, ".") == "" {
		return "" // ".." is a way up in a path
	}
	return strings.ReplaceAll(url.QueryEscape(v), "+", "%20")
}
