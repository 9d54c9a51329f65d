// Package route is parley route: what a supervisor needs to change where calls go
// and to see what a change does before it is in use.
package route

import (
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/routing/routetest"
)

// Command is the command line of parley route.
type Command struct {
	Check   CheckCmd   `cmd:"" help:"Tell what is wrong with tables of routes, where, and how to mend it."`
	Explain ExplainCmd `cmd:"" help:"Tell where a call would go, and why."`
	Test    TestCmd    `cmd:"" help:"Run the tests that lie beside tables."`
	Replay  ReplayCmd  `cmd:"" help:"Make the decisions of past calls again by other rules, and show which would change."`
	Schema  SchemaCmd  `cmd:"" help:"Write the JSON Schema of tables, so that editors complete and complain."`
}

// SchemaCmd is parley route schema.
type SchemaCmd struct {
	Tests bool `help:"The schema of test files instead."`
}

// Run writes the schema.
func (c *SchemaCmd) Run(w *script.World) error {
	if c.Tests {
		return w.JSON(routetest.Vocabulary().Schema("Parley tests of routes", "file"))
	}
	return w.JSON(routing.Vocabulary().Schema("Parley routes", "routes"))
}

// load reads a table. What is wrong with it is an error of the user's.
func load(file string) (*routing.Table, error) {
	return script.Document(file, "a table of routes (*.yaml)", routing.Load)
}

// chosen is the table that is named, or that of the configuration.
func chosen(w *script.World, file, configuration string) (*routing.Table, error) {
	if file == "" {
		c, err := w.Config(configuration)
		if err != nil {
			return nil, err
		}
		if file = c.Routes; file == "" {
			return nil, script.Wrongf("name a table of routes, or a configuration (-c) that has routes")
		}
	}
	return load(file)
}

const testSuffix = ".test.yaml"

func isTable(file string) bool { return !isTest(file) }

func isTest(file string) bool { return strings.HasSuffix(file, testSuffix) }

// moment reads a time on the table's wall clock; "" is now.
func moment(w *script.World, t *routing.Table, text string) (time.Time, error) {
	if text == "" {
		return w.Now(), nil
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if at, err := time.ParseInLocation(form, text, t.Calendar.Zone); err == nil {
			return at, nil
		}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Time{}, script.Wrongf("--at cannot be %q: write it like 2026-03-04T10:00, on the table's wall clock (%s)", text, t.Calendar.Zone)
}
