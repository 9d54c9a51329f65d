package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/customer/cluster"
	"github.com/parley-voice/parley/store"
)

// CustomersClusterCmd is parley customers cluster.
type CustomersClusterCmd struct {
	From
	Book
	K        int    `placeholder:"N" help:"How many clusters; the best of 8 to 12 when not given."`
	Seed     uint64 `default:"1" help:"The same seed gives the same clusters."`
	Restarts int    `default:"2" help:"The best of so many starts."`
	JSON     bool   `name:"json" help:"As JSON."`
}

// features are what customers are clustered by. Who has no order is as one whose
// last order was ten years ago.
var features = []cluster.Feature{
	{Name: "days_since_order", Absent: 3650, Log: true}, {Name: "orders_365d", Log: true}, {Name: "spend_365d", Log: true}, {Name: "active_days_30d"},
}

// grouped is one cluster as it is told.
type grouped struct {
	cluster.Rule
	Customers int                `json:"customers"`
	Center    map[string]float64 `json:"center"`
	Strategy  string             `json:"strategy"` // of most of its customers
	Share     float64            `json:"share"`    // of them
}

// Run clusters all customers.
func (c *CustomersClusterCmd) Run(ctx context.Context, m *Main) (err error) {
	_, cfg, err := c.where(m)
	if err != nil {
		return err
	}
	book, err := c.read(cfg)
	if err != nil {
		return err
	}
	e, _, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	now := m.Now()
	var ids, strategies []string
	var rows []float64
	if err := e.Portraits(ctx, func(p store.Portrait) error {
		r := segment.Row{Customer: p.Customer, Labels: p.Labels, AsOf: p.AsOf.In(now.Location()), Cluster: p.Cluster}
		s, _ := book.Strategy(r, now)
		ids, strategies = append(ids, p.Customer), append(strategies, s.Name)
		for _, f := range features {
			rows = append(rows, max(0, r.Number(f.Name, f.Absent)))
		}
		return nil
	}); err != nil {
		return err
	}
	if len(ids) == 0 {
		return errors.New("no customer has labels yet: run parley customers label, or serve")
	}
	fmt.Fprintf(m.Stderr, "parley: %d customers by %d labels\n", len(ids), len(features))
	result, err := c.divide(m, rows)
	if err != nil {
		return err
	}
	out := told(result, rows, strategies)
	of := make(map[string]int, len(ids))
	for i, id := range ids {
		of[id] = result.Of[i]
	}
	if err := errors.Join(e.Clustered(ctx, of), e.Learn(ctx, "clusters", now, out)); err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, map[string]any{"as_of": now.Format(time.RFC3339), "result": result, "clusters": out})
	}
	for _, g := range out {
		fmt.Fprintf(m.Stdout, "cluster %d: %d customers, %s (%.0f %%)\n", g.Cluster, g.Customers, cmp.Or(g.Strategy, "no strategy"), 100*g.Share)
		for _, name := range slices.Sorted(maps.Keys(g.Center)) {
			fmt.Fprintf(m.Stdout, "  %-18s about %s\n", name, strconv.FormatFloat(g.Center[name], 'f', 1, 64))
		}
		fmt.Fprintf(m.Stdout, "  rule (right for %.0f %% of whom it names, names %.0f %% of the cluster):\n    %s\n",
			100*g.Precision, 100*g.Coverage, cmp.Or(strings.Join(g.When, "\n    or "), "none that is short"))
	}
	return nil
}

func (c *CustomersClusterCmd) divide(m *Main, rows []float64) (cluster.Result, error) {
	o := cluster.Options{K: c.K, Seed: c.Seed, Restarts: c.Restarts}
	if c.K != 0 {
		return cluster.KMeans(rows, features, o)
	}
	return cluster.Choose(rows, features, o, func(k int, index float64) {
		fmt.Fprintf(m.Stderr, "parley: %d clusters: index %.0f\n", k, index)
	})
}

// told puts clusters, their rules and the strategy of most customers together.
func told(r cluster.Result, rows []float64, strategies []string) (out []grouped) {
	counts := make([]map[string]int, len(r.Sizes))
	for i, c := range r.Of {
		if counts[c] == nil {
			counts[c] = map[string]int{}
		}
		counts[c][strategies[i]]++
	}
	for i, rule := range r.Rules(rows) {
		g := grouped{Rule: rule, Customers: r.Sizes[i], Center: map[string]float64{}}
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
