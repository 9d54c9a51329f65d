// Package campaigns is parley campaign: what is to be known of a campaign before it
// calls anybody.
package campaigns

import (
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/cmd/parley/script"
)

// Command is the command line of parley campaign.
type Command struct {
	Check    CheckCmd    `cmd:"" help:"Tell what is wrong with campaigns, where, and how to mend it."`
	Simulate SimulateCmd `cmd:"" help:"Play days of a campaign over people who are made up."`
	Schema   SchemaCmd   `cmd:"" help:"Write the JSON Schema of campaigns, so that editors complete and complain."`
}

// SchemaCmd is parley campaign schema.
type SchemaCmd struct{}

// Run writes the schema.
func (c *SchemaCmd) Run(w *script.World) error {
	return w.JSON(campaign.Vocabulary().Schema("Parley campaigns", "campaign"))
}

// load reads a campaign. What is wrong with it is an error of the user's.
func load(file string) (*campaign.Campaign, error) {
	return script.Document(file, "a campaign (*.yaml)", campaign.Load)
}
