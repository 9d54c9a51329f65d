package dialog

import (
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Pos is a place in a file.
type Pos struct {
	File   string
	Line   int // from 1; 0 when the whole file is meant
	Column int // from 1
}

// places remembers where each key of a script stands.
type places struct {
	at    map[string]Pos      // path of keys, joined by a zero byte
	lines map[string][]string // by file
}

// note remembers the places of a file's tree.
func (p *places) note(r *strictyaml.Reader, root *yaml.Node) {
	if p.at == nil {
		p.at, p.lines = map[string]Pos{}, map[string][]string{}
	}
	name, lines, base := r.Source()
	p.lines[name] = lines
	type visit struct {
		path string
		n    *yaml.Node
	}
	stack := []visit{{"", root}}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch v.n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(v.n.Content); i += 2 {
				k := v.n.Content[i]
				path := v.path + "\x00" + k.Value
				p.at[path] = Pos{File: name, Line: k.Line - base, Column: k.Column}
				stack = append(stack, visit{path, v.n.Content[i+1]})
			}
		case yaml.SequenceNode:
			for i, item := range v.n.Content {
				path := fmt.Sprintf("%s\x00%d", v.path, i)
				p.at[path] = Pos{File: name, Line: item.Line - base, Column: item.Column}
				stack = append(stack, visit{path, item})
			}
		}
	}
}

// Pos finds the place of a path of keys (nodes, offer, go, price), or of the
// nearest block around it that stands in the file. Where a text is given for each
// language, it is the place of this edition's.
func (s *Script) Pos(path ...string) Pos {
	at, found := "", Pos{File: s.file}
	step := func(key string) bool {
		pos, ok := s.places.at[at+"\x00"+key]
		if ok {
			at, found = at+"\x00"+key, pos
		}
		return ok
	}
	for _, key := range path {
		if !step(key) && !(step(s.Language) && step(key)) {
			break
		}
	}
	step(s.Language)
	return found
}

// Source is a line of one of the script's files, as it was loaded, "" if there
// is none.
func (s *Script) Source(at Pos) string {
	lines := s.places.lines[at.File]
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	return strictyaml.Shorten(lines[at.Line-1])
}

// Written is every line of the script's files.
func (s *Script) Written() []string {
	var all []string
	for _, file := range slices.Sorted(maps.Keys(s.places.lines)) {
		all = append(all, s.places.lines[file]...)
	}
	return all
}
