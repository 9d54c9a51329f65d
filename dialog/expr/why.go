package expr

import "strings"

// Part is a comparison that settled a condition, and what it saw.
type Part struct {
	Source string `json:"needs"` // as it is written, brackets and blanks apart
	Saw    []Fact `json:"saw"`
}

// String is the reason in words: calls_1h = 2, needs calls_1h >= 3.
func (p Part) String() string {
	var b strings.Builder
	for _, f := range p.Saw {
		switch {
		case !f.Known:
			b.WriteString(f.Name + " is not known, ")
		case f.Value == "":
			b.WriteString(f.Name + " is empty, ")
		default:
			b.WriteString(f.Name + " = " + f.Value + ", ")
		}
	}
	return b.String() + "needs " + p.Source
}

// Fact is a variable and its value.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
	Known bool   `json:"known"`
}

// Reasons tells why conditions hold, a hundred of them while a telephone rings: it
// takes what it gives back from a few large pieces of memory.
type Reasons struct {
	settled []*leaf
	parts   []Part
	facts   []Fact
}

// Of is True with the comparisons that settled it: of an "and" that does not
// hold the first that fails, of an "or" that does not hold all of them.
func (r *Reasons) Of(e *Expr, f Facts) (holds bool, parts []Part) {
	if e.root == nil {
		return false, nil
	}
	v, settled := e.root.why(f, r.settled[:0])
	holds, _ = v.(bool)
	r.settled = settled
	parts = piece(&r.parts, len(settled))
	for _, l := range settled {
		parts = append(parts, Part{Source: l.source, Saw: l.saw(f, piece(&r.facts, len(l.uses)))})
	}
	return holds, parts
}

// piece is an empty slice with room for n, of what is left of slab.
func piece[T any](slab *[]T, n int) []T {
	const many = 64
	if cap(*slab)-len(*slab) < n {
		*slab = make([]T, 0, max(many, n))
	}
	from := len(*slab)
	*slab = (*slab)[:from+n]
	return (*slab)[from : from : from+n]
}

// saw adds what the comparison saw to all.
func (l *leaf) saw(f Facts, all []Fact) []Fact {
	for _, u := range l.uses {
		v, ok := f.Value(u.name)
		if u.ask != value && u.ask != isKnown {
			got, _ := u.of(f)
			v, ok = textOf(got)
			all = append(all, Fact{Name: u.key, Value: v, Known: ok})
			continue
		}
		all = append(all, Fact{Name: u.name, Value: v, Known: ok && (v != "" || u.typ == List)})
	}
	return all
}

func (l *leaf) why(f Facts, settled []*leaf) (any, []*leaf) { return l.eval(f), append(settled, l) }

func (t not) why(f Facts, settled []*leaf) (any, []*leaf) {
	v, settled := t.of.why(f, settled)
	if b, ok := v.(bool); ok {
		return !b, settled
	}
	return nil, settled
}

func (t both) why(f Facts, settled []*leaf) (any, []*leaf) {
	settles := !t.and
	from := len(settled)
	l, settled := t.left.why(f, settled)
	left, known := l.(bool)
	if known && left == settles {
		return settles, settled
	}
	middle := len(settled)
	r, settled := t.right.why(f, settled)
	right, ok := r.(bool)
	switch {
	case ok && right == settles:
		return settles, append(settled[:from], settled[middle:]...)
	case known && ok:
		return !settles, settled
	case known: // the right side is what is not known
		return nil, append(settled[:from], settled[middle:]...)
	case ok:
		return nil, settled[:middle]
	}
	return nil, settled
}

func (t choice) why(f Facts, settled []*leaf) (any, []*leaf) {
	c, settled := t.cond.why(f, settled)
	switch holds, ok := c.(bool); {
	case !ok:
		return nil, settled
	case holds:
		return t.yes.why(f, settled)
	}
	return t.no.why(f, settled)
}
