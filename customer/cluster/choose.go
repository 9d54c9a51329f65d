package cluster

import "math"

// The numbers of clusters that are tried.
const (
	FewestClusters = 8
	MostClusters   = 12
)

// Choose tries 8 to 12 clusters and keeps the number with the best index of
// Caliński and Harabasz (1974); of equals the fewest. tried, if not nil, is told
// after each.
func Choose(rows []float64, features []Feature, o Options, tried func(k int, index float64)) (Result, error) {
	var best Result
	top := math.Inf(-1)
	for k := FewestClusters; k <= MostClusters; k++ {
		o.K = k
		r, err := KMeans(rows, features, o)
		if err != nil {
			return r, err
		}
		index := r.index(rows)
		if tried != nil {
			tried(len(r.Sizes), index)
		}
		if index > top {
			best, top = r, index
		}
		if len(r.Sizes) < k { // there are no more different rows
			break
		}
	}
	return best, nil
}

// index is Caliński's and Harabasz's: the spread between clusters over that within
// them, each by its degrees of freedom.
func (c Result) index(rows []float64) float64 {
	points, _, err := standardised(rows, c.Features)
	if err != nil {
		return 0
	}
	n, k := float64(len(c.Of)), float64(len(c.Sizes))
	total := 0.0
	for _, v := range points { // the mean is 0
		total += v * v
	}
	if k < 2 || n <= k {
		return 0
	}
	return (total - c.Spread) / (k - 1) / math.Max(c.Spread/(n-k), 1e-12)
}
