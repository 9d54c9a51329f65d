package campaign

import (
	"fmt"
	"strings"

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
// variants[0].script, line.numbers[1]. For a key that the file leaves out it is about
// the block around it, or the file's beginning.
func (c *Campaign) Finding(s strictyaml.Severity, code strictyaml.Code, key, hint, format string, args ...any) strictyaml.Finding {
	p := strictyaml.Problem{Code: code, File: c.places.file, Text: fmt.Sprintf(format, args...), Hint: hint}
	at, ok := c.places.at[key]
	for !ok && key != "campaign" {
		if i := strings.LastIndexByte(key, '.'); i >= 0 {
			key = key[:i]
		} else {
			key = "campaign"
		}
		at, ok = c.places.at[key]
	}
	if ok {
		p.Line, p.Column = at.line, at.column
		if at.line <= len(c.places.lines) {
			p.Source = strictyaml.Shorten(c.places.lines[at.line-1])
		}
	}
	return strictyaml.Finding{Severity: s, Problem: p}
}
