package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/parley-voice/parley/cmd/parley/figures"
	"github.com/parley-voice/parley/store"
)

// ReportCmd is parley report.
type ReportCmd struct {
	From
	Period string    `arg:"" enum:"daily,weekly,monthly,quarterly,views" help:"daily, weekly, monthly or quarterly; views tells what each figure means."`
	Day    time.Time `format:"2006-01-02" placeholder:"DAY" help:"A day of the period, like 2026-11-22; today when not given."`
	CSV    string    `name:"csv" placeholder:"DIR" help:"Write a CSV file for each view into this folder."`
	HTML   string    `name:"html" placeholder:"FILE" help:"Write one page with charts that needs no network."`
}

var grains = map[string]store.Grain{"daily": store.Day, "weekly": store.Week, "monthly": store.Month, "quarterly": store.Quarter}

// Run reports. A server may be writing the records.
func (c *ReportCmd) Run(ctx context.Context, m *Main) (err error) {
	if c.Period == "views" {
		return figures.Reference(m.Stdout)
	}
	_, cfg, err := c.where(m)
	if err != nil {
		return err
	}
	from, err := c.records(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	goals := cfg.Reports.Goals
	r, err := figures.Make(ctx, from, goals, grains[c.Period], c.Day, m.Now())
	if err != nil {
		return err
	}
	r.Print(m.printer())
	if c.CSV != "" {
		if err := r.WriteCSV(c.CSV); err != nil {
			return err
		}
		fmt.Fprintf(m.Stdout, "CSV files are in %s\n", c.CSV)
	}
	if c.HTML == "" {
		return nil
	}
	f, err := os.OpenFile(c.HTML, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	if err := errors.Join(r.WriteHTML(f, goals), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(m.Stdout, "the page is %s\n", c.HTML)
	return nil
}
