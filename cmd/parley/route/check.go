package route

import (
	"errors"

	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/dialog/lint"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// CheckCmd is parley route check.
type CheckCmd struct {
	Files  []string `arg:"" name:"file" help:"Tables of routes, or folders of them."`
	Strict bool     `help:"Fail on warnings too."`
	JSON   bool     `name:"json" help:"As JSON."`
}

// Run checks; it fails on errors, and with --strict on warnings.
func (c *CheckCmd) Run(w *script.World) error {
	files, err := tables(c.Files, false)
	if err != nil {
		return err
	}
	var found []lint.Finding
	for _, file := range files {
		t, err := load(file)
		var ps strictyaml.Problems
		switch {
		case errors.As(err, &ps):
			for _, p := range ps {
				found = append(found, lint.Finding{Severity: lint.Error, Problem: p})
			}
			continue
		case err != nil:
			return err
		}
		for _, f := range t.Lint() {
			found = append(found, lint.Finding{Severity: lint.Severity(f.Severity), Problem: f.Problem})
		}
	}
	return script.Tell(w, script.Report{What: "table", Files: len(files), Found: found, Strict: c.Strict, JSON: c.JSON})
}
