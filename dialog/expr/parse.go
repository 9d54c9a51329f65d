package expr

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// grammar is the parser's setting, which it only reads: no built-in functions but
// our own.
var grammar = func() *conf.Config {
	c := conf.CreateNew()
	for name := range c.Builtins {
		c.Disabled[name] = true
	}
	clear(c.Builtins)
	c.MaxNodes = maxNodes
	c.DisableIfOperator = true
	c.Optimize = false
	for _, f := range functions {
		f.option(c)
	}
	return c
}()

// checking is the checker's setting for one leaf.
func checking(env map[string]any) *conf.Config {
	g := grammar
	c := &conf.Config{MaxNodes: g.MaxNodes, DisableIfOperator: true, ShortCircuit: true, Functions: g.Functions,
		Builtins: g.Builtins, Disabled: g.Disabled}
	c.WithEnv(env)
	c.Strict = true
	return c
}

func parse(source string) (tree *parser.Tree, err error) {
	defer func() {
		if p := recover(); p != nil { // the parser is not ours
			err = fault(0, "write it in another way", "this cannot be read: %v", p)
		}
	}()
	switch n := len([]rune(source)); {
	case strings.TrimSpace(source) == "":
		return nil, fault(0, "write a condition such as customer.orders > 3", "the expression is empty")
	case n > MaxLength:
		return nil, fault(MaxLength, "split it into several", "the expression is longer than %d letters", MaxLength)
	}
	if at := strings.IndexAny(source, "\x00\r\n"); at >= 0 {
		return nil, fault(len([]rune(source[:at])), "write it in one line", "the expression goes over several lines")
	}
	tree, err = parser.ParseWithConfig(source, grammar)
	if err != nil {
		return nil, syntax(source, err)
	}
	if f := refused(tree.Node, 0); f != nil {
		return nil, f
	}
	return tree, nil
}

var (
	token    = regexp.MustCompile(`(?:Operator|Bracket|Number|String|Identifier)\((".*?")\)`)
	oneEqual = regexp.MustCompile(`[^=!<>]=[^=]`)
)

// syntax puts the parser's message in our words.
func syntax(source string, err error) *Fault {
	at, text := 0, err.Error()
	var e *file.Error
	if errors.As(err, &e) {
		at, text = min(e.From, len([]rune(source))), e.Message
	}
	text, _, _ = strings.Cut(text, "\n")
	hint := "see Expressions in docs/scripts.md"
	switch {
	case strings.ContainsAny(source, "‘’“”（）＞＜＝，"):
		hint = "use the plain signs ' ( ) > < = ,"
	case oneEqual.MatchString(source):
		hint = "write == to compare"
	case strings.Contains(text, "EOF"):
		hint = "something is missing at the end"
	}
	text = strings.NewReplacer("unexpected token EOF", "it ends too early", "unexpected token", "unexpected").Replace(text)
	text = token.ReplaceAllString(text, "$1")
	return fault(at, hint, "%s", text)
}

var operators = []string{"+", "-", "*", "/", "==", "!=", "<", ">", "<=", ">=", "and", "or", "&&", "||", "not", "!",
	"in", "contains", "startsWith", "endsWith", "matches", "??"}

// refused finds what the language leaves out: whatever loops, keeps state or
// builds large values.
func refused(n ast.Node, depth int) *Fault {
	at := n.Location().From
	if depth > maxDepth {
		return fault(at, "split it into several", "the expression is nested more than %d deep", maxDepth)
	}
	var parts []ast.Node
	switch n := n.(type) {
	case *ast.IdentifierNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
	case *ast.UnaryNode:
		if !slices.Contains(operators, n.Operator) {
			return leftOut(at, n.Operator)
		}
		parts = []ast.Node{n.Node}
	case *ast.BinaryNode:
		if !slices.Contains(operators, n.Operator) {
			return leftOut(at, n.Operator)
		}
		if _, constant := n.Right.(*ast.StringNode); n.Operator == "matches" && !constant {
			return fault(start(n.Right), "write the pattern in quotes", "matches takes a pattern that is written out")
		}
		parts = []ast.Node{n.Left, n.Right}
	case *ast.ConditionalNode:
		parts = []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.MemberNode:
		if _, ok := chain(n); !ok {
			return leftOut(at, "[ ] and ?.")
		}
	case *ast.CallNode:
		if _, named := n.Callee.(*ast.IdentifierNode); !named {
			return fault(at, "known: "+functionNames(), "only a function's own name can stand before ( )")
		}
		parts = n.Arguments
	case *ast.ArrayNode:
		parts = n.Nodes
	case *ast.NilNode:
		return fault(at, "write known(name) or not known(name)", "nil is not part of the language")
	default:
		return leftOut(at, called(n))
	}
	for _, p := range parts {
		if f := refused(p, depth+1); f != nil {
			return f
		}
	}
	return nil
}

func leftOut(at int, what string) *Fault {
	return fault(at, "see Expressions in docs/scripts.md", "%s is not part of the language", what)
}

// called is how an author would call what the language leaves out.
func called(n ast.Node) string {
	switch n.(type) {
	case *ast.VariableDeclaratorNode:
		return "let"
	case *ast.ChainNode:
		return "?."
	case *ast.SliceNode:
		return "[ : ]"
	case *ast.SequenceNode:
		return ";"
	case *ast.MapNode:
		return "{ }"
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast."), "Node"))
}

// chain is the dotted name that a chain of members spells.
func chain(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value, true
	case *ast.MemberNode:
		head, ok := chain(n.Node)
		tail, constant := n.Property.(*ast.StringNode)
		return head + "." + dotted(tail), ok && constant && !n.Optional && tail.Value != ""
	}
	return "", false
}

func dotted(n *ast.StringNode) string {
	if n == nil {
		return ""
	}
	return n.Value
}

// start is where a chain of members begins.
func start(n ast.Node) int {
	for {
		m, ok := n.(*ast.MemberNode)
		if !ok {
			return n.Location().From
		}
		n = m.Node
	}
}
