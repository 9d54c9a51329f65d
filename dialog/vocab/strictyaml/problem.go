package strictyaml

import (
	"fmt"
	"sort"
	"strings"
)

// Problem is one thing wrong with a file: where, what, and what to do.
type Problem struct {
	Code   Code
	File   string
	Line   int // from 1; 0 when the whole file is meant
	Column int // from 1
	Text   string
	Hint   string // what to do about it
	Source string // the line itself
}

// Code says of which kind a problem is. It stays the same from version to
// version, whatever becomes of the words.
type Code string

// What every reader refuses.
const (
	NotYAML      Code = "not-yaml"
	UnknownKey   Code = "unknown-key"
	DuplicateKey Code = "duplicate-key"
	BadValue     Code = "bad-value"
)

// Error gives file:line:column, the problem, the line with a caret, and the hint.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": " + p.Text)
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	if p.Line > 0 && strings.TrimSpace(p.Source) != "" {
		no := fmt.Sprint(p.Line)
		fmt.Fprintf(&b, "\n  %s | %s\n  %s | %s^", no, p.Source,
			strings.Repeat(" ", len(no)), margin(p.Source, p.Column))
	}
	return b.String()
}

// margin is the blank before the caret: wide for Han, a tab for a tab.
func margin(source string, column int) string {
	var b strings.Builder
	for i, r := range []rune(source) {
		switch {
		case i >= column-1:
			return b.String()
		case r == '\t':
			b.WriteByte('\t')
		case r >= 0x2E80:
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// Problems is everything wrong with a file, in the order of the lines.
type Problems []Problem

func (ps Problems) Error() string {
	all := make([]string, len(ps))
	for i, p := range ps {
		all[i] = p.Error()
	}
	return strings.Join(all, "\n")
}

// placed is a Problem with its line counted through all the files that are read together.
type placed struct {
	Problem
	line int
}

type faults []placed

// sorted puts them in the order of the files and their lines, each once.
func (fs faults) sorted() Problems {
	sort.SliceStable(fs, func(i, j int) bool {
		if fs[i].line != fs[j].line {
			return fs[i].line < fs[j].line
		}
		return fs[i].Column < fs[j].Column
	})
	all, seen := make(Problems, 0, len(fs)), make(map[Problem]bool, len(fs))
	for _, f := range fs {
		if !seen[f.Problem] {
			seen[f.Problem] = true
			all = append(all, f.Problem)
		}
	}
	return all[:min(len(all), maxProblems)]
}
