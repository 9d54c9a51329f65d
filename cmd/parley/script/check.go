package script

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent/overlap"
	"github.com/parley-voice/parley/dialog/lint"
	"github.com/parley-voice/parley/dialog/market"
)

// CheckCmd is parley script check.
type CheckCmd struct {
	Files  []string `arg:"" name:"file" help:"Scripts, folders of scripts, or names of scripts that ship."`
	Config string   `short:"c" placeholder:"FILE" help:"Configuration: it tells whether calls are recorded, what languages can be heard and spoken, which words the house forbids, and where reviews are kept. Without one they are recorded."`
	Market string   `placeholder:"NAME" help:"Also look for words that the law of a market forbids: ${markets}."`
	Words  string   `placeholder:"FILE" help:"Also look for the words of this file, one a line: the house's own list; else that of the configuration (words)."`
	Strict bool     `help:"Fail on warnings too."`
	JSON   bool     `name:"json" help:"As JSON."`
}

// Run checks; it fails on errors, and with --strict on warnings.
func (c *CheckCmd) Run(ctx context.Context, w *World) error {
	all, err := files(c.Files, isScript)
	if err != nil {
		return err
	}
	var cfg *config.Config
	if c.Config != "" {
		if cfg, err = w.Config(c.Config); err != nil {
			return err
		}
	}
	o, err := c.options(cfg)
	if err != nil {
		return err
	}
	var found []lint.Finding
	for _, file := range all {
		if cfg != nil {
			if o.Changed, err = changed(ctx, cfg, file); err != nil {
				return err
			}
		}
		one, err := check(ctx, file, o)
		if err != nil {
			return err
		}
		found = append(found, one...)
	}
	return Tell(w, Report{What: "script", Files: len(all), Found: found, Strict: c.Strict, JSON: c.JSON})
}

// Report is what a check found in files of a kind.
type Report struct {
	What   string // script, table: of one file
	Files  int
	Found  []lint.Finding
	Strict bool // fail on warnings too
	JSON   bool
}

// Tell writes a report; it fails when there are errors.
func Tell(w *World, r Report) (err error) {
	if r.JSON {
		err = writeFindings(w, r)
	} else {
		showFindings(w.printer(), r)
	}
	if err == nil && (count(r.Found, lint.Error) > 0 || r.Strict && count(r.Found, lint.Warning) > 0) {
		return ErrTold
	}
	return err
}

func (c *CheckCmd) options(cfg *config.Config) (lint.Options, error) {
	o := lint.Options{Recorded: true, Market: c.Market}
	if c.Market != "" && !slices.Contains(lint.Markets(), c.Market) {
		return o, Wrongf("no market is named %q: known are %s, and a country after a dot (finance.cn)", c.Market, strings.Join(market.Trades(), ", "))
	}
	list := c.Words
	if cfg != nil {
		o.Recorded, o.Lacks = cfg.Record, cfg.Speech.Lacks
		list = cmp.Or(list, cfg.Words)
	}
	var err error
	if o.Forbidden, err = config.ReadWords(list); err != nil {
		return o, Wrong{err}
	}
	return o, nil
}

// check gives everything that is to be said about one file.
func check(ctx context.Context, file string, o lint.Options) ([]lint.Finding, error) {
	s, err := load(file)
	if w := (Wrong{}); errors.As(err, &w) {
		return nil, w
	}
	if err != nil {
		return lint.FromLoad(err), nil
	}
	measured, err := overlap.Find(ctx, s)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil { // a phrase that cannot be compiled, or too many examples
		return []lint.Finding{{Severity: lint.Error, Problem: dialog.Problem{Code: dialog.CodeBadValue, File: file, Text: err.Error()}}}, nil //nolint:nilerr // it is a finding
	}
	return lint.Sort(slices.Concat(lint.Check(s, o), measured)), nil
}

func count(found []lint.Finding, s lint.Severity) int {
	n := 0
	for _, f := range found {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// showFindings writes each with its line and a caret, and a sum at the end.
func showFindings(p term.Printer, r Report) {
	found := r.Found
	styles := map[lint.Severity]term.Style{lint.Error: term.Red, lint.Warning: term.Yellow, lint.Advice: term.Cyan}
	for _, f := range found {
		f.Problem.Text = fmt.Sprintf("%s: %s [%s]", p.In(styles[f.Severity], string(f.Severity)), f.Text, f.Code)
		p.Printf("%s\n", f.Problem.Error())
	}
	if len(found) > 0 {
		p.Printf("\n")
	}
	p.Printf("%s: %s, %s, %d of advice\n", number(r.Files, r.What), number(count(found, lint.Error), "error"),
		number(count(found, lint.Warning), "warning"), count(found, lint.Advice))
}

func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

type findingJSON struct {
	File     string        `json:"file"`
	Line     int           `json:"line,omitempty"`
	Column   int           `json:"column,omitempty"`
	Severity lint.Severity `json:"severity"`
	Code     dialog.Code   `json:"code"`
	Text     string        `json:"text"`
	Hint     string        `json:"hint,omitempty"`
	Source   string        `json:"source,omitempty"`
}

func writeFindings(w *World, r Report) error {
	all := []findingJSON{}
	for _, f := range r.Found {
		all = append(all, findingJSON{f.File, f.Line, f.Column, f.Severity, f.Code, f.Text, f.Hint, f.Source})
	}
	return writeJSON(w, map[string]any{r.What + "s": r.Files, "errors": count(r.Found, lint.Error), "warnings": count(r.Found, lint.Warning),
		"advice": count(r.Found, lint.Advice), "findings": all})
}

func writeJSON(w *World, v any) error {
	e := json.NewEncoder(w.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
