package cluster

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
)

func named(names ...string) (all []Feature) {
	for _, n := range names {
		all = append(all, Feature{Name: n})
	}
	return all
}

// blobs are n rows around each of some middles.
func blobs(seed uint64, n int, middles ...[]float64) (rows []float64, of []int) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	for i := range n * len(middles) {
		for _, v := range middles[i%len(middles)] {
			rows = append(rows, v+rnd.NormFloat64())
		}
		of = append(of, i%len(middles))
	}
	return rows, of
}

func TestBlobsAreFound(t *testing.T) {
	rows, of := blobs(1, 100, []float64{0, 0}, []float64{40, 0}, []float64{0, 40}, []float64{40, 40})
	r, err := KMeans(rows, named("x", "y"), Options{K: 4, Seed: 3, Restarts: 4})
	if err != nil || !r.Settled {
		t.Fatal(err, r.Settled)
	}
	for i := range of {
		if r.Of[i] != r.Of[i%4] {
			t.Fatalf("row %d is in %d, its like in %d", i, r.Of[i], r.Of[i%4])
		}
	}
	if !reflect.DeepEqual(r.Sizes, []int{100, 100, 100, 100}) {
		t.Errorf("sizes %v", r.Sizes)
	}
	for _, c := range r.Centers {
		for _, v := range c {
			if math.Abs(v) > 1 && math.Abs(v-40) > 1 {
				t.Errorf("centre %v is not in the rows' own units", c)
			}
		}
	}
}

// The best of many starts is the best of all partitions there are.
func TestAgainstAllPartitions(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 40 {
		rows := make([]float64, 2*7)
		for i := range rows {
			rows[i] = rnd.Float64() * 10
		}
		features := named("x", "y")
		r, err := KMeans(rows, features, Options{K: 3, Seed: rnd.Uint64(), Restarts: 60})
		if err != nil {
			t.Fatal(err)
		}
		points, _, err := standardised(rows, features)
		if err != nil {
			t.Fatal(err)
		}
		if want := bestPartition(points, 2, 3); math.Abs(r.Spread-want) > 1e-9 {
			t.Fatalf("spread %v, the best partition's is %v", r.Spread, want)
		}
		if got := spreadOf(points, 2, 3, r.Of); math.Abs(r.Spread-got) > 1e-9 {
			t.Fatalf("spread is told as %v, it is %v", r.Spread, got)
		}
	}
}

// bestPartition is the least spread over every way to divide the points.
func bestPartition(points []float64, d, k int) float64 {
	n, best := len(points)/d, math.Inf(1)
	of := make([]int, n)
	var try func(i int)
	try = func(i int) {
		if i == n {
			best = min(best, spreadOf(points, d, k, of))
			return
		}
		for c := range k {
			of[i] = c
			try(i + 1)
		}
	}
	try(0)
	return best
}

func spreadOf(points []float64, d, k int, of []int) (sum float64) {
	for c := range k {
		middle, n := make([]float64, d), 0.0
		for i, o := range of {
			if o == c {
				n++
				for j := range d {
					middle[j] += points[i*d+j]
				}
			}
		}
		for i, o := range of {
			if o == c {
				for j := range d {
					sum += math.Pow(points[i*d+j]-middle[j]/n, 2)
				}
			}
		}
	}
	return sum
}

func TestSameSeedSameResult(t *testing.T) {
	rows, _ := blobs(2, 500, []float64{0, 0, 5, 1}, []float64{3, 3, 0, 1}, []float64{6, 0, 2, 1})
	features := named("a", "b", "c", "d")
	want, err := KMeans(rows, features, Options{K: 9, Seed: 7, Restarts: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(procs)
		if got, err := KMeans(rows, features, Options{K: 9, Seed: 7, Restarts: 2}); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("with %d threads the result differs (%v)", procs, err)
		}
	}
	other, err := KMeans(rows, features, Options{K: 9, Seed: 8, Restarts: 2})
	if err != nil || reflect.DeepEqual(other.Of, want.Of) {
		t.Errorf("the seed changes nothing (%v)", err)
	}
}

