package campaign

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// places remembers where in the file each key's value stands.
type places struct {
	file  string
	lines []string
	at    map[string]place
}

type place struct{ line, column int }

func (p *places) note(key string, n *yaml.Node) {
	if p.at == nil {
		p.at = map[string]place{}
	}
	p.at[key] = place{n.Line, n.Column}
}

// Finding is something to say about a key of the file: who.segment,
// variants[0].script, line.numbers[1]. A key that the file leaves out stands for
// the file itself.
func (c *Campaign) Finding(s strictyaml.Severity, code strictyaml.Code, key, hint, format string, args ...any) strictyaml.Finding {
	p := strictyaml.Problem{Code: code, File: c.places.file, Text: fmt.Sprintf(format, args...), Hint: hint}
	if at, ok := c.places.at[key]; ok {
		p.Line, p.Column = at.line, at.column
		if at.line <= len(c.places.lines) {
			p.Source = strictyaml.Shorten(c.places.lines[at.line-1])
		}
	}
	return strictyaml.Finding{Severity: s, Problem: p}
}
