package route

import (
	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/routing"
)

// CheckCmd is parley route check.
type CheckCmd struct {
	Files  []string `arg:"" name:"file" help:"Tables of routes, or folders of them."`
	Strict bool     `help:"Fail on warnings too."`
	JSON   bool     `name:"json" help:"As JSON."`
}

// Run checks; it fails on errors, and with --strict on warnings.
func (c *CheckCmd) Run(w *script.World) error {
	files, err := script.Documents(c.Files, isTable)
	if err != nil {
		return err
	}
	found, err := script.Findings(files, load, (*routing.Table).Lint)
	if err != nil {
		return err
	}
	return script.Tell(w, script.Report{What: "table", Files: len(files), Found: found, Strict: c.Strict, JSON: c.JSON})
}
