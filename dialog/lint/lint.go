// Package lint tells what is wrong with a script beyond what the loader refuses:
// ways that lead nowhere, ladders with a missing step, words that must not be
// said. It is pure: the script in, findings out. docs/linter.md has a paragraph
// on each code.
package lint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Severity says how bad a finding is.
type Severity = strictyaml.Severity

// The severities. Only errors keep a script from running.
const (
	Error   = strictyaml.Error
	Warning = strictyaml.Warning
	Advice  = strictyaml.Advice
)

// Finding is one thing to mend, and where.
type Finding = strictyaml.Finding

// Options say what the script itself does not.
type Options struct {
	Recorded  bool                                         // the calls are recorded
	Market    string                                       // a market whose words are looked for although the script names none, one of Markets
	Forbidden []string                                     // the house's own words
	Lacks     func(language string, listens bool) []string // what keeps a language from being heard and spoken; nil: not known
	Changed   string                                       // why the script is not the one that was approved, "" when it is or when nobody reviews
}

// Check finds what is worth mending in a script that loads, in the order of the
// file. Findings that a comment allows are left out:
//
//	# lint: allow late-benefit
//
// on the line, on the one before it, or among the first lines for the whole file.
func Check(s *dialog.Script, o Options) []Finding {
	found, _ := InEach(s, func(s *dialog.Script) ([]Finding, error) {
		c := &checker{s: s, o: o}
		for _, rule := range []func(){
			c.unreachable, c.loops, c.ladders, c.persons, c.variables, c.unused,
			c.lengths, c.opening, c.benefit, c.notices, c.forbidden, c.review, c.equipped,
		} {
			rule()
		}
		return c.found, nil
	})
	return Sort(append(found, untranslated(s)...))
}

// FromLoad makes findings of the loader's error.
func FromLoad(err error) []Finding {
	var problems dialog.Problems
	if !errors.As(err, &problems) {
		return []Finding{{Severity: Error, Problem: dialog.Problem{Code: dialog.CodeBadValue, Text: err.Error()}}}
	}
	all := problems.Findings()
	for i := range all {
		if all[i].Code == "" {
			all[i].Code = dialog.CodeBadValue
		}
	}
	return all
}

// Sort orders findings by place and code.
func Sort(all []Finding) []Finding {
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code))
	})
	return all
}

// At makes a finding at a path of keys. ok is false when a comment in the file
// allows it.
func At(s *dialog.Script, code dialog.Code, hint, text string, path ...string) (f Finding, ok bool) {
	at := s.Pos(path...)
	f = Finding{Severity: severities[code], Problem: dialog.Problem{
		Code: code, File: at.File, Line: at.Line, Column: at.Column, Text: text, Hint: hint, Source: s.Source(at)}}
	return f, !allowed(s, at, code)
}

type checker struct {
	s     *dialog.Script
	o     Options
	found []Finding
}

func (c *checker) find(code dialog.Code, path []string, hint, format string, args ...any) {
	if f, ok := At(c.s, code, hint, fmt.Sprintf(format, args...), path...); ok {
		c.found = append(c.found, f)
	}
}

func nodePath(n *dialog.Node, more ...string) []string {
	return append([]string{"nodes", n.Name}, more...)
}

// allowed tells whether a comment allows a code at a place.
func allowed(s *dialog.Script, at dialog.Pos, code dialog.Code) bool {
	line := func(n int) string { return strings.TrimSpace(s.Source(dialog.Pos{File: at.File, Line: n})) }
	if allows(line(at.Line), code) {
		return true
	}
	for n := at.Line - 1; n > 0 && strings.HasPrefix(line(n), "#"); n-- {
		if allows(line(n), code) {
			return true
		}
	}
	for n := 1; strings.HasPrefix(line(n), "#"); n++ {
		if allows(line(n), code) {
			return true
		}
	}
	return false
}

func allows(line string, code dialog.Code) bool {
	_, list, ok := strings.Cut(line, "# lint: allow ")
	return ok && slices.Contains(strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }), string(code))
}
