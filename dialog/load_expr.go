package dialog

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/mood"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// bind is an expression whose names are resolved once the whole script is read.
type bind struct {
	expr      *expr.Expr
	at        *yaml.Node
	offset    int  // of the expression in the text, in runes
	condition bool // must be true or false
}

// condition reads what must be true or false.
func (r *reader) condition(v *yaml.Node, what string) *expr.Expr {
	source := r.text(v, what)
	if source == "" || r.Full() {
		return nil
	}
	e, err := expr.Parse(source)
	if err != nil {
		r.faulty(v, 0, err)
		return nil
	}
	r.binds = append(r.binds, bind{expr: e, at: v, condition: true})
	return e
}

// cases reads when: [{if: ..., go: ...}].
func (r *reader) cases(v *yaml.Node) []Case {
	var all []Case
	for i, item := range strictyaml.Items(v) {
		var c Case
		seen := r.edgeBlock(item, "case", &c.Edge, func(_ string, v *yaml.Node) { c.If = r.condition(v, "if") })
		switch {
		case item.Kind != yaml.MappingNode:
		case !seen["if"] && i+1 < len(strictyaml.Items(v)):
			r.wrong(item, "give it an if, or put it last", "the cases after this one are never tried")
		case c.Edge.Replay:
			r.wrong(item, "say it in words", "replay has no place under a condition")
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		r.wrong(v, "write [{if: ..., go: ...}]", "when is empty")
	}
	return all
}

// certain tells whether one of the cases is always taken and leads away.
func certain(all []Case) bool {
	return len(all) > 0 && all[len(all)-1].If == nil && !slices.ContainsFunc(all, func(c Case) bool { return !c.Edge.surely() })
}

// surely tells whether a way leads away whatever holds.
func (e Edge) surely() bool {
	return e.leaves() && !slices.ContainsFunc(e.When, func(c Case) bool { return !c.Edge.surely() })
}

// grade reads the A to D of the call.
func (r *reader) grade(v *yaml.Node) {
	for i, item := range strictyaml.Items(v) {
		var g Grade
		seen := map[string]bool{}
		r.block(item, "grade", func(key string, _, v *yaml.Node) {
			seen[key] = true
			if key == "if" {
				g.If = r.condition(v, key)
			} else {
				g.Grade = r.word(v, key, grades)
			}
		})
		switch {
		case item.Kind != yaml.MappingNode:
		case !seen["grade"]:
			r.wrong(item, "write {grade: A, if: ...}", "this has no grade")
		case !seen["if"] && i+1 < len(strictyaml.Items(v)):
			r.wrong(item, "give it an if, or put it last", "the grades after this one are never given")
		}
		r.script.Grades = append(r.script.Grades, g)
	}
}

// fits holds a value to its type and gives its canonical form.
func (r *reader) fits(v *yaml.Node, t expr.Type, value string) string {
	if v == nil || value == "" {
		return value
	}
	canonical, ok := expr.Canonical(t, value)
	if !ok {
		hint := map[expr.Type]string{expr.Number: "write digits: 42 or 42.5", expr.Date: "write 2026-05-01 or 2026-05-01T09:30", expr.Flag: "write true or false"}[t]
		r.wrong(v, hint, "%q is not %s", value, t)
	}
	return canonical
}

// bind resolves every expression.
func (r *reader) bind() {
	if len(r.binds) == 0 {
		return
	}
	scope := r.scope()
	for _, b := range r.binds {
		if r.Full() {
			return
		}
		var err error
		if b.condition {
			err = b.expr.BindCondition(scope)
		} else if err = b.expr.Bind(scope); err == nil && (b.expr.Type() == expr.Span || b.expr.Type() == expr.List) {
			err = errors.New("this cannot be said: use days_between for the days between two dates")
		}
		switch {
		case err != nil:
			r.faulty(b.at, b.offset, err)
		case !r.script.Defaults.Mood && slices.Contains(b.expr.Names(), "mood"):
			r.moodless(b.at, b.offset)
		}
	}
}

// scope is what expressions of this script may name.
func (r *reader) scope() expr.Scope {
	names := r.names()
	vars := map[string]expr.Type{}
	for _, name := range names["variable"] {
		vars[name] = expr.Text
	}
	vars["tags"], vars["call.day"], vars["interruptions"] = expr.List, expr.Date, expr.Number
	for _, sl := range r.script.Slots {
		vars[sl.Name] = sl.kind()
	}
	maps.Copy(vars, r.script.typed())
	words := map[string][]string{"call.answered_by": {"human", "machine", "screening", "unknown"}, "call.language": r.lang.all, "intent": r.intents(), "outcome": {"transferred"}, "tags": nil, "mood": mood.Names}
	for _, ref := range r.refs {
		switch ref.kind {
		case "outcome":
			words["outcome"] = append(words["outcome"], ref.name)
		case "tag":
			words["tags"] = append(words["tags"], ref.name)
		}
	}
	return expr.Scope{Vars: vars, Nodes: names["node"], Intents: words["intent"], Words: words}
}

// intents lists everything that a turn can mean.
func (r *reader) intents() []string {
	all := slices.Clone(r.names()["intent"])
	for _, d := range r.script.Definitions() {
		if !known(all, d.Name) {
			all = append(all, d.Name)
		}
	}
	return all
}

// kind is how expressions see a slot's value. Digits stay a text: a number would
// lose its zeros.
func (sl Slot) kind() expr.Type {
	switch sl.Type {
	case "number", "amount":
		return expr.Number
	case "date", "datetime":
		return expr.Date
	case "yes_no":
		return expr.Flag
	}
	return expr.Text
}

// faulty notes what is wrong with an expression, at its place inside the text.
func (r *reader) faulty(v *yaml.Node, offset int, err error) {
	var f *expr.Fault
	if !errors.As(err, &f) {
		r.wrong(v, "", "%v", err)
		return
	}
	hint := f.Hint
	if near := nearest(f.Name, f.Among); near != "" || hint == "" && len(f.Among) > 0 {
		hint = suggest(f.Name, f.Among)
	}
	code := CodeBadExpression
	for _, kind := range []Code{CodeUndefinedVariable, CodeUndefinedNode, CodeUndefinedIntent} {
		if f.Name != "" && strings.HasPrefix(f.Text, "there is no "+strings.TrimPrefix(string(kind), "undefined-")+" ") {
			code = kind
		}
	}
	r.fault(code, r.Within(v, offset+f.Offset), hint, "%s", f.Text)
}
