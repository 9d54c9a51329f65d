package script

import (
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/transcript"
)

// SchemaCmd is parley script schema.
type SchemaCmd struct {
	Tests bool `help:"The schema of test files instead."`
}

// Run writes the schema. Editors use it through a line at the head of a script:
//
//	# yaml-language-server: $schema=script.schema.json
func (c *SchemaCmd) Run(w *World) error {
	if c.Tests {
		return writeJSON(w, transcript.Vocabulary().Schema("Parley test", "test"))
	}
	return writeJSON(w, dialog.Vocabulary().Schema("Parley script", "script"))
}