func TestOddRows(t *testing.T) {
	same := make([]float64, 20)
	for name, c := range map[string]struct {
		rows []float64
		k    int
		want []int // sizes
	}{
		"all the same":             {same, 5, []int{20}},
		"fewer different than k":   {[]float64{1, 1, 1, 2, 2, 9}, 5, []int{3, 2, 1}},
		"one row":                  {[]float64{4}, 8, []int{1}},
		"as many different as k":   {[]float64{1, 2, 3, 4}, 4, []int{1, 1, 1, 1}},
		"a feature without spread": {[]float64{1e9, 1e9, 1e9 + 1e-7}, 2, []int{3}},
	} {
		r, err := KMeans(c.rows, named("x"), Options{K: c.k, Seed: 1})
		if err != nil || !reflect.DeepEqual(r.Sizes, c.want) {
			t.Errorf("%s: sizes %v, %v; want %v", name, r.Sizes, err, c.want)
		}
	}
	for name, rows := range map[string][]float64{"none": nil, "not whole": {1, 2, 3}, "NaN": {1, math.NaN()}, "infinite": {math.Inf(1), 1}, "negative": {1, -1}} {
		if _, err := KMeans(rows, []Feature{{Name: "x"}, {Name: "y", Log: true}}, Options{K: 2}); !errors.Is(err, ErrRows) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := KMeans([]float64{1}, named("x"), Options{}); !errors.Is(err, ErrRows) {
		t.Errorf("no clusters: %v", err)
	}
}

// A cluster that loses all its rows takes the row farthest from its own centre.
func TestEmptyClusterTakesTheFarthestRow(t *testing.T) {
	r := &run{points: []float64{0, 1, 2, 10}, n: 4, d: 1, centers: []float64{1, 100}}
	r.iterate(100)
	if !reflect.DeepEqual(r.of, []int{0, 0, 0, 1}) || !reflect.DeepEqual(r.sizes, []int{3, 1}) || r.centers[1] != 10 || r.spread != 2 || !r.settled {
		t.Errorf("of %v, sizes %v, centres %v, spread %v", r.of, r.sizes, r.centers, r.spread)
	}
}

// The bounds skip work, they do not change the result: when it has settled, no row
// has a nearer centre, and each centre is in the middle of its rows.
func TestBoundsChangeNothing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 8))
	for range 60 {
		d, n := 1+rnd.IntN(4), 30+rnd.IntN(300)
		r := &run{n: n, d: d, rnd: rnd}
		for range n * d {
			r.points = append(r.points, math.Floor(rnd.NormFloat64()*4)/2)
		}
		r.seed(1 + rnd.IntN(12))
		r.iterate(10_000)
		if !r.settled {
			t.Fatal("it does not settle")
		}
		for i, of := range r.of {
			for c := range r.sizes {
				if distance(r.point(i), r.center(c)) < distance(r.point(i), r.center(of))-1e-7 {
					t.Fatalf("row %d is nearer to %d than to its own %d", i, c, of)
				}
			}
		}
		if want := spreadOf(r.points, d, len(r.sizes), r.of); math.Abs(want-r.spread) > 1e-7 {
			t.Fatalf("spread %v, of its own middles %v", r.spread, want)
		}
	}
}

