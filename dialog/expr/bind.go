package expr

import (
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// binder turns the parser's tree into terms: the logic is ours, so that unknown
// stays unknown; what stands between the connectives is the library's.
type binder struct {
	scope Scope
	tree  *parser.Tree
	runes []rune
	names []string
	uses  []use // of the leaf being bound
}

func (b *binder) term(n ast.Node) (term, Type, error) {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			t, err := b.truth(n.Node)
			return not{t}, Flag, err
		}
	case *ast.BinaryNode:
		and := n.Operator == "and" || n.Operator == "&&"
		if and || n.Operator == "or" || n.Operator == "||" {
			left, err := b.truth(n.Left)
			if err != nil {
				return nil, Flag, err
			}
			right, err := b.truth(n.Right)
			return both{and: and, left: left, right: right, source: n.String()}, Flag, err
		}
	case *ast.ConditionalNode:
		return b.choice(n)
	}
	return b.leaf(n)
}

// truth binds what must be true or false.
func (b *binder) truth(n ast.Node) (term, error) {
	t, typ, err := b.term(n)
	if err == nil && typ != Flag {
		err = fault(start(n), "compare it with something: customer.orders > 3", "this is %s, it is not true or false", typ)
	}
	return t, err
}

func (b *binder) choice(n *ast.ConditionalNode) (term, Type, error) {
	cond, err := b.truth(n.Cond)
	if err != nil {
		return nil, Text, err
	}
	yes, typ, err := b.term(n.Exp1)
	if err != nil {
		return nil, typ, err
	}
	no, other, err := b.term(n.Exp2)
	if err == nil && other != typ {
		err = fault(start(n.Exp2), "make both of one kind", "one side of the choice is %s, the other is %s", typ, other)
	}
	return choice{cond, yes, no}, typ, err
}

// leaf compiles what stands between the connectives.
func (b *binder) leaf(n ast.Node) (term, Type, error) {
	b.uses = nil
	source, claim := n.String(), claimOf(n)
	n, err := b.resolve(n, false)
	if err != nil {
		return nil, Text, err
	}
	env := map[string]any{}
	for _, u := range b.uses {
		env[u.key] = zero(u.typ)
	}
	config := checking(env)
	tree := &parser.Tree{Node: n, Source: b.tree.Source}
	kind, err := checker.Check(tree, config)
	if err != nil {
		return nil, Text, mistyped(err, len(b.runes))
	}
	typ, ok := typeOf(kind)
	if !ok {
		return nil, Text, fault(start(n), "", "this gives no value that a script can use")
	}
	program, err := compiler.Compile(tree, config)
	if err != nil {
		text, _, _ := strings.Cut(err.Error(), "\n")
		return nil, typ, fault(start(n), "", "%s", text)
	}
	l := &leaf{program: program, uses: b.uses, source: source, claim: claim}
	l.plain = l.isPlain()
	return l, typ, nil
}

func typeOf(t reflect.Type) (Type, bool) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return Date, true
	case t == reflect.TypeFor[time.Duration]():
		return Span, true
	case t.Kind() == reflect.String:
		return Text, true
	case t.Kind() == reflect.Bool:
		return Flag, true
	case t.Kind() == reflect.Int, t.Kind() == reflect.Float64:
		return Number, true
	}
	return Text, false
}

// resolve replaces names by what they stand for.
func (b *binder) resolve(n ast.Node, optional bool) (ast.Node, error) {
	var err error
	switch m := n.(type) {
	case *ast.IdentifierNode, *ast.MemberNode:
		name, _ := chain(n)
		return b.variable(n, name, optional)
	case *ast.UnaryNode:
		m.Node, err = b.resolve(m.Node, false)
	case *ast.BinaryNode:
		return b.binary(m)
	case *ast.ConditionalNode:
		for _, part := range []*ast.Node{&m.Cond, &m.Exp1, &m.Exp2} {
			if *part, err = b.resolve(*part, false); err != nil {
				return n, err
			}
		}
	case *ast.ArrayNode:
		for i := range m.Nodes {
			if m.Nodes[i], err = b.resolve(m.Nodes[i], false); err != nil {
				return n, err
			}
		}
	case *ast.CallNode:
		return b.call(m)
	}
	return n, err
}

func (b *binder) binary(n *ast.BinaryNode) (ast.Node, error) {
	if name, ok := b.dashed(n); ok && n.Operator == "-" {
		if _, isVar := b.scope.Vars[name]; isVar {
			return b.variable(n, name, false)
		}
	}
	optional := n.Operator == "??"
	if optional {
		if _, plain := chain(n.Left); !plain {
			return n, fault(start(n.Left), "write name ?? value, in brackets if more follows", "?? takes a variable on its left")
		}
	}
	if err := b.words(n); err != nil {
		return n, err
	}
	var err error
	if n.Left, err = b.resolve(n.Left, optional); err != nil {
		return n, err
	}
	before := len(b.uses)
	n.Right, err = b.resolve(n.Right, false)
	if optional {
		for i := before; i < len(b.uses); i++ {
			b.uses[i].unless = b.uses[before-1].key
		}
	}
	return n, err
}

// dashed is the name that a subtraction without blanks may really be: order-tail.
func (b *binder) dashed(n ast.Node) (string, bool) {
	m, ok := n.(*ast.BinaryNode)
	if !ok || m.Operator != "-" {
		if i, isInt := n.(*ast.IntegerNode); isInt {
			return string(b.runes[i.Location().From:min(i.Location().To, len(b.runes))]), true
		}
		return chain(n)
	}
	left, ok := b.dashed(m.Left)
	right, fits := b.dashed(m.Right)
	name := left + "-" + right
	from := b.begin(m)
	return name, ok && fits && from+len([]rune(name)) <= len(b.runes) && string(b.runes[from:from+len([]rune(name))]) == name
}

