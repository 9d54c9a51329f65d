// Package campaigns is parley campaign: what is to be known of a campaign before it
// calls anybody.
package campaigns

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

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
	f, err := os.Open(file)
	if err != nil {
		return nil, wrongf("%s: %w: name a campaign (*.yaml)", file, errors.Unwrap(err))
	}
	defer f.Close()
	c, err := campaign.Load(f, file)
	if err != nil {
		return nil, script.Mistake(err)
	}
	return c, nil
}

func wrongf(format string, args ...any) error {
	return script.Mistake(fmt.Errorf(format, args...))
}

// files lists the campaigns that the arguments mean; of a folder every *.yaml.
func files(args []string) (all []string, err error) {
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, wrongf("%s: %w", arg, errors.Unwrap(err))
		}
		if !info.IsDir() {
			all = append(all, arg)
			continue
		}
		found, err := filepath.Glob(filepath.Join(arg, "*.yaml"))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, wrongf("there is no campaign (*.yaml) in folder %s", arg)
		}
		all = append(all, found...)
	}
	return all, nil
}
