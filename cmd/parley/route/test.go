package route

import (
	"errors"
	"os"
	"regexp"
	"strings"

	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/routing/routetest"
)

// TestCmd is parley route test.
type TestCmd struct {
	Files   []string `arg:"" name:"file" help:"Tables, test files (*.test.yaml), or folders of them."`
	Match   string   `name:"run" placeholder:"PATTERN" help:"Only tests whose name matches this regular expression."`
	Rules   string   `placeholder:"FILE" help:"The table to test, when it does not lie beside its tests."`
	Verbose bool     `short:"v" help:"Show the reasons of every test, not only of those that failed."`
	JSON    bool     `name:"json" help:"As JSON."`
}

type verdict struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Test     string   `json:"test"`
	Passed   bool     `json:"passed"`
	Rule     string   `json:"rule"`
	To       string   `json:"to"`
	Failures []string `json:"failures,omitempty"`
	Reasons  []string `json:"reasons"`
}

// Run runs the tests.
func (c *TestCmd) Run(w *script.World) error {
	match, err := regexp.Compile(c.Match)
	if err != nil {
		return script.Wrongf("--run: %w", err)
	}
	files, err := script.Documents(c.Files, isTest)
	if err != nil {
		return err
	}
	var all []verdict
	failed := 0
	for _, file := range files {
		tests, err := c.file(file, match)
		if err != nil {
			return err
		}
		all = append(all, tests...)
	}
	if len(all) == 0 {
		return script.Wrongf("no test has a name that matches %q", c.Match)
	}
	p := w.Printer()
	for _, v := range all {
		if !v.Passed {
			failed++
		}
		if !c.JSON {
			c.show(p, v)
		}
	}
	if c.JSON {
		if err := w.JSON(map[string]any{"tests": len(all), "failed": failed, "results": all}); err != nil {
			return err
		}
	} else {
		p.Printf("\n%d passed, %d failed\n", len(all)-failed, failed)
	}
	if failed > 0 {
		return script.ErrTold
	}
	return nil
}

func (c *TestCmd) file(file string, match *regexp.Regexp) ([]verdict, error) {
	if !isTest(file) {
		file = strings.TrimSuffix(file, ".yaml") + testSuffix
	}
	rules := c.Rules
	if rules == "" {
		rules = strings.TrimSuffix(file, testSuffix) + ".yaml"
	}
	table, err := load(rules)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, script.Wrongf("%s: %w: the tests of a table lie beside it, in name%s", file, errors.Unwrap(err), testSuffix)
	}
	defer f.Close()
	tests, err := routetest.Load(f, file, table)
	if err != nil {
		return nil, script.Mistake(err)
	}
	var all []verdict
	for _, t := range tests {
		if !match.MatchString(t.Name) {
			continue
		}
		r := routetest.Run(table, t)
		all = append(all, verdict{File: file, Line: t.Line, Test: t.Name, Passed: len(r.Failures) == 0, Rule: r.Decision.Rule,
			To: r.Decision.To.String(), Failures: r.Failures, Reasons: r.Decision.Explain()})
	}
	return all, nil
}

func (c *TestCmd) show(p term.Printer, v verdict) {
	mark := p.In(term.Green, "ok  ")
	if !v.Passed {
		mark = p.In(term.Red, "FAIL")
	}
	p.Printf("%s  %s\n", mark, v.Test)
	if !v.Passed {
		p.Printf("      %s:%d\n", v.File, v.Line)
	}
	if c.Verbose || !v.Passed {
		for _, r := range v.Reasons {
			p.Printf("      %s\n", p.In(term.Dim, r))
		}
	}
	for _, f := range v.Failures {
		p.Printf("      %s\n", p.In(term.Red, f))
	}
}