func TestRulesSayWhoIsInACluster(t *testing.T) {
	rows, _ := blobs(4, 500, []float64{0, 0}, []float64{40, 0}, []float64{0, 40}, []float64{40, 40})
	r, err := KMeans(rows, named("x", "y"), Options{K: 4, Seed: 3, Restarts: 4})
	if err != nil {
		t.Fatal(err)
	}
	rules := r.Rules(rows)
	for _, rule := range rules {
		if rule.Precision < 0.99 || rule.Coverage < 0.99 || len(rule.When) != 1 {
			t.Errorf("%+v", rule)
		}
	}
	mixed, _ := blobs(5, 2000, []float64{0, 0}, []float64{2, 1}, []float64{1, 3})
	if r, err = KMeans(mixed, named("x", "y"), Options{K: 8, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	rows = mixed
	covered := 0.0
	for _, rule := range r.Rules(rows) {
		if rule.Precision < 0 || rule.Precision > 1 || rule.Coverage > 1 {
			t.Errorf("%+v", rule)
		}
		covered += rule.Coverage * float64(r.Sizes[rule.Cluster])
	}
	if share := covered / float64(len(r.Of)); share < 0.7 {
		t.Errorf("rules put only %.2f of the rows where they belong", share)
	}
}

func TestChooseKeepsEightToTwelve(t *testing.T) {
	middles := [][]float64{}
	for i := range 10 {
		middles = append(middles, []float64{float64(i%5) * 30, float64(i/5) * 30})
	}
	rows, _ := blobs(6, 60, middles...)
	var tried []int
	r, err := Choose(rows, named("x", "y"), Options{Seed: 1, Restarts: 8}, func(k int, _ float64) { tried = append(tried, k) })
	if err != nil || len(r.Sizes) != 10 || len(tried) != 5 {
		t.Errorf("%d clusters of ten blobs, tried %v, %v", len(r.Sizes), tried, err)
	}
	if r, err := Choose([]float64{1, 2, 3}, named("x"), Options{Seed: 1}, nil); err != nil || len(r.Sizes) != 3 {
		t.Errorf("three rows: %v, %v", r.Sizes, err)
	}
}

// The centres that are kept give each row the cluster that it had.
func TestAssignGivesTheSameClusters(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	var rows []float64
	for range 3000 {
		rows = append(rows, rnd.Float64()*365, math.Floor(rnd.ExpFloat64()*4), rnd.ExpFloat64()*2000, 7)
	}
	features := []Feature{{Name: "days_since_order", Log: true}, {Name: "orders_365d", Log: true}, {Name: "spend_365d"}, {Name: "the_same"}}
	r, err := KMeans(rows, features, Options{K: 8, Seed: 5})
	if err != nil || !r.Settled {
		t.Fatal(r.Settled, err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var kept Result
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	of, err := kept.Assign(rows)
	if err != nil {
		t.Fatal(err)
	}
	for i := range of {
		if of[i] != r.Of[i] {
			t.Fatalf("row %d is of cluster %d, was of %d", i, of[i], r.Of[i])
		}
	}
	if _, err := kept.Assign(rows[:3]); !errors.Is(err, ErrRows) {
		t.Errorf("half a row: %v", err)
	}
	if _, err := KMeans(rows, features, Options{K: 8, Stop: func() bool { return true }}); !errors.Is(err, ErrStopped) {
		t.Errorf("stopped: %v", err)
	}
}

// BenchmarkKMeans divides 100,000 customers by 4 features into 10 clusters.
func BenchmarkKMeans(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 1))
	rows := make([]float64, 0, 400_000)
	for range 100_000 {
		rows = append(rows, rnd.Float64()*365, math.Floor(rnd.ExpFloat64()*4), rnd.ExpFloat64()*2000, float64(rnd.IntN(31)))
	}
	features := []Feature{{Name: "days_since_order", Absent: 3650}, {Name: "orders_365d", Log: true}, {Name: "spend_365d", Log: true}, {Name: "active_days_30d"}}
	for b.Loop() {
		r, err := KMeans(rows, features, Options{K: 10, Seed: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Steps), "steps")
	}
}

// BenchmarkRules reads rules for the clusters of BenchmarkKMeans.
func BenchmarkRules(b *testing.B) {
	rows, _ := blobs(9, 20_000, []float64{0, 0, 5, 1}, []float64{3, 3, 0, 1}, []float64{6, 0, 2, 1}, []float64{1, 8, 2, 4}, []float64{9, 3, 8, 2})
	r, err := KMeans(rows, named("a", "b", "c", "d"), Options{K: 10, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r.Rules(rows)
	}
}
