package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/clusters"
	"github.com/parley-voice/parley/customer/cluster"
	"github.com/parley-voice/parley/store"
)

// CustomersClusterCmd is parley customers cluster.
type CustomersClusterCmd struct {
	Run  ClusterRunCmd  `cmd:"" default:"withargs" help:"Divide customers into clusters now, and use them."`
	List ClusterListCmd `cmd:"" help:"List the versions of clusters, and which was used since when."`
	Use  ClusterUseCmd  `cmd:"" help:"Give all customers their clusters of a version again."`
}

// ClusterRunCmd is parley customers cluster run.
type ClusterRunCmd struct {
	From
	Book
	K        int    `placeholder:"N" help:"How many clusters; the best of 8 to 12 when not given."`
	Seed     uint64 `default:"1" help:"The same seed gives the same clusters."`
	Restarts int    `default:"2" help:"The best of so many starts."`
	JSON     bool   `name:"json" help:"As JSON."`
}

// ClusterListCmd is parley customers cluster list.
type ClusterListCmd struct {
	From
	JSON bool `name:"json" help:"As JSON."`
}

// ClusterUseCmd is parley customers cluster use.
type ClusterUseCmd struct {
	From
	Book
	Version string `arg:"" help:"A version, as list tells it."`
	Why     string `required:"" help:"For whoever asks."`
}

// Run clusters all customers.
func (c *ClusterRunCmd) Run(ctx context.Context, m *Main) (err error) {
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
	o := clusters.Order{Options: cluster.Options{K: c.K, Seed: c.Seed, Restarts: c.Restarts}, Who: "cli", Why: "parley customers cluster"}
	d, err := clusters.Divide(ctx, e, book, m.Now(), o, func(k int, index float64) {
		fmt.Fprintf(m.Stderr, "parley: %d clusters: index %.0f\n", k, index)
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, d)
	}
	fmt.Fprintf(m.Stdout, "version %s\n", d.Version)
	for _, g := range d.Clusters {
		fmt.Fprintf(m.Stdout, "cluster %d: %d customers, %s (%.0f %%)\n", g.Cluster, g.Customers, cmp.Or(g.Strategy, "no strategy"), 100*g.Share)
		for _, name := range slices.Sorted(maps.Keys(g.Center)) {
			fmt.Fprintf(m.Stdout, "  %-18s about %s\n", name, strconv.FormatFloat(g.Center[name], 'f', 1, 64))
		}
		fmt.Fprintf(m.Stdout, "  rule (right for %.0f %% of whom it names, names %.0f %% of the cluster):\n    %s\n",
			100*g.Precision, 100*g.Coverage, cmp.Or(strings.Join(g.When, "\n    or "), "none that is short"))
	}
	return nil
}

// Run lists.
func (c *ClusterListCmd) Run(ctx context.Context, m *Main) (err error) {
	r, err := c.records(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	all, err := r.ClusterVersions(ctx)
	if err != nil {
		return err
	}
	uses, err := r.ClusterUses(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, map[string]any{"versions": all, "uses": uses})
	}
	if len(all) == 0 {
		fmt.Fprintln(m.Stdout, "Customers were not divided into clusters yet: parley customers cluster, or clusters.weekly.")
		return nil
	}
	rows := [][]string{{"", "VERSION", "MADE", "CLUSTERS", "CUSTOMERS", "SEED"}}
	for _, v := range all {
		var d clusters.Division
		if err := json.Unmarshal(v.Doc, &d); err != nil {
			return fmt.Errorf("clusters %s: %w", v.Version, err)
		}
		mark, customers := "", 0
		if len(uses) > 0 && uses[0].Version == v.Version {
			mark = "*"
		}
		for _, n := range d.Result.Sizes {
			customers += n
		}
		rows = append(rows, []string{mark, v.Version, v.At.Local().Format(time.DateTime), strconv.Itoa(len(d.Clusters)), strconv.Itoa(customers), strconv.FormatUint(d.Result.Seed, 10)})
	}
	p := m.printer()
	p.Table(rows)
	p.Printf("\n")
	rows = [][]string{{"SINCE", "VERSION", "BY", "WHY"}}
	for _, u := range uses {
		rows = append(rows, []string{u.At.Local().Format(time.DateTime), u.Version, u.Who, u.Why})
	}
	p.Table(rows)
	return nil
}

// Run goes back to a version.
func (c *ClusterUseCmd) Run(ctx context.Context, m *Main) (err error) {
	e, cfg, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	book, err := c.read(cfg)
	if err != nil {
		return err
	}
	n, err := clusters.Use(ctx, e, book, m.Now(), store.ClusterUse{At: m.Now(), Version: c.Version, Who: "cli", Why: c.Why})
	if errors.Is(err, store.ErrNoClusters) {
		return wrong{fmt.Errorf("%w; parley customers cluster list shows them", err)}
	}
	if err == nil {
		fmt.Fprintf(m.Stdout, "%d customers have their clusters of version %s\n", n, c.Version)
	}
	return err
}
