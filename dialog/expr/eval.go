package expr

import (
	"github.com/expr-lang/expr/vm"
)

// term is a piece of an expression. eval gives nil for unknown; why does too,
// and adds the leaves that settled it.
type term interface {
	eval(f Facts) any
	why(f Facts, settled []*leaf) (any, []*leaf)
}

type not struct{ of term }

func (t not) eval(f Facts) any {
	if v, ok := t.of.eval(f).(bool); ok {
		return !v
	}
	return nil
}

type both struct {
	and         bool
	left, right term
	source      string
}

// eval needs the right side only while the left does not settle it.
func (t both) eval(f Facts) any {
	settled := !t.and // "or" is settled by true, "and" by false
	left, known := t.left.eval(f).(bool)
	if known && left == settled {
		return settled
	}
	right, ok := t.right.eval(f).(bool)
	if ok && right == settled {
		return settled
	}
	if known && ok {
		return !settled
	}
	return nil
}

type choice struct{ cond, yes, no term }

func (t choice) eval(f Facts) any {
	switch holds, ok := t.cond.eval(f).(bool); {
	case !ok:
		return nil
	case holds:
		return t.yes.eval(f)
	default:
		return t.no.eval(f)
	}
}

// leaf is what the library computes.
type leaf struct {
	program *vm.Program
	uses    []use
	source  string
	claim   Claim
	plain   bool // quick can answer
}

// use is one fact that a leaf needs.
type use struct {
	key      string // in the program
	name     string
	ask      ask
	typ      Type
	optional bool   // unknown is allowed: it stands before ??
	unless   string // needed only while the fact of this key is unknown: it stands behind its ??
}

type ask uint8

const (
	value ask = iota
	isKnown
	visits
	reached
	said
	times
)

func (u use) of(f Facts) (any, bool) {
	switch u.ask {
	case isKnown:
		v, ok := f.Value(u.name)
		return ok && v != "", true
	case visits:
		return float64(f.Visits(u.name)), true
	case reached:
		return f.Visits(u.name) > 0, true
	case said:
		return f.Times(u.name) > 0, true
	case times:
		return float64(f.Times(u.name)), true
	}
	v, ok := f.Value(u.name)
	if u.typ == List {
		return read(u.typ, v)
	}
	if !ok || v == "" {
		return nil, false
	}
	return read(u.typ, v)
}

func (l *leaf) eval(f Facts) any {
	if v, ok := l.quick(f); ok {
		return v
	}
	return l.run(f)
}

func (l *leaf) run(f Facts) any {
	env := make(map[string]any, len(l.uses))
	for _, u := range l.uses {
		v, ok := u.of(f)
		if _, settled := env[u.unless]; !ok && !u.optional && !settled {
			return nil
		}
		if ok {
			env[u.key] = v
		}
	}
	machine := vm.VM{MemoryBudget: budget}
	v, err := machine.Run(l.program, env)
	if err != nil {
		return nil // a value that does not fit is as good as none
	}
	if s, ok := v.(string); ok && len(s) > maxText {
		return nil
	}
	return v
}
