package routing

import (
	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// listed stands before a queue's name where places remembers the list of queues.
const listed = "queues/"

// places remembers where the rules stand, and the queues.
type places struct {
	file  string
	lines []string
	rules map[string]place
}

type place struct{ line, column int }

func (p *places) note(rule string, n *yaml.Node) {
	if p.rules == nil {
		p.rules = map[string]place{}
	}
	if _, ok := p.rules[rule]; !ok {
		p.rules[rule] = place{n.Line, n.Column}
	}
}

func (p *places) has(rule string) bool { _, ok := p.rules[rule]; return ok }

// problem is one with a rule, or with the whole file for "".
func (p *places) problem(code strictyaml.Code, rule, hint, text string) strictyaml.Problem {
	out := strictyaml.Problem{Code: code, File: p.file, Text: text, Hint: hint}
	if at, ok := p.rules[rule]; ok {
		out.Line, out.Column = at.line, at.column
		if at.line <= len(p.lines) {
			out.Source = strictyaml.Shorten(p.lines[at.line-1])
		}
	}
	return out
}
