// Package cluster groups customers by K-means: k-means++ seeds (Arthur and
// Vassilvitskii 2007), Lloyd's steps, features standardised. It runs on one
// thread, in the order of the rows: one seed gives one result, bit for bit.
package cluster

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Feature is one column of the rows. Its name is that of a label, and its values
// are as the label tells them; Log spreads what is bunched at the low end, as
// amounts are.
type Feature struct {
	Name   string  `json:"name"`
	Log    bool    `json:"log,omitempty"`    // of 1 + the value, which is not negative
	Absent float64 `json:"absent,omitempty"` // stands for who has no such label
}

// Options of KMeans.
type Options struct {
	K        int
	Seed     uint64
	Restarts int         // the best of so many starts; 0: 1
	Steps    int         // at most; 0: 100
	Stop     func() bool // asked between two starts; nil: never
}

// Result is a clustering of n rows.
type Result struct {
	Features []Feature   `json:"features"`
	Centers  [][]float64 `json:"centers"` // in the features' own units: of Log, the geometric mean less 1
	Sizes    []int       `json:"sizes"`
	Of       []int       `json:"-"`       // the cluster of each row; clusters are numbered from the largest
	Spread   float64     `json:"spread"`  // sum of squared distances to the centres, standardised
	Steps    int         `json:"steps"`   // of the best start
	Settled  bool        `json:"settled"` // nothing moved in the last step
	Seed     uint64      `json:"seed"`
	Scale    []Scale     `json:"scale"` // of the features
}

// ErrRows tells that the rows cannot be clustered.
var ErrRows = errors.New("the rows cannot be clustered")

// ErrStopped tells that Options.Stop ended it.
var ErrStopped = errors.New("stopped")

// KMeans divides rows into at most o.K clusters; fewer when there are fewer
// different rows. rows holds len(rows)/len(features) rows, one after the other.
func KMeans(rows []float64, features []Feature, o Options) (Result, error) {
	d := len(features)
	if d == 0 || len(rows) == 0 || len(rows)%d != 0 {
		return Result{}, fmt.Errorf("%w: %d values do not make rows of %d features", ErrRows, len(rows), d)
	}
	if o.K < 1 {
		return Result{}, fmt.Errorf("%w: into %d clusters", ErrRows, o.K)
	}
	points, scale, err := standardised(rows, features)
	if err != nil {
		return Result{}, err
	}
	if o.Steps <= 0 {
		o.Steps = 100
	}
	var best *run
	for i := range max(1, o.Restarts) {
		if o.Stop != nil && o.Stop() {
			return Result{}, ErrStopped
		}
		r := &run{points: points, d: d, n: len(points) / d, rnd: rand.New(rand.NewPCG(o.Seed, uint64(i)))}
		r.seed(o.K)
		r.iterate(o.Steps)
		if best == nil || r.spread < best.spread {
			best = r
		}
	}
	return best.result(features, scale, o.Seed), nil
}

// Scale of one feature, after its logarithm.
type Scale struct {
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"` // 0: it is the same everywhere
}

// of is a value on the scale.
func (s Scale) of(v float64) float64 {
	if s.Deviation == 0 {
		return 0
	}
	return (v - s.Mean) / s.Deviation
}

// standardised brings each feature to mean 0 and variance 1; one that is the same
// everywhere tells nothing and becomes 0.
func standardised(rows []float64, features []Feature) ([]float64, []Scale, error) {
	d := len(features)
	n := float64(len(rows) / d)
	points, scale := slices.Clone(rows), make([]Scale, d)
	for i, v := range points {
		f := features[i%d]
		if math.IsNaN(v) || math.IsInf(v, 0) || f.Log && v < 0 {
			return nil, nil, fmt.Errorf("%w: %s of row %d is %v", ErrRows, f.Name, i/d, v)
		}
		if f.Log {
			points[i] = math.Log1p(v)
		}
		scale[i%d].Mean += points[i] / n
	}
	for i, v := range points {
		scale[i%d].Deviation += (v - scale[i%d].Mean) * (v - scale[i%d].Mean) / n
	}
	for j := range scale {
		scale[j].Deviation = math.Sqrt(scale[j].Deviation)
		if scale[j].Deviation < 1e-9*(1+math.Abs(scale[j].Mean)) {
			scale[j].Deviation = 0
		}
	}
	for i := range points {
		points[i] = scale[i%d].of(points[i])
	}
	return points, scale, nil
}

// result numbers the clusters from the largest, and of equals by their centres.
func (r *run) result(features []Feature, scale []Scale, seed uint64) Result {
	k := len(r.centers) / r.d
	order := make([]int, k)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if r.sizes[a] != r.sizes[b] {
			return r.sizes[b] - r.sizes[a]
		}
		return slices.Compare(r.center(a), r.center(b))
	})
	out := Result{Features: features, Spread: r.spread, Steps: r.steps, Settled: r.settled, Seed: seed, Scale: scale, Of: make([]int, r.n)}
	rank := make([]int, k)
	for to, from := range order {
		rank[from] = to
		center := make([]float64, r.d)
		for j, v := range r.center(from) {
			if center[j] = v*scale[j].Deviation + scale[j].Mean; features[j].Log {
				center[j] = math.Expm1(center[j])
			}
		}
		out.Centers, out.Sizes = append(out.Centers, center), append(out.Sizes, r.sizes[from])
	}
	for i, c := range r.of {
		out.Of[i] = rank[c]
	}
	return out
}

// Assign gives each row the cluster whose centre is nearest, of equals the first: that of
// rows that were not there when the clusters were made, too.
func (c Result) Assign(rows []float64) ([]int, error) {
	d := len(c.Features)
	if d == 0 || len(c.Scale) != d || len(c.Centers) == 0 || len(rows)%d != 0 {
		return nil, fmt.Errorf("%w: %d values do not make rows of %d features", ErrRows, len(rows), d)
	}
	on := func(v float64, j int) float64 {
		if c.Features[j].Log {
			v = math.Log1p(v)
		}
		return c.Scale[j].of(v)
	}
	centers := make([][]float64, len(c.Centers))
	for i, center := range c.Centers {
		for j, v := range center {
			centers[i] = append(centers[i], on(v, j))
		}
	}
	of := make([]int, len(rows)/d)
	point := make([]float64, d)
	for i := range of {
		for j := range point {
			point[j] = on(rows[i*d+j], j)
		}
		least := math.Inf(1)
		for k, center := range centers {
			far := 0.0
			for j, v := range point {
				far += (v - center[j]) * (v - center[j])
			}
			if far < least {
				of[i], least = k, far
			}
		}
	}
	return of, nil
}
