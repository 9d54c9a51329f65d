package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Claim is one of the things that a condition says, all of which must hold. It
// is for tools that compare conditions without asking them.
type Claim struct {
	Source string
	Name   string // the variable; "" when it is more than a variable and a value
	Op     string // ==, !=, <, <=, >, >=, in, or has for 'x' in list
	Value  any    // float64, string, bool; []any after in
}

// Claims takes a condition apart at its "and"s.
func (e *Expr) Claims() []Claim {
	if e.root == nil {
		return nil
	}
	return claims(e.root, nil)
}

func claims(t term, all []Claim) []Claim {
	switch t := t.(type) {
	case both:
		if t.and {
			return claims(t.right, claims(t.left, all))
		}
		return append(all, Claim{Source: t.source})
	case *leaf:
		return append(all, t.claim)
	case not:
		if l, ok := t.of.(*leaf); ok {
			return append(all, l.claim.negated())
		}
		if b, ok := t.of.(both); ok {
			return append(all, Claim{Source: "not (" + b.source + ")"})
		}
	}
	return append(all, Claim{})
}

var opposite = map[string]string{"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

func (c Claim) negated() Claim {
	out := Claim{Source: "not (" + c.Source + ")", Name: c.Name, Op: opposite[c.Op], Value: c.Value}
	if b, ok := c.Value.(bool); ok && c.Op == "==" {
		out.Op, out.Value = "==", !b
	}
	if out.Op == "" {
		out.Name = ""
	}
	return out
}

var mirrored = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// claimOf reads what a comparison says, before its names are resolved.
func claimOf(n ast.Node) Claim {
	c := Claim{Source: n.String()}
	if name, ok := chain(n); ok {
		return Claim{Source: c.Source, Name: name, Op: "==", Value: true}
	}
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return c
	}
	left, leftName := chain(b.Left)
	right, rightName := chain(b.Right)
	switch {
	case b.Operator == "in" && rightName:
		if v, ok := constant(b.Left); ok {
			return Claim{Source: c.Source, Name: right, Op: "has", Value: v}
		}
	case b.Operator == "in" && leftName, leftName && mirrored[b.Operator] != "":
		if v, ok := constant(b.Right); ok {
			return Claim{Source: c.Source, Name: left, Op: b.Operator, Value: v}
		}
	case rightName && mirrored[b.Operator] != "":
		if v, ok := constant(b.Left); ok {
			return Claim{Source: c.Source, Name: right, Op: mirrored[b.Operator], Value: v}
		}
	}
	return c
}

func constant(n ast.Node) (any, bool) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return float64(n.Value), true
	case *ast.FloatNode:
		return n.Value, true
	case *ast.StringNode:
		return n.Value, true
	case *ast.BoolNode:
		return n.Value, true
	case *ast.ArrayNode:
		var all []any
		ok := !slices.ContainsFunc(n.Nodes, func(one ast.Node) bool {
			v, good := constant(one)
			all = append(all, v)
			return !good
		})
		return all, ok
	}
	return nil, false
}
