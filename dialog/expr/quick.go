package expr

import (
	"cmp"
	"slices"
	"strings"
)

// quick answers a comparison of one variable with one value without the virtual
// machine: most conditions are such, and a table of routes asks a hundred of
// them while the telephone rings. ok is false for what it leaves to the machine.
func (l *leaf) quick(f Facts) (v any, ok bool) {
	if !l.plain {
		return nil, false
	}
	u := l.uses[0]
	text, known := f.Value(u.name)
	if u.typ != List && (!known || text == "") {
		return nil, true
	}
	switch want := l.claim.Value.(type) {
	case float64:
		if got, fits := amount(text); fits {
			return compare(got, l.claim.Op, want), true
		}
		return nil, true
	case string:
		if u.typ == List {
			return text != "" && slices.Contains(strings.Split(text, ", "), want), true
		}
		return compare(text, l.claim.Op, want), true
	default:
		if got, fits := flag(text); fits {
			return (got == want) == (l.claim.Op == "=="), true
		}
		return nil, true
	}
}

// isPlain tells whether quick can answer.
func (l *leaf) isPlain() bool {
	if len(l.uses) != 1 || l.uses[0].ask != value || l.uses[0].optional || l.uses[0].name != l.claim.Name {
		return false
	}
	typ, op := l.uses[0].typ, l.claim.Op
	switch l.claim.Value.(type) {
	case float64:
		return typ == Number && mirrored[op] != ""
	case string:
		return typ == List && op == "has" || typ == Text && mirrored[op] != ""
	case bool:
		return typ == Flag && (op == "==" || op == "!=")
	}
	return false
}

func compare[T cmp.Ordered](a T, op string, b T) bool {
	switch op {
	case "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}
