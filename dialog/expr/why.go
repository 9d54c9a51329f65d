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

// Why is True with the comparisons that settled it: of an "and" that does not
// hold the first that fails, of an "or" that does not hold all of them.
func (e *Expr) Why(f Facts) (holds bool, parts []Part) {
	if e.root == nil {
		return false, nil
	}
	v, settled := e.root.why(f, nil)
	holds, _ = v.(bool)
	parts = make([]Part, len(settled))
	for i, l := range settled {
		parts[i] = Part{Source: l.source, Saw: l.saw(f)}
	}
	return holds, parts
}

func (l *leaf) saw(f Facts) []Fact {
	all := make([]Fact, 0, len(l.uses))
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
