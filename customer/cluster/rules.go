package cluster

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Rule says in words of labels who is in a cluster: a row of which When holds.
type Rule struct {
	Cluster   int      `json:"cluster"`
	When      []string `json:"when"`      // conditions of dialog/expr, any of which is enough
	Precision float64  `json:"precision"` // of the rows that the rule covers, the share in the cluster
	Coverage  float64  `json:"coverage"`  // of the cluster's rows, the share that the rule covers
}

// The shape of the tree that rules are read from.
const (
	maxDepth = 5
	cuts     = 64 // thresholds tried for each feature: quantiles
	minShare = 200
)

// Rules reads readable rules for each cluster off a shallow decision tree (CART,
// Gini) that is grown over the rows: a leaf speaks for the cluster that most of
// its rows are in. A cluster that no leaf speaks for has a rule without When.
func (c Result) Rules(rows []float64) []Rule {
	d := len(c.Features)
	g := &grower{rows: rows, d: d, of: c.Of, k: len(c.Sizes), absent: make([]bool, d)}
	all := make([]int, len(rows)/d)
	for i := range all {
		all[i] = i
		for j, f := range c.Features {
			g.absent[j] = g.absent[j] || rows[i*d+j] == f.Absent && f.Absent != 0
		}
	}
	g.thresholds()
	out := make([]Rule, g.k)
	covered, right := make([]int, g.k), make([]int, g.k)
	for _, l := range g.grow(all, 0, make([]bound, d)) {
		out[l.cluster].When = append(out[l.cluster].When, c.words(l.bounds, g.absent))
		covered[l.cluster] += l.rows
		right[l.cluster] += l.right
	}
	for i := range out {
		out[i].Cluster = i
		if covered[i] > 0 {
			out[i].Precision = float64(right[i]) / float64(covered[i])
			out[i].Coverage = float64(right[i]) / float64(c.Sizes[i])
		}
	}
	return out
}

// bound is the span that a branch leaves of a feature: above < v <= upTo.
type bound struct {
	above, upTo  float64
	below, under bool // whether above and upTo are set
}

// words writes bounds as a condition.
func (c Result) words(bounds []bound, absent []bool) string {
	var parts []string
	for j, b := range bounds {
		f := c.Features[j]
		name := f.Name
		if absent[j] {
			name = fmt.Sprintf("(%s ?? %s)", name, number(f.Absent))
		}
		if b.below {
			parts = append(parts, name+" > "+number(b.above))
		}
		if b.under {
			parts = append(parts, name+" <= "+number(b.upTo))
		}
	}
	if len(parts) == 0 {
		return "true"
	}
	return strings.Join(parts, " and ")
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// leaf is an end of the tree.
type leaf struct {
	cluster, rows, right int
	bounds               []bound
}

// grower grows the tree.
type grower struct {
	rows   []float64
	d, k   int
	of     []int
	absent []bool
	at     [][]float64 // the thresholds of each feature
}

// thresholds lie half way between one quantile of a feature and the next, rounded
// so that people can read them.
func (g *grower) thresholds() {
	n := len(g.rows) / g.d
	for j := range g.d {
		column := make([]float64, n)
		for i := range column {
			column[i] = g.rows[i*g.d+j]
		}
		slices.Sort(column)
		var at []float64
		for q := range cuts {
			low, high := column[q*(n-1)/cuts], column[(q+1)*(n-1)/cuts]
			if v := readable(low + (high-low)/2); low < high && v >= column[0] && v < column[n-1] {
				at = append(at, v)
			}
		}
		slices.Sort(at)
		g.at = append(g.at, slices.Compact(at))
	}
}

// readable keeps three digits of a number.
func readable(v float64) float64 {
	if v == 0 || math.Abs(v) < 1000 && v == math.Trunc(v) {
		return v
	}
	shift := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*shift) / shift
}

// grow divides rows until they are of one cluster, few, or deep enough. A branch
// whose leaves all speak for one cluster is one leaf.
func (g *grower) grow(rows []int, depth int, bounds []bound) []leaf {
	counts := make([]int, g.k)
	for _, i := range rows {
		counts[g.of[i]]++
	}
	most := 0
	for c, n := range counts {
		if n > counts[most] {
			most = c
		}
	}
	j, at, ok := 0, 0.0, false
	if depth < maxDepth && counts[most] < len(rows) {
		j, at, ok = g.split(rows, counts)
	}
	one := leaf{most, len(rows), counts[most], bounds}
	if !ok {
		return []leaf{one}
	}
	var low, high []int
	for _, i := range rows {
		if g.rows[i*g.d+j] <= at {
			low = append(low, i)
		} else {
			high = append(high, i)
		}
	}
	left, right := slices.Clone(bounds), slices.Clone(bounds)
	left[j].upTo, left[j].under = at, true
	right[j].above, right[j].below = at, true
	leaves := append(g.grow(low, depth+1, left), g.grow(high, depth+1, right)...)
	if !slices.ContainsFunc(leaves, func(l leaf) bool { return l.cluster != most }) {
		return []leaf{one}
	}
	return leaves
}

// split finds the threshold that leaves the least Gini impurity; of equals the
// first feature's, the lowest. Neither side may be smaller than a 200th of all.
func (g *grower) split(rows, counts []int) (feature int, at float64, ok bool) {
	least := len(g.rows) / g.d / minShare
	best := impurity(counts, len(rows)) - 1e-9
	low, high := make([]int, g.k), make([]int, g.k)
	for j, thresholds := range g.at {
		if len(thresholds) == 0 {
			continue
		}
		in := make([]int, (len(thresholds)+1)*g.k) // rows of each cluster between two thresholds
		for _, i := range rows {
			bin, _ := slices.BinarySearch(thresholds, g.rows[i*g.d+j]) // a value on a threshold is below it, as <= says
			in[bin*g.k+g.of[i]]++
		}
		clear(low)
		copy(high, counts)
		n := 0
		for bin, t := range thresholds {
			for c := range g.k {
				moved := in[bin*g.k+c]
				low[c] += moved
				high[c] -= moved
				n += moved
			}
			if n == 0 || n == len(rows) || n < least || len(rows)-n < least {
				continue
			}
			if left := impurity(low, n) + impurity(high, len(rows)-n); left < best {
				feature, at, ok, best = j, t, true, left
			}
		}
	}
	return feature, at, ok
}

// impurity is Gini's, times the number of rows.
func impurity(counts []int, n int) float64 {
	squares := 0.0
	for _, c := range counts {
		squares += float64(c) * float64(c)
	}
	return float64(n) - squares/float64(n)
}