func (b *binder) begin(n ast.Node) int {
	for {
		m, ok := n.(*ast.BinaryNode)
		if !ok {
			return start(n)
		}
		n = m.Left
	}
}

func (b *binder) variable(n ast.Node, name string, optional bool) (ast.Node, error) {
	typ, ok := b.scope.Vars[name]
	if !ok {
		return n, b.unknown(b.begin(n), "variable", name, keysOf(b.scope.Vars), "name it under needs, or put a text in quotes")
	}
	b.names = appendOnce(b.names, name)
	return b.use(n, use{key: name, name: name, ask: value, typ: typ, optional: optional}), nil
}

func (b *binder) use(n ast.Node, u use) ast.Node {
	b.uses = append(b.uses, u)
	id := &ast.IdentifierNode{Value: u.key}
	id.SetLocation(file.Location{From: b.begin(n), To: n.Location().To})
	return id
}

// call resolves reached(offer) and its like, and leaves the others to the library.
func (b *binder) call(n *ast.CallNode) (ast.Node, error) {
	name := n.Callee.(*ast.IdentifierNode).Value
	at := n.Location().From
	if slices.Contains(asked, name) {
		return b.ask(n, name)
	}
	if !slices.ContainsFunc(functions, func(f function) bool { return f.name == name }) {
		return n, b.unknown(n.Callee.Location().From, "function", name, Functions(), "known: "+functionNames())
	}
	var err error
	for i := range n.Arguments {
		if n.Arguments[i], err = b.resolve(n.Arguments[i], false); err != nil {
			return n, err
		}
	}
	n.SetLocation(file.Location{From: at, To: n.Location().To})
	return n, nil
}

func (b *binder) ask(n *ast.CallNode, fn string) (ast.Node, error) {
	at := n.Callee.Location().From
	if len(n.Arguments) != 1 {
		return n, fault(at, "write "+fn+"(name)", "%s takes one name", fn)
	}
	arg := n.Arguments[0]
	name, ok := b.dashed(arg)
	if s, quoted := arg.(*ast.StringNode); quoted {
		name, ok = s.Value, true
	}
	u := use{key: fn + "(" + name + ")", name: name, typ: Flag}
	what, among := "node", b.scope.Nodes
	switch fn {
	case "known":
		return b.askKnown(n, u, name, ok)
	case "visits":
		u.ask, u.typ = visits, Number
	case "reached":
		u.ask = reached
	case "said":
		u.ask, what, among = said, "intent", b.scope.Intents
	case "times":
		u.ask, u.typ, what, among = times, Number, "intent", b.scope.Intents
	}
	if !ok || !slices.Contains(among, name) {
		return n, b.unknown(b.begin(arg), what, name, among, fn+" takes the name of "+article(what))
	}
	return b.use(n, u), nil
}

func (b *binder) askKnown(n *ast.CallNode, u use, name string, ok bool) (ast.Node, error) {
	if _, isVar := b.scope.Vars[name]; !ok || !isVar {
		return n, b.unknown(b.begin(n.Arguments[0]), "variable", name, keysOf(b.scope.Vars), "known takes the name of a variable")
	}
	u.ask = isKnown
	b.names = appendOnce(b.names, name)
	return b.use(n, u), nil
}

// words refuses to compare a variable with what it can never be.
func (b *binder) words(n *ast.BinaryNode) error {
	texts, with := n.Right, n.Left
	if n.Operator == "==" || n.Operator == "!=" {
		if _, left := n.Left.(*ast.StringNode); left {
			texts, with = n.Left, n.Right
		}
	} else if n.Operator != "in" {
		return nil
	}
	if _, listed := n.Right.(*ast.IdentifierNode); n.Operator == "in" && listed { // 'x' in tags
		texts, with = n.Left, n.Right
	}
	name, _ := chain(with)
	allowed, closed := b.scope.Words[name]
	if !closed {
		return nil
	}
	all := []ast.Node{texts}
	if list, ok := texts.(*ast.ArrayNode); ok {
		all = list.Nodes
	}
	for _, t := range all {
		if s, ok := t.(*ast.StringNode); ok && !slices.Contains(allowed, s.Value) {
			return b.unknown(s.Location().From, "value of "+name, s.Value, allowed, "")
		}
	}
	return nil
}

func (b *binder) unknown(at int, what, name string, among []string, hint string) *Fault {
	f := fault(at, hint, "there is no %s %q", what, name)
	f.Name, f.Among = name, among
	return f
}

func article(what string) string {
	if strings.ContainsAny(what[:1], "aeiou") {
		return "an " + what
	}
	return "a " + what
}

func keysOf(m map[string]Type) []string {
	all := make([]string, 0, len(m))
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

var mismatch = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (\S+) and (\S+)\)`)

// mistyped puts the checker's message in our words.
func mistyped(err error, length int) *Fault {
	var e *file.Error
	if !errors.As(err, &e) {
		return fault(0, "", "%v", err)
	}
	at := max(0, min(e.From, length))
	if m := mismatch.FindStringSubmatch(e.Message); m != nil {
		return fault(at, "give the variable its type under needs, or put texts in quotes", "%s does not go with %s and %s", m[1], plain(m[2]), plain(m[3]))
	}
	text, _, _ := strings.Cut(e.Message, "\n")
	return fault(at, "", "%s", plainWords.Replace(text))
}

var plainWords = strings.NewReplacer("float64", "number", "int", "number", "string", "text", "bool", "true or false", "time.Time", "date", "time.Duration", "length of time", "[]string", "list", "[]interface {}", "list")

func plain(goType string) string { return plainWords.Replace(goType) }
