package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/customer/feed"
	"github.com/parley-voice/parley/store"
)

// CustomersEventsCmd is parley customers events.
type CustomersEventsCmd struct {
	From
	File string `arg:"" help:"CSV file, UTF-8 or GB18030, of any length; - for standard input."`
	As   string `required:"" placeholder:"SOURCE" help:"The source that tells: one of sources in the configuration, whose fields are taken; any other is read by our own names."`
	JSON bool   `name:"json" help:"Report as JSON."`
}

// CustomersSourcesCmd is parley customers sources.
type CustomersSourcesCmd struct {
	From
	Bad  int  `default:"10" help:"How many of the rows that were not taken are shown."`
	JSON bool `name:"json" help:"As JSON."`
}

// Run takes the rows of a file.
func (c *CustomersEventsCmd) Run(ctx context.Context, m *Main) (err error) {
	_, cfg, err := c.where(m)
	if err != nil {
		return err
	}
	in, asOf := io.NopCloser(m.Stdin), m.Now()
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return wrong{err}
		}
		if info, err := f.Stat(); err == nil {
			asOf = info.ModTime()
		}
		in = f
	}
	defer in.Close()
	e, _, err := c.newEditor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	kept, err := takeCSV(ctx, m, cfg, e, c.As, in, asOf)
	if err == nil {
		err = m.audited(ctx, cfg, store.Deed{Action: "customers.import", Target: c.As, After: fmt.Sprintf("%d created, %d events", kept.Created, kept.New)})
	}
	if c.JSON {
		return errors.Join(err, writeJSON(m, kept))
	}
	for _, p := range kept.Problems {
		fmt.Fprintf(m.Stderr, "%s: %s: %s\n", c.File, p.Ref, p.What)
	}
	if kept.Refused > 0 {
		fmt.Fprintf(m.Stderr, "parley: %d values about marriage or income were not taken: they may not be kept of a person\n", kept.Refused)
	}
	fmt.Fprintf(m.Stdout, "%d rows: customers %d created, %d updated, %d merged; events %d new, %d known; %d bad\n",
		kept.Rows, kept.Created, kept.Updated, kept.Merged, kept.New, kept.Known, kept.Bad)
	if err == nil && kept.Bad > 0 {
		err = errQuiet
	}
	return err
}

func takeCSV(ctx context.Context, m *Main, cfg *config.Config, e *store.Editor, source string, in io.Reader, asOf time.Time) (kept feed.Kept, err error) {
	mapping := cfg.Mapping(source)
	shown := time.Time{}
	err = mapping.CSV(in, asOf, func(b feed.Batch) error {
		got, err := e.Take(ctx, m.Now(), b)
		kept = kept.Plus(got)
		if now := m.Now(); now.Sub(shown) > 5*time.Second && kept.Rows > feed.BatchRows {
			fmt.Fprintf(m.Stderr, "parley: %d rows\n", kept.Rows)
			shown = now
		}
		return err
	})
	return kept, err
}

// Run shows what sources have told.
func (c *CustomersSourcesCmd) Run(ctx context.Context, m *Main) (err error) {
	e, _, err := c.editor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	all, err := e.Feeds(ctx)
	if err != nil {
		return err
	}
	bad, err := e.DeadLetters(ctx, "", c.Bad)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, map[string]any{"sources": all, "bad": bad})
	}
	for _, f := range all {
		fmt.Fprintf(m.Stdout, "%-20s %s  %d rows, %d events, %d told again, %d bad, %d sensitive  %s\n",
			f.Source, f.At.Local().Format(time.DateTime), f.Rows, f.New, f.Known, f.Bad, f.Refused, f.Reached)
	}
	for _, d := range bad {
		fmt.Fprintf(m.Stdout, "not taken: %s, %s: %s\n", d.Source, d.Ref, d.Why)
	}
	return nil
}
