package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parley-voice/parley/cmd/parley/labels"
	"github.com/parley-voice/parley/store"
)

// CallsLabelCmd is parley calls label.
type CallsLabelCmd struct {
	From
	ID     string `arg:"" name:"call" help:"Id or SIP Call-ID; latest for the last call."`
	Turn   int    `arg:"" help:"Which turn of the caller: 1 is the first thing that was heard (calls show numbers them)."`
	Intent string `arg:"" help:"What it meant: an intent of the script."`
	As     string `required:"" placeholder:"NAME" help:"Who says so."`
}

// CallsExportLabelsCmd is parley calls export-labels.
type CallsExportLabelsCmd struct {
	From
	Script string `placeholder:"ID" help:"Only calls of this script."`
	Out    string `required:"" placeholder:"FILE" help:"File to write; - for standard output."`
}

// Run labels.
func (c *CallsLabelCmd) Run(ctx context.Context, m *Main) (err error) {
	if err := labels.Check(c.Intent); err != nil {
		return wrong{err}
	}
	where, cfg, err := c.where(m)
	if err != nil {
		return err
	}
	l, err := store.OpenEditor(ctx, where, cfg.Callers.Country)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	id, err := idOf(ctx, l.Reader, c.ID)
	if err != nil {
		return err
	}
	given, err := l.Label(ctx, id, c.Turn, c.Intent, c.As, m.Now())
	if err != nil {
		return err
	}
	was := given.Taken
	if was == "" {
		was = "nothing"
	}
	fmt.Fprintf(m.Stdout, "%s, turn %d: %q means %s; it was understood as %s\n", given.Call, given.Turn, given.Text, given.Intent, was)
	return nil
}

// Run exports.
func (c *CallsExportLabelsCmd) Run(ctx context.Context, m *Main) (err error) {
	r, err := c.records(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	all, err := r.Labels(ctx, store.LabelFilter{Script: c.Script})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("nothing has been labelled yet: parley calls label CALL TURN INTENT --as NAME")
	}
	var out io.Writer = m.Stdout
	if c.Out != "-" {
		f, opened := os.OpenFile(c.Out, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o640)
		if opened != nil {
			return opened
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	n, disputed, err := labels.Write(out, all)
	if err != nil {
		return err
	}
	for _, text := range disputed {
		fmt.Fprintf(m.Stderr, "parley: %q has been given to more than one intent: label it again, or leave one line out\n", text)
	}
	fmt.Fprintf(m.Stderr, "parley: %d examples from %d labels\n", n, len(all))
	return nil
}
