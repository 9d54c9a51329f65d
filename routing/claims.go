package routing

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/parley-voice/parley/dialog/expr"
)

// implied tells whether whatever fulfils all of own fulfils all of wide too. It is
// careful: what it cannot compare, it does not call implied.
func implied(wide, own []expr.Claim) bool {
	return !slices.ContainsFunc(wide, func(w expr.Claim) bool {
		return !slices.ContainsFunc(own, func(o expr.Claim) bool { return implies(o, w) })
	})
}

// implies tells whether a holds only where b does.
func implies(a, b expr.Claim) bool {
	if a.Source != "" && a.Source == b.Source {
		return true
	}
	if a.Name == "" || a.Name != b.Name {
		return false
	}
	if a.Op == "in" {
		list, ok := a.Value.([]any)
		return ok && len(list) > 0 && !slices.ContainsFunc(list, func(v any) bool {
			return !implies(expr.Claim{Name: a.Name, Op: "==", Value: v}, b)
		})
	}
	switch b.Op {
	case "has":
		return a.Op == "has" && a.Value == b.Value
	case "in":
		list, ok := b.Value.([]any)
		return ok && a.Op == "==" && slices.Contains(list, a.Value)
	}
	x, isNumber := a.Value.(float64)
	y, both := b.Value.(float64)
	if isNumber && both {
		return rangeOf(a.Op, x).within(rangeOf(b.Op, y)) && (b.Op != "!=" || !rangeOf(a.Op, x).has(y))
	}
	switch b.Op {
	case "==":
		return a.Op == "==" && a.Value == b.Value
	case "!=":
		return a.Op == "!=" && a.Value == b.Value || a.Op == "==" && a.Value != b.Value
	}
	return false
}

// interval is the values from..to; open ends are not in it.
type interval struct {
	from, to         float64
	openFrom, openTo bool
}

func rangeOf(op string, v float64) interval {
	all := interval{from: math.Inf(-1), to: math.Inf(1)}
	switch op {
	case "==":
		return interval{from: v, to: v}
	case ">", ">=":
		all.from, all.openFrom = v, op == ">"
	case "<", "<=":
		all.to, all.openTo = v, op == "<"
	}
	return all
}

func (i interval) within(o interval) bool {
	low := i.from > o.from || i.from == o.from && (i.openFrom || !o.openFrom)
	high := i.to < o.to || i.to == o.to && (i.openTo || !o.openTo)
	return low && high
}

func (i interval) has(v float64) bool {
	return v > i.from && v < i.to || v == i.from && !i.openFrom || v == i.to && !i.openTo
}

func (i interval) both(o interval) interval {
	if o.from > i.from || o.from == i.from && o.openFrom {
		i.from, i.openFrom = o.from, o.openFrom
	}
	if o.to < i.to || o.to == i.to && o.openTo {
		i.to, i.openTo = o.to, o.openTo
	}
	return i
}

func (i interval) empty() bool {
	return i.from > i.to || i.from == i.to && (i.openFrom || i.openTo)
}

// contradiction finds two things that cannot hold together.
func contradiction(all []expr.Claim) (string, bool) {
	ranges := map[string]interval{}
	for i, c := range all {
		if v, ok := c.Value.(float64); ok && c.Name != "" && c.Op != "!=" && c.Op != "in" {
			r, seen := ranges[c.Name]
			if !seen {
				r = interval{from: math.Inf(-1), to: math.Inf(1)}
			}
			if r = r.both(rangeOf(c.Op, v)); r.empty() {
				return fmt.Sprintf("nothing is %s and the rest", c.Source), true
			}
			ranges[c.Name] = r
		}
		for _, o := range all[:i] {
			if c.Name != "" && c.Name == o.Name && opposed(o, c) {
				return fmt.Sprintf("%s and %s exclude each other", o.Source, c.Source), true
			}
		}
	}
	return "", false
}

func opposed(a, b expr.Claim) bool {
	switch {
	case a.Op == "==" && b.Op == "==":
		return a.Value != b.Value
	case a.Op == "==" && b.Op == "!=", a.Op == "!=" && b.Op == "==":
		return a.Value == b.Value
	}
	return false
}

// gaps finds the values of a number between two rules that ask for nothing else:
// value >= 5000 and value < 1000 leave 1000 to 5000 to whatever comes later.
func (l *linter) gaps(rules []Rule) {
	type part struct {
		interval
		rule string
	}
	byName := map[string][]part{}
	var names []string
	for _, r := range rules {
		own := claims(r)
		if len(own) == 0 {
			continue
		}
		name, in := own[0].Name, interval{from: math.Inf(-1), to: math.Inf(1)}
		if slices.ContainsFunc(own, func(c expr.Claim) bool {
			v, ok := c.Value.(float64)
			in = in.both(rangeOf(c.Op, v))
			return !ok || c.Name != name || c.Op == "!=" || c.Op == "in"
		}) || in.empty() || in.from == in.to {
			continue
		}
		if byName[name] == nil {
			names = append(names, name)
		}
		byName[name] = append(byName[name], part{in, r.ID})
	}
	for _, name := range names {
		parts := byName[name]
		slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.from, b.from) })
		for i := range len(parts) - 1 {
			reach := parts[0].interval
			for _, p := range parts[1 : i+1] {
				if p.to > reach.to || p.to == reach.to && !p.openTo {
					reach.to, reach.openTo = p.to, p.openTo
				}
			}
			next := parts[i+1]
			if reach.to < next.from || reach.to == next.from && reach.openTo && next.openFrom {
				l.add(Advice, Gap, next.rule, "if that is not meant, let the rules meet", "no rule that asks for %s alone takes what lies between %s and %s", name, percent(reach.to), percent(next.from))
			}
		}
	}
}
