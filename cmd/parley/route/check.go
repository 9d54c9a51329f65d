package route

import (
	"errors"

	"github.com/parley-voice/parley/cmd/parley/script"
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
	var found []strictyaml.Finding
	for _, file := range files {
		t, err := load(file)
		var ps strictyaml.Problems
		switch {
		case errors.As(err, &ps):
			found = append(found, ps.Findings()...)
		case err != nil:
			return err
		default:
			found = append(found, t.Lint()...)
		}
	}
	return script.Tell(w, script.Report{What: "table", Files: len(files), Found: found, Strict: c.Strict, JSON: c.JSON})
}
