package script

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/transcript"
)

// TestCmd is parley script test.
type TestCmd struct {
	Files   []string `arg:"" name:"file" help:"Scripts, test files (*.test.yaml), or folders of them."`
	Match   string   `name:"run" placeholder:"PATTERN" help:"Only tests whose name matches this regular expression."`
	Verbose bool     `short:"v" help:"Show every conversation, not only those that failed."`
	JSON    bool     `name:"json" help:"As JSON."`
	ByPhone
}

// suite is a script and the tests beside it.
type suite struct {
	file   string // of the script
	script *dialog.Script
	tests  []transcript.Test
}

// verdict is how one test went.
type verdict struct {
	Script   string             `json:"script"`
	Test     string             `json:"test"`
	File     string             `json:"file"`
	Line     int                `json:"line"`
	Passed   bool               `json:"passed"`
	Took     float64            `json:"seconds"`
	Failures []string           `json:"failures,omitempty"`
	Notes    []string           `json:"notes,omitempty"` // what could not be done by telephone
	Entries  []transcript.Entry `json:"transcript"`
}

// Run plays the tests.
func (c *TestCmd) Run(ctx context.Context, w *World) error {
	match, err := regexp.Compile(c.Match)
	if err != nil {
		return Wrongf("--run: %w", err)
	}
	suites, err := c.suites(match)
	if err != nil {
		return err
	}
	var all []verdict
	play := c.text
	if c.Audio {
		play = func(ctx context.Context, s suite, tell func(verdict)) error { return c.play(ctx, w, s, tell) }
	}
	for _, s := range suites {
		if err := heed(w, c.Config, s.script); err != nil {
			return err
		}
		err := play(ctx, s, func(v verdict) {
			if all = append(all, v); !c.JSON {
				c.show(w.printer(), v)
			}
		})
		if err != nil {
			return err
		}
	}
	return c.sum(w, all)
}

func (c *TestCmd) sum(w *World, all []verdict) error {
	failed := 0
	for _, v := range all {
		if !v.Passed {
			failed++
		}
	}
	switch {
	case len(all) == 0:
		return Wrongf("no test has a name that matches %q", c.Match)
	case c.JSON:
		out := struct {
			Tests   int       `json:"tests"`
			Failed  int       `json:"failed"`
			Results []verdict `json:"results"`
		}{len(all), failed, all}
		if err := writeJSON(w, out); err != nil {
			return err
		}
	default:
		fmt.Fprintf(w.Stdout, "\n%s: %d passed, %d failed\n", number(len(all), "test"), len(all)-failed, failed)
	}
	if failed > 0 {
		return ErrTold
	}
	return nil
}

// suites reads the tests that the arguments mean.
func (c *TestCmd) suites(match *regexp.Regexp) ([]suite, error) {
	found, err := files(c.Files, isTest)
	if err != nil {
		return nil, err
	}
	var all []suite
	for _, file := range found {
		if !isTest(file) {
			file = strings.TrimSuffix(file, filepath.Ext(file)) + ".test.yaml"
		}
		s, err := suiteOf(file)
		if err != nil {
			return nil, Wrong{err}
		}
		kept := s.tests[:0]
		for _, t := range s.tests {
			if match.MatchString(t.Name) {
				kept = append(kept, t)
			}
		}
		s.tests = kept
		all = append(all, s)
	}
	return all, nil
}

// suiteOf reads a test file and the script beside it: name.test.yaml is of
// name.yaml.
func suiteOf(file string) (suite, error) {
	f, err := os.Open(file)
	if err != nil {
		return suite{}, fmt.Errorf("%s: %w: a script's tests lie beside it, in name.test.yaml", file, errors.Unwrap(err))
	}
	defer f.Close()
	tests, err := transcript.Load(f, file)
	if err != nil {
		return suite{}, err
	}
	name := strings.TrimSuffix(strings.TrimSuffix(file, filepath.Ext(file)), ".test") + ".yaml"
	s, err := dialog.LoadFile(name)
	return suite{file: name, script: s, tests: tests}, err
}

// text plays a script's tests in virtual time.
func (c *TestCmd) text(ctx context.Context, s suite, tell func(verdict)) error {
	detector, err := intent.New(s.script)
	if err != nil {
		return Wrong{err}
	}
	for _, t := range s.tests {
		began := time.Now()
		r, err := transcript.Run(ctx, s.script, detector, t)
		if err != nil {
			return err
		}
		tell(verdict{Script: s.script.ID, Test: t.Name, File: t.File, Line: t.Line, Passed: r.Passed(), Failures: r.Failures,
			Entries: r.Entries(), Took: time.Since(began).Seconds()})
	}
	return nil
}

func (c *TestCmd) show(p term.Printer, v verdict) {
	mark := p.In(term.Green, "ok  ")
	if !v.Passed {
		mark = p.In(term.Red, "FAIL")
	}
	p.Printf("%s  %s: %s\n", mark, v.Script, v.Test)
	if c.Verbose || !v.Passed {
		for _, e := range v.Entries {
			showEntry(p, e)
		}
	}
	for _, f := range v.Failures {
		p.Printf("      %s\n", p.In(term.Red, f))
	}
	for _, n := range v.Notes {
		p.Printf("      note: %s\n", n)
	}
}

// showEntry writes one line of a conversation.
func showEntry(p term.Printer, e transcript.Entry) {
	switch e.Who {
	case "bot":
		p.Printf("  %s %s %s\n", p.In(term.Cyan, "   bot"), p.In(term.Dim, "["+e.Node+"]"), e.Text)
	case "caller":
		p.Printf("  %s %s\n", p.In(term.Bold, "caller"), e.Text)
	case "":
		text := e.Text
		if e.Score > 0 {
			text += fmt.Sprintf(" (%.2f)", e.Score)
		}
		p.Printf("         %s\n", p.In(term.Dim, text))
	default:
		p.Printf("  %s %s\n", p.In(term.Red, "     "+e.Who), e.Text)
	}
}
