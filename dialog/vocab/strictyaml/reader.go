// Package strictyaml reads a file that people write, in the part of YAML that
// they need: no anchors, aliases, tags, duplicate keys or great depth, and at
// most 1 MiB. Every problem has its place, the line and what to do about it, and
// all are found in one go.
package strictyaml

import (
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Kind says what is being read, in the words of the messages.
type Kind struct {
	Name string // script
	Head string // how such a file begins: script: name
	Page string // where it is explained: docs/scripts.md
}

// Reader holds the files that are read together and gathers what is wrong with
// them. The zero value with a Kind is ready.
type Reader struct {
	Kind Kind

	sources  []*source
	problems faults
	bytes    int
	items    int
}

// source is one file. Lines are counted on through all of them, so that a line
// alone tells its file, as in go/token.
type source struct {
	name  string
	lines []string
	base  int // the lines of the files before
}

// Begin makes a file the one being read; name is how messages call it.
func (r *Reader) Begin(name string) {
	base := 0
	if n := len(r.sources); n > 0 {
		base = r.sources[n-1].base + len(r.sources[n-1].lines)
	}
	r.sources = append(r.sources, &source{name: name, base: base})
}

// src is the file being read.
func (r *Reader) src() *source { return r.sources[len(r.sources)-1] }

// at finds the file of a line.
func (r *Reader) at(line int) *source {
	i := sort.Search(len(r.sources), func(i int) bool { return r.sources[i].base >= line })
	return r.sources[max(0, i-1)]
}

// Where is the file of a node's line, and the line within it.
func (r *Reader) Where(line int) (file string, within int) {
	s := r.at(line)
	return s.name, line - s.base
}

// Source is the file being read: its lines, and how many there were before it in
// other files.
func (r *Reader) Source() (name string, lines []string, base int) {
	s := r.src()
	return s.name, s.lines, s.base
}

// maxProblems bounds a report: the rest is mostly noise after the first ones.
const maxProblems = 100

// Full tells that the report is full: what would only make it longer can be
// left.
func (r *Reader) Full() bool { return len(r.problems) >= maxProblems }

// Sound tells whether nothing is wrong so far.
func (r *Reader) Sound() bool { return len(r.problems) == 0 }

// Problems is what is wrong, in the order of the files and their lines.
func (r *Reader) Problems() Problems { return r.problems.sorted() }

// Join takes over what another reading of the same files found wrong.
func (r *Reader) Join(other *Reader) { r.problems = append(r.problems, other.problems...) }

// Wrong notes a value that cannot be. n is its place; nil is the whole file.
func (r *Reader) Wrong(n *yaml.Node, hint, format string, args ...any) {
	r.Fault(BadValue, n, hint, format, args...)
}

// Fault is Wrong with a code of its own.
func (r *Reader) Fault(code Code, n *yaml.Node, hint, format string, args ...any) {
	if r.Full() {
		return
	}
	f := placed{Problem: Problem{File: r.src().name, Code: code, Text: fmt.Sprintf(format, args...), Hint: hint}, line: r.src().base}
	if n != nil {
		f.line = max(n.Line, 1)
		s := r.at(f.line)
		f.File, f.Line, f.Column = s.name, f.line-s.base, max(n.Column, 1)
		f.Source = r.Line(f.line)
	}
	r.problems = append(r.problems, f)
}

// Line is the text of a line, counted through all the files.
func (r *Reader) Line(n int) string {
	s := r.at(n)
	if n -= s.base; n < 1 || n > len(s.lines) {
		return ""
	}
	return Shorten(s.lines[n-1])
}

// Within is the place of a letter within a scalar, as far as it stands in the
// source as it is; else the scalar's beginning. offset is in runes.
func (r *Reader) Within(v *yaml.Node, offset int) *yaml.Node {
	line, value := []rune(r.Line(v.Line)), []rune(v.Value)
	from := v.Column - 1
	if v.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		from++
	}
	offset = min(offset, len(value))
	if from < 0 || from+offset > len(line) || !strings.HasPrefix(string(line[from:]), string(value[:offset])) {
		return v
	}
	return &yaml.Node{Kind: v.Kind, Line: v.Line, Column: from + offset + 1}
}

func (r *Reader) head() string { return fmt.Sprintf("begin with %q", r.Kind.Head) }

// Shorten makes a line fit to be shown.
func Shorten(line string) string {
	line = strings.TrimRight(line, "\r")
	n := 0
	for i := range line {
		if n++; n > 160 {
			return line[:i] + "…"
		}
	}
	return line
}

// Cause is why a file could not be read, without its path.
func Cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
