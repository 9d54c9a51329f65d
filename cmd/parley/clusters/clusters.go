// Package clusters divides customers into clusters, and keeps each division as a
// version that can be gone back to.
package clusters

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/customer/cluster"
	"github.com/parley-voice/parley/store"
)

// features are what customers are clustered by. Who has no order is as one whose
// last order was ten years ago.
var features = []cluster.Feature{
	{Name: "days_since_order", Absent: 3650, Log: true}, {Name: "orders_365d", Log: true}, {Name: "spend_365d", Log: true}, {Name: "active_days_30d"},
}

// Division is one division, as it is kept.
type Division struct {
	Version  string         `json:"version"`
	AsOf     time.Time      `json:"as_of"`
	Result   cluster.Result `json:"result"`
	Clusters []Cluster      `json:"clusters"`
}

// Cluster is one cluster as it is told.
type Cluster struct {
	cluster.Rule
	Customers int                `json:"customers"`
	Center    map[string]float64 `json:"center"`
	Strategy  string             `json:"strategy"` // of most of its customers
	Share     float64            `json:"share"`    // of them
}

// Order is how customers are to be divided.
type Order struct {
	cluster.Options        // K 0: the best of 8 to 12
	Name            string // what the version begins with; the day when empty
	Who, Why        string
}

// ErrNobody tells that there is nobody to divide.
var ErrNobody = errors.New("no customer has labels yet: run parley customers label, or serve")

// people are customers as rows of features.
type people struct {
	ids, strategies []string
	rows            []float64
}

func read(ctx context.Context, r *store.Reader, book *segment.Book, by []cluster.Feature, now time.Time) (p people, err error) {
	err = r.Portraits(ctx, func(one store.Portrait) error {
		row := segment.Row{Customer: one.Customer, Labels: one.Labels, AsOf: one.AsOf.In(now.Location()), Cluster: one.Cluster}
		s, _ := book.Strategy(row, now)
		p.ids, p.strategies = append(p.ids, one.Customer), append(p.strategies, s.Name)
		for _, f := range by {
			p.rows = append(p.rows, max(0, row.Number(f.Name, f.Absent)))
		}
		return nil
	})
	if err == nil && len(p.ids) == 0 {
		err = ErrNobody
	}
	return p, err
}

func (p people) of(clusters []int) map[string]int {
	of := make(map[string]int, len(p.ids))
	for i, id := range p.ids {
		of[id] = clusters[i]
	}
	return of
}

// Divide divides all customers by their labels, keeps that as a version, and gives each
// their cluster of it; tried, if not nil, is told after each number that is tried.
func Divide(ctx context.Context, e *store.Editor, book *segment.Book, now time.Time, o Order, tried func(k int, index float64)) (d Division, err error) {
	p, err := read(ctx, e.Reader, book, features, now)
	if err != nil {
		return d, err
	}
	o.Stop = func() bool { return ctx.Err() != nil }
	if d.AsOf = now.UTC(); o.K != 0 {
		d.Result, err = cluster.KMeans(p.rows, features, o.Options)
	} else {
		d.Result, err = cluster.Choose(p.rows, features, o.Options, tried)
	}
	if err != nil {
		return d, err
	}
	content, err := json.Marshal(d.Result)
	if err != nil {
		return d, err
	}
	if o.Name == "" {
		o.Name = now.Format(time.DateOnly)
	}
	sum := sha256.Sum256(content)
	d.Version = o.Name + "-" + hex.EncodeToString(sum[:4])
	d.Clusters = told(d.Result, p)
	doc, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	return d, e.AddClusters(ctx, store.ClusterVersion{Version: d.Version, At: now, Doc: doc}, p.of(d.Result.Of), store.ClusterUse{At: now, Who: o.Who, Why: o.Why})
}

// Use gives all customers their clusters of a version, by the nearest of its centres, and
// tells how many they are.
func Use(ctx context.Context, e *store.Editor, book *segment.Book, now time.Time, u store.ClusterUse) (int, error) {
	v, err := e.Clusters(ctx, u.Version)
	if err != nil {
		return 0, err
	}
	var d Division
	if err := json.Unmarshal(v.Doc, &d); err != nil {
		return 0, fmt.Errorf("clusters %s: %w", u.Version, err)
	}
	p, err := read(ctx, e.Reader, book, d.Result.Features, now)
	if err != nil {
		return 0, err
	}
	of, err := d.Result.Assign(p.rows)
	if err != nil {
		return 0, err
	}
	return len(p.ids), e.UseClusters(ctx, p.of(of), u)
}

// told puts clusters, their rules and the strategy of most customers together.
func told(r cluster.Result, p people) (out []Cluster) {
	counts := make([]map[string]int, len(r.Sizes))
	for i, c := range r.Of {
		if counts[c] == nil {
			counts[c] = map[string]int{}
		}
		counts[c][p.strategies[i]]++
	}
	for i, rule := range r.Rules(p.rows) {
		g := Cluster{Rule: rule, Customers: r.Sizes[i], Center: map[string]float64{}}
		for j, f := range r.Features {
			g.Center[f.Name] = r.Centers[i][j]
		}
		most := 0
		for _, name := range slices.Sorted(maps.Keys(counts[i])) {
			if n := counts[i][name]; n > most {
				g.Strategy, most = name, n
			}
		}
		g.Share = float64(most) / float64(r.Sizes[i])
		out = append(out, g)
	}
	return out
}
