package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/figures"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/store"
)

// ReportCmd is parley report.
type ReportCmd struct {
	From
	Book
	Period string    `arg:"" enum:"daily,weekly,monthly,quarterly,drift,views" help:"daily, weekly, monthly or quarterly; drift: how customers' labels moved in a month; views tells what each figure means."`
	Day    time.Time `format:"2006-01-02" placeholder:"DAY" help:"A day of the period, like 2026-11-22; today when not given."`
	CSV    string    `name:"csv" placeholder:"DIR" help:"Write a CSV file for each view into this folder."`
	HTML   string    `name:"html" placeholder:"FILE" help:"Write one page with charts that needs no network."`
	Month  time.Time `format:"2006-01" placeholder:"MONTH" help:"Of drift: a month, like 2026-11; this one, until now, when not given."`
	JSON   bool      `name:"json" help:"Of drift: as JSON."`
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
	if c.Period == "drift" {
		return c.drift(ctx, m, cfg, from)
	}
	goals := cfg.Reports.Goals
	r, err := figures.Make(ctx, from, goals, grains[c.Period], c.Day, m.Now())
	if err != nil {
		return err
	}
	r.Print(m.printer())
	return c.write(m, r.WriteCSV, func(w io.Writer) error { return r.WriteHTML(w, goals) })
}

// drift tells how labels moved.
func (c *ReportCmd) drift(ctx context.Context, m *Main, cfg *config.Config, from *store.Reader) error {
	book, err := c.read(cfg)
	if err != nil {
		return err
	}
	now, month := m.Now(), c.Month.Format("2006-01")
	if c.Month.IsZero() {
		month = server.MonthOf(now, cfg.Reports.Zone)
	}
	r, err := from.Drift(ctx, now, month, server.GroupsOf(book, now))
	if errors.Is(err, store.ErrNoSnapshot) {
		return fmt.Errorf("%w; parley serve counts them in the first night of each month", err)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, r)
	}
	d := figures.Drift{Report: r}
	d.Print(m.printer())
	return c.write(m, d.WriteCSV, d.WriteHTML)
}

// write writes the files that are asked for.
func (c *ReportCmd) write(m *Main, csv func(dir string) error, html func(io.Writer) error) error {
	if c.CSV != "" {
		if err := csv(c.CSV); err != nil {
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
	if err := errors.Join(html(f), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(m.Stdout, "the page is %s\n", c.HTML)
	return nil
}
