package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/parley-voice/parley/customer/vector"
	"github.com/parley-voice/parley/store"
)

// CustomersVectorCmd is parley customers vector.
type CustomersVectorCmd struct {
	From
	Weight map[string]float64 `placeholder:"COLUMN=N" help:"What a column weighs, or all columns of a label; 1 when not given. Repeatable."`
	Which  bool               `name:"columns" help:"Tell the columns, their scales and weights instead, as JSON."`
}

// Run writes the feature vectors of all customers as CSV.
func (c *CustomersVectorCmd) Run(ctx context.Context, m *Main) (err error) {
	spec, err := vector.Standard().Weighted(c.Weight)
	if err != nil {
		return wrong{fmt.Errorf("--weight: %w", err)}
	}
	if c.Which {
		return writeJSON(m, map[string]any{"version": spec.Version(), "columns": spec})
	}
	e, _, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	out := csv.NewWriter(m.Stdout)
	row := append([]string{"customer", "as_of", "version"}, spec.Names()...)
	if err := out.Write(row); err != nil {
		return err
	}
	n, version := 0, spec.Version()
	err = e.Portraits(ctx, func(p store.Portrait) error {
		row = append(row[:0], p.Customer, p.AsOf.UTC().Format(time.RFC3339Nano), version)
		for _, v := range spec.Of(p.Labels) {
			row = append(row, strconv.FormatFloat(v, 'g', -1, 64))
		}
		n++
		return out.Write(row)
	})
	if out.Flush(); err != nil || out.Error() != nil {
		return errors.Join(err, out.Error())
	}
	if n == 0 {
		return errors.New("no customer has labels yet: run parley customers label, or serve")
	}
	fmt.Fprintf(m.Stderr, "parley: vectors %s of %d customers, %d columns\n", version, n, len(spec))
	return nil
}
