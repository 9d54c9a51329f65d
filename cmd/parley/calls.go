package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/report"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/store"
)

// CallsCmd is parley calls.
type CallsCmd struct {
	List CallsListCmd `cmd:"" default:"withargs" help:"List calls, the latest first."`
	Show CallsShowCmd `cmd:"" help:"Show one call: facts, turns with what was heard and said, timings, media, paths."`

	Label        CallsLabelCmd        `cmd:"" help:"Say what a turn of the caller meant, for the record and as an example to learn from."`
	ExportLabels CallsExportLabelsCmd `cmd:"" help:"Write what was labelled as examples: lines of intent, tab, text, without personal numbers."`
}

// From says where the records are.
type From struct {
	Settings
	Data string `placeholder:"DIR" help:"Folder that holds records.db; that of the configuration when not given."`
}

// CallsListCmd is parley calls list.
type CallsListCmd struct {
	From
	Limit   int           `default:"20" help:"How many at most."`
	Since   time.Duration `placeholder:"24h" help:"Only calls that began within this time."`
	State   string        `enum:",ringing,talking,finished,failed,interrupted" default:"" help:"Only calls in this state: ringing, talking, finished, failed or interrupted."`
	Outcome string        `help:"Only calls with this outcome."`
	Script  string        `help:"Only calls of this script."`
	JSON    bool          `name:"json" help:"As JSON."`
}

// CallsShowCmd is parley calls show.
type CallsShowCmd struct {
	From
	ID   string `arg:"" help:"Id or SIP Call-ID; latest for the last call."`
	JSON bool   `name:"json" help:"As JSON."`
}

// where is where the records are, and the configuration.
func (f From) where(m *Main) (string, *config.Config, error) {
	if f.Data != "" {
		c := config.Default()
		c.KeepIn(f.Data)
		return c.RecordsAt(), c, nil
	}
	c, err := f.load(m)
	if err != nil {
		return "", nil, err
	}
	return c.RecordsAt(), c, nil
}

// records opens the records to read; a server may be writing them.
func (f From) records(ctx context.Context, m *Main) (*store.Reader, error) {
	where, _, err := f.where(m)
	if err != nil {
		return nil, err
	}
	r, err := store.Read(ctx, where)
	if err != nil {
		return nil, fmt.Errorf("%w; say with -c or --data where they are", err)
	}
	return r, nil
}

// Run lists.
func (c *CallsListCmd) Run(ctx context.Context, m *Main) (err error) {
	r, err := c.records(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	filter := store.Filter{State: call.State(c.State), Outcome: c.Outcome, Script: c.Script, Limit: c.Limit}
	if c.Since > 0 {
		filter.Since = m.Now().Add(-c.Since)
	}
	records, err := r.List(ctx, filter)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, records)
	}
	report.List(m.printer(), records)
	return nil
}

// Run shows.
func (c *CallsShowCmd) Run(ctx context.Context, m *Main) (err error) {
	r, err := c.records(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	id, err := idOf(ctx, r, c.ID)
	if err != nil {
		return err
	}
	record, err := r.Get(ctx, id)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(m, record)
	}
	report.Show(m.printer(), record)
	given, err := r.Labels(ctx, store.LabelFilter{Call: record.ID})
	if err != nil {
		return err
	}
	report.Labels(m.printer(), given)
	return nil
}

// idOf is the id of a call, or of the last one for latest.
func idOf(ctx context.Context, r *store.Reader, id string) (string, error) {
	if id != "latest" {
		return id, nil
	}
	last, err := r.List(ctx, store.Filter{Limit: 1})
	if err != nil {
		return "", err
	}
	if len(last) == 0 {
		return "", errors.New("there are no calls yet")
	}
	return last[0].ID, nil
}

func writeJSON(m *Main, v any) error {
	e := json.NewEncoder(m.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (m *Main) printer() term.Printer {
	return term.Printer{W: m.Stdout, Color: term.Wants(m.Terminal, m.Env)}
}
