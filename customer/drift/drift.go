// Package drift tells how customers' labels moved between two times: the share of
// customers with each value then and now, the population stability index of each
// label, and who came into named groups and went.
package drift

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer/label"
)

// Counts are customers by value, of each label; None stands for who has no such label,
// Other for values that are rare.
type Counts map[string]map[string]int

// The values that no label has.
const (
	None  = "(none)"
	Other = "(other)"
)

// Kept is how many values of a label are counted by themselves, the most frequent.
const Kept = 40

// Where the index is judged, as is usual for it.
const (
	Moved   = 0.1
	Drifted = 0.25
)

// least stands for a share of nobody: the index knows no zero.
const least = 0.0001

// Counter counts labels.
type Counter struct {
	Customers int
	of        map[string]*counted
}

// counted is one label.
type counted struct {
	number bool
	values map[string]int
}

// Add takes one customer's labels, as lines name=value. Those that age are not counted:
// that days pass is no drift.
func (c *Counter) Add(lines string) {
	if c.of == nil {
		c.of = map[string]*counted{}
		for _, l := range label.Registry() {
			if !l.Ages() {
				c.of[l.Name] = &counted{l.Type == label.Number, map[string]int{}}
			}
		}
	}
	c.Customers++
	for line := range strings.SplitSeq(lines, "\n") {
		name, text, _ := strings.Cut(line, "=")
		one := c.of[name]
		if one == nil {
			continue
		}
		if one.number {
			text = step(text)
		}
		one.values[text]++
	}
}

// Counts are those of all, with the rare values of each label together.
func (c *Counter) Counts() Counts {
	out := Counts{}
	for name, one := range c.of {
		values, have := maps.Clone(one.values), 0
		for _, n := range values {
			have += n
		}
		if have < c.Customers {
			values[None] = c.Customers - have
		}
		out[name] = rare(values)
	}
	return out
}

// rare puts all but the most frequent values together.
func rare(values map[string]int) map[string]int {
	if len(values) <= Kept {
		return values
	}
	order := slices.SortedFunc(maps.Keys(values), func(a, b string) int { return cmp.Or(cmp.Compare(values[b], values[a]), cmp.Compare(a, b)) })
	out := map[string]int{}
	for i, v := range order {
		if i < Kept || v == None {
			out[v] = values[v]
		} else {
			out[Other] += values[v]
		}
	}
	return out
}

// step is what a number is counted under: steps that double, the same each month: 0, 1,
// 2-3, 4-7, 8-15; and what is less than 1 in tenths.
func step(text string) string {
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return text
	case v < 0:
		return "<0"
	case v == 0:
		return "0"
	case v < 1:
		return strconv.FormatFloat(math.Floor(v*10)/10, 'f', 1, 64) + "+"
	case v < 2:
		return "1"
	}
	low := math.Exp2(math.Floor(math.Log2(v)))
	return strconv.FormatFloat(low, 'f', 0, 64) + "-" + strconv.FormatFloat(2*low-1, 'f', 0, 64)
}

// Value is one value of a label.
type Value struct {
	Value     string  `json:"value"`
	Then      int     `json:"then"`
	Now       int     `json:"now"`
	ThenShare float64 `json:"then_share"`
	NowShare  float64 `json:"now_share"`
}

// Label is how one moved.
type Label struct {
	Label   string  `json:"label"`
	PSI     float64 `json:"psi"`
	Verdict Verdict `json:"verdict"`
	Values  []Value `json:"values,omitempty"`
}

// Verdict is what an index means.
type Verdict string

// The verdicts.
const (
	IsStable  Verdict = "stable"  // below Moved
	HasMoved  Verdict = "moved"   // below or at Drifted
	IsDrifted Verdict = "drifted" // above it
)

// Group is how many customers a named group has, and who of those of then is still in.
type Group struct {
	Name string `json:"group"`
	Then int    `json:"then"`
	Now  int    `json:"now"`
	Came int    `json:"came"`
	Went int    `json:"went"` // customers who were erased or merged are in neither
}

// Report is the drift of one month, or of its days until now.
type Report struct {
	Month  string    `json:"month"` // 2026-11
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Then   int       `json:"customers_then"`
	Now    int       `json:"customers_now"`
	Labels []Label   `json:"labels"` // the most drifted first
	Groups []Group   `json:"groups"`
}

// Drifted are the labels that did.
func (r Report) Drifted() (all []Label) {
	for _, l := range r.Labels {
		if l.Verdict == IsDrifted {
			all = append(all, l)
		}
	}
	return all
}

// Compare tells how each label moved. What is not counted by itself at both times, being
// rare at one, is taken with the others.
func Compare(then, now Counts) (all []Label) {
	for _, name := range slices.Sorted(maps.Keys(now)) {
		was, there := then[name]
		if !there { // the registry did not know it then
			continue
		}
		l := Label{Label: name, Values: values(was, now[name])}
		for _, v := range l.Values {
			a, b := max(v.ThenShare, least), max(v.NowShare, least)
			l.PSI += (b - a) * math.Log(b/a)
		}
		switch {
		case l.PSI > Drifted:
			l.Verdict = IsDrifted
		case l.PSI >= Moved:
			l.Verdict = HasMoved
		default:
			l.Verdict = IsStable
		}
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(a, b Label) int { return cmp.Compare(b.PSI, a.PSI) })
	return all
}

func values(was, is map[string]int) (all []Value) {
	fold := was[Other]+is[Other] > 0
	by, thens, nows := map[string]Value{}, 0, 0
	add := func(name string, then, now int) {
		_, a := was[name]
		_, b := is[name]
		if fold && (!a || !b) && name != None {
			name = Other
		}
		v := by[name]
		v.Value, v.Then, v.Now = name, v.Then+then, v.Now+now
		by[name] = v
		thens, nows = thens+then, nows+now
	}
	for name, n := range was {
		add(name, n, 0)
	}
	for name, n := range is {
		add(name, 0, n)
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		v := by[name]
		v.ThenShare, v.NowShare = share(v.Then, thens), share(v.Now, nows)
		all = append(all, v)
	}
	return all
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
