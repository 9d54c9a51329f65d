package dialog

import (
	"errors"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// reader turns the YAML tree into a Script and gathers every problem on the way.
type reader struct {
	strictyaml.Reader
	inc     includes
	refs    []ref
	binds   []bind
	spoken  []spoken
	defined map[string]*yaml.Node // kind and name
	script  *Script
	lang    languages
}

func newReader(inc includes, lang languages) *reader {
	return &reader{inc: inc, lang: lang, Reader: strictyaml.Reader{Kind: strictyaml.Kind{Name: "script", Head: "script: name", Page: "docs/scripts.md"}}}
}

// ref is a name that must exist once the whole file is read.
type ref struct {
	kind string // "node", "intent", "slot", "variable", "clip"
	name string
	at   *yaml.Node
}

func (r *reader) need(kind, name string, at *yaml.Node) {
	r.refs = append(r.refs, ref{kind: kind, name: name, at: at})
}

func (r *reader) wrong(n *yaml.Node, hint, format string, args ...any) {
	r.Wrong(n, hint, format, args...)
}

func (r *reader) fault(code Code, n *yaml.Node, hint, format string, args ...any) {
	r.Fault(code, n, hint, format, args...)
}

// block walks a mapping whose keys are the closed list of the vocabulary's block name.
func (r *reader) block(n *yaml.Node, name string, each func(key string, k, v *yaml.Node)) bool {
	return r.Block(n, name, article(name), blockKeys[name], each)
}

func (r *reader) entries(n *yaml.Node, what string, each func(name string, k, v *yaml.Node)) {
	r.Entries(n, what, each)
}

func (r *reader) text(n *yaml.Node, what string) string    { return r.Text(n, what) }
func (r *reader) texts(n *yaml.Node, what string) []string { return r.Texts(r.pick(n, what), what) }
func (r *reader) name(n *yaml.Node, what string) string    { return r.Name(n, what) }
func (r *reader) truth(n *yaml.Node, what string) bool     { return r.Truth(n, what) }

func (r *reader) word(n *yaml.Node, what string, allowed []string) string {
	return r.Word(n, what, allowed)
}

func (r *reader) duration(n *yaml.Node, what string) time.Duration { return r.Duration(n, what) }

func (r *reader) integer(n *yaml.Node, what string, from, to int) int {
	return r.Integer(n, what, from, to)
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
	n = r.pick(n, what)
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
