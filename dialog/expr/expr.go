// Package expr is the one expression language of scripts: conditions (if: and
// grade:) and what stands in {{ }}. It reads the grammar of expr-lang/expr, less
// what has loops, side effects or a clock, and knows a script's variables, nodes
// and intents by name. It is pure: the same facts give the same answer.
//
// A variable may be unknown at run time. What is said of it is then neither true
// nor false, by the three-valued logic of Kleene: "unknown or true" is true, "not
// unknown" is unknown, and a condition that ends up unknown does not hold.
package expr

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/expr-lang/expr/parser"
)

// Bounds of an expression. There are no loops, so they bound its cost.
const (
	MaxLength = 500 // runes
	maxNodes  = 200
	maxDepth  = 24
	budget    = 20_000 // of the virtual machine: values in lists
	maxText   = 4_000  // bytes of a text that is made
)

// Expr is one expression. Bind makes it ready; it is read-only afterwards.
type Expr struct {
	Source string
	tree   *parser.Tree
	root   term
	typ    Type
	names  []string
}

// Scope is what an expression may name.
type Scope struct {
	Vars    map[string]Type
	Nodes   []string
	Intents []string
	// Words are the only values that a variable can have, where that is known:
	// comparing it with another text is a mistake.
	Words map[string][]string
}

// Facts is what a conversation knows when an expression is asked.
type Facts interface {
	Value(name string) (string, bool) // in canonical form; false is unknown
	Visits(node string) int           // how often the node was entered
	Times(intent string) int          // how often the intent was understood
}

// Fault is what is wrong with an expression.
type Fault struct {
	Offset int // into the source, in runes
	Text   string
	Hint   string
	Name   string   // the name that nobody knows, if that is the fault
	Among  []string // the names that could be meant
}

func (f *Fault) Error() string { return f.Text }

func fault(at int, hint, format string, args ...any) *Fault {
	return &Fault{Offset: at, Text: fmt.Sprintf(format, args...), Hint: hint}
}

// Parse reads an expression and refuses what the language does not have. The
// error is a *Fault.
func Parse(source string) (*Expr, error) {
	tree, err := parse(source)
	if err != nil {
		return nil, err
	}
	return &Expr{Source: source, tree: tree}, nil
}

// Bind resolves the names and checks the types. The error is a *Fault.
func (e *Expr) Bind(s Scope) error {
	b := binder{scope: s, tree: e.tree, runes: []rune(e.Source)}
	root, typ, err := b.term(e.tree.Node)
	if err != nil {
		return err
	}
	e.root, e.typ, e.names, e.tree = root, typ, b.names, nil
	return nil
}

// BindCondition is Bind for what must be true or false.
func (e *Expr) BindCondition(s Scope) error {
	if err := e.Bind(s); err != nil {
		return err
	}
	if e.typ != Flag {
		return fault(0, "compare it with something: customer.orders > 3", "this is %s, it is not true or false", e.typ)
	}
	return nil
}

// Type is what the expression gives.
func (e *Expr) Type() Type { return e.typ }

// Names lists the variables it uses, each once.
func (e *Expr) Names() []string { return e.names }

// True tells whether a condition holds. One that is unknown does not.
func (e *Expr) True(f Facts) bool {
	if e.root == nil {
		return false
	}
	holds, _ := e.root.eval(f).(bool)
	return holds
}

// Text is the value as words, false when it is unknown.
func (e *Expr) Text(f Facts) (string, bool) {
	if e.root == nil {
		return "", false
	}
	return textOf(e.root.eval(f))
}

// textOf is the canonical form of a value.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, v != ""
	case bool:
		return strconv.FormatBool(v), true
	case int:
		return strconv.Itoa(v), true
	case float64:
		rounded := math.Round(v*1e6) / 1e6 // 0.1 * 3 is 0.3 to a caller
		if math.IsNaN(rounded) || math.IsInf(rounded, 0) {
			return "", false
		}
		return strconv.FormatFloat(rounded, 'f', -1, 64), true
	case time.Time:
		if v.Hour() == 0 && v.Minute() == 0 {
			return v.Format(dateForm), true
		}
		return v.Format(minuteForm), true
	}
	return "", false
}

func appendOnce(all []string, s string) []string {
	if slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}
