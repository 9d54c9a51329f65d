package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of what is read. They are checked before anything is built from it.
const (
	MaxBytes = 1 << 20 // of one file
	MaxDepth = 64
	maxTotal = 4 << 20 // of all the files of a reader
	maxItems = 100_000 // nodes of the YAML trees
)

// Parse reads at most MaxBytes of YAML and returns the root of a tree without
// aliases, duplicate keys or great depth, or nil after noting why not.
func (r *Reader) Parse(in io.Reader) *yaml.Node {
	data, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		r.Wrong(nil, "", "cannot be read: %s", Cause(err))
		return nil
	}
	if len(data) > MaxBytes {
		line := bytes.Count(data, []byte("\n"))
		at := &yaml.Node{Line: r.src().base + line + 1, Column: len(data) - bytes.LastIndexByte(data, '\n') - 1}
		r.Wrong(at, "split the "+r.Kind.Name, "the file is larger than 1 MiB")
		return nil
	}
	if r.bytes += len(data); r.bytes > maxTotal {
		r.Wrong(nil, "include less", "it and what it includes are larger than %d MiB together", maxTotal>>20)
		return nil
	}
	src := r.src()
	src.lines = strings.Split(string(data), "\n")
	if deep, line, column := tooDeep(data); deep {
		r.Wrong(&yaml.Node{Line: src.base + line, Column: column}, "flatten it", "brackets are nested more than %d deep", MaxDepth)
		return nil
	}
	d := yaml.NewDecoder(bytes.NewReader(veil(data)))
	var doc, more yaml.Node
	if err := decode(d, &doc); err != nil {
		if errors.Is(err, io.EOF) {
			r.Wrong(nil, r.head(), "the file is empty")
			return nil
		}
		r.syntax(err)
		return nil
	}
	if err := decode(d, &more); !errors.Is(err, io.EOF) {
		if err != nil {
			r.syntax(err)
		} else {
			r.Wrong(&yaml.Node{Line: src.base + more.Line, Column: more.Column}, "one "+r.Kind.Name+" per file: remove the \"---\"", "there is a second document in the file")
		}
		return nil
	}
	before := len(r.problems)
	if len(doc.Content) != 1 || !r.sound(&doc) {
		if len(r.problems) == before {
			r.Wrong(nil, r.head(), "the file is empty")
		}
		return nil
	}
	return doc.Content[0]
}

// decode shields against panics of the YAML parser on hostile bytes.
func decode(d *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: not readable: %v", p)
		}
	}()
	return d.Decode(n)
}

// tooDeep finds runs of opening brackets before the parser spends memory on
// them. Brackets in quotes count too: 64 open ones are no sentence.
func tooDeep(data []byte) (bool, int, int) {
	depth, line, column := 0, 1, 0
	for _, b := range data {
		column++
		switch b {
		case '\n':
			line, column = line+1, 0
		case '[', '{':
			if depth++; depth > 4*MaxDepth {
				return true, line, column
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return false, 0, 0
}

// sound refuses what the language has no use for and what could be a bomb:
// anchors, aliases, tags, depth, duplicate keys.
func (r *Reader) sound(doc *yaml.Node) bool {
	type visit struct {
		n     *yaml.Node
		depth int
	}
	before, base := len(r.problems), r.src().base
	var maps []*yaml.Node
	stack := []visit{{doc, 0}}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		r.items++
		v.n.Value = unveil(v.n.Value)
		v.n.Line += base
		if v.n.Kind == yaml.MappingNode {
			maps = append(maps, v.n)
		}
		switch {
		case r.items > maxItems:
			r.Wrong(v.n, "split the "+r.Kind.Name, "the file has more than %d values", maxItems)
			return false
		case v.depth > MaxDepth:
			r.Wrong(v.n, "flatten it", "values are nested more than %d deep", MaxDepth)
			return false
		case v.n.Kind == yaml.AliasNode || v.n.Anchor != "":
			r.Wrong(v.n, "write the value out", "anchors (&) and aliases (*) are not part of the language")
		case v.n.Style&yaml.TaggedStyle != 0:
			r.Wrong(v.n, "remove the !tag", "tags are not part of the language")
		}
		for _, c := range v.n.Content {
			stack = append(stack, visit{c, v.depth + 1})
		}
	}
	for _, n := range maps {
		r.duplicates(n)
	}
	return len(r.problems) <= before
}

func (r *Reader) duplicates(n *yaml.Node) {
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode {
			r.Wrong(k, "use a word as the key", "a key must be a word, not %s", Kinds(k))
			continue
		}
		if earlier, ok := first[k.Value]; ok {
			r.Fault(DuplicateKey, k, "keep one of them", "%q stands twice in this block, first in line %d", k.Value, earlier.Line-r.src().base)
			continue
		}
		first[k.Value] = k
	}
}
