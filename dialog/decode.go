package dialog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/expr"
)

// reader turns the YAML tree into a Script and gathers every problem on the way.
type reader struct {
	sources  []*source
	inc      includes
	problems faults
	refs     []ref
	binds    []bind
	spoken   []spoken
	defined  map[string]*yaml.Node // kind and name
	script   *Script
}

// ref is a name that must exist once the whole file is read.
type ref struct {
	kind string // "node", "intent", "slot", "variable", "clip"
	name string
	at   *yaml.Node
}

// maxProblems bounds a report: the rest is mostly noise after the first ones.
const maxProblems = 100

func (r *reader) wrong(n *yaml.Node, hint, format string, args ...any) {
	r.fault(CodeBadValue, n, hint, format, args...)
}

// enough tells that the report is full: what would only make it longer can be
// left.
func (r *reader) enough() bool { return len(r.problems) >= maxProblems }

// fault is wrong with a code of its own.
func (r *reader) fault(code Code, n *yaml.Node, hint, format string, args ...any) {
	if r.enough() {
		return
	}
	f := placed{Problem: Problem{File: r.src().name, Code: code, Text: fmt.Sprintf(format, args...), Hint: hint}, line: r.src().base}
	if n != nil {
		f.line = max(n.Line, 1)
		s := r.at(f.line)
		f.File, f.Line, f.Column = s.name, f.line-s.base, max(n.Column, 1)
		f.Source = r.line(f.line)
	}
	r.problems = append(r.problems, f)
}

// line is the text of a line, counted through all the files.
func (r *reader) line(n int) string {
	s := r.at(n)
	if n -= s.base; n < 1 || n > len(s.lines) {
		return ""
	}
	return shorten(s.lines[n-1])
}

func (r *reader) need(kind, name string, at *yaml.Node) {
	r.refs = append(r.refs, ref{kind: kind, name: name, at: at})
}

// block walks a mapping whose keys are the closed list of the vocabulary's block name.
func (r *reader) block(n *yaml.Node, name string, each func(key string, k, v *yaml.Node)) bool {
	if !r.isMap(n, name) {
		return false
	}
	keys := blockKeys[name]
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || !known(keys, k.Value) {
			r.fault(CodeUnknownKey, k, suggest(k.Value, keys), "%s has no key %q", article(name), k.Value)
			continue
		}
		each(k.Value, k, v)
	}
	return true
}

// entries walks a mapping whose keys the author chooses.
func (r *reader) entries(n *yaml.Node, what string, each func(name string, k, v *yaml.Node)) {
	if !r.isMap(n, what) {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || !isName(k.Value) {
			r.wrong(k, "use letters, digits, dots, dashes and underscores, beginning with a letter",
				"%q cannot be a name in %s", k.Value, what)
			continue
		}
		each(k.Value, k, v)
	}
}

func (r *reader) isMap(n *yaml.Node, what string) bool {
	if n.Kind == yaml.MappingNode {
		return true
	}
	r.wrong(n, "write keys and values, as in docs/scripts.md", "%s must be a block of keys, not %s", what, kind(n))
	return false
}

// text reads one scalar as words. An empty one is a problem.
func (r *reader) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode {
		r.wrong(n, "put texts with { or [ or : in quotes", "%s must be a text, not %s", what, kind(n))
		return ""
	}
	if strings.TrimSpace(n.Value) == "" || n.Tag == "!!null" {
		r.wrong(n, "give it a value or remove the key", "%s is empty", what)
		return ""
	}
	return n.Value
}

// texts reads one text or a list of them.
func (r *reader) texts(n *yaml.Node, what string) []string {
	var all []string
	for _, item := range items(n) {
		if t := r.text(item, what); t != "" {
			all = append(all, t)
		}
	}
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.wrong(n, "give it a value or remove the key", "%s is empty", what)
	}
	return all
}

// items is the elements of a list, or the single value that stands for one.
func items(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// word reads one of a closed list.
func (r *reader) word(n *yaml.Node, what string, allowed []string) string {
	t := r.text(n, what)
	if t != "" && !known(allowed, t) {
		r.wrong(n, suggest(t, allowed), "%s cannot be %q", what, t)
		return ""
	}
	return t
}

// name reads an author's own name.
func (r *reader) name(n *yaml.Node, what string) string {
	t := r.text(n, what)
	if t != "" && !isName(t) {
		r.wrong(n, "use letters, digits, dots, dashes and underscores, beginning with a letter", "%s cannot be %q", what, t)
		return ""
	}
	return t
}

// duration reads a time such as 700ms, 6s or 1m30s.
func (r *reader) duration(n *yaml.Node, what string) time.Duration {
	t := r.text(n, what)
	if t == "" {
		return 0
	}
	d, err := time.ParseDuration(t)
	if err != nil {
		r.wrong(n, "write a number and a unit: 700ms, 6s, 1m30s", "%s cannot be %q", what, t)
		return 0
	}
	if d < 0 || d > time.Hour {
		r.wrong(n, "use a time between 0s and 1h", "%s cannot be %q", what, t)
		return 0
	}
	return d
}

func (r *reader) integer(n *yaml.Node, what string, from, to int) int {
	t := r.text(n, what)
	if t == "" {
		return from
	}
	i, err := strconv.Atoi(t)
	if err != nil || i < from || i > to {
		r.wrong(n, fmt.Sprintf("use a whole number from %d to %d", from, to), "%s cannot be %q", what, t)
		return from
	}
	return i
}

func (r *reader) truth(n *yaml.Node, what string) bool {
	return r.word(n, what, []string{"true", "false"}) == "true"
}

func (r *reader) digit(n *yaml.Node, what string) byte {
	t := r.text(n, what)
	if t == "" {
		return 0
	}
	if len(t) != 1 || !isKey(t[0]) {
		r.wrong(n, "use 0 to 9, \"*\" or \"#\" (the last two in quotes)", "%s cannot be %q", what, t)
		return 0
	}
	return t[0]
}

func isKey(b byte) bool { return b >= '0' && b <= '9' || b == '*' || b == '#' }

// template reads a text with variables, and notes the variables it names.
func (r *reader) template(n *yaml.Node, what string, own ...string) Template {
	t, err := ParseTemplate(r.text(n, what))
	var fault *expr.Fault
	switch {
	case errors.As(err, &fault):
		r.faulty(n, 0, err)
		return Template{}
	case err != nil:
		r.wrong(n, "write {{name}} or {{name | other words}}", "%s: %v", what, err)
		return Template{}
	}
	for _, p := range t.pieces {
		if p.expr != nil {
			r.binds = append(r.binds, bind{expr: p.expr, at: n, offset: p.offset})
		} else if p.name != "" && !known(own, p.name) {
			r.need("variable", p.name, n)
		}
	}
	return t
}

func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a block of keys"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.Tag == "!!null" || n.Value == "" {
		return "nothing"
	}
	return fmt.Sprintf("the text %q", clean(n.Value))
}
