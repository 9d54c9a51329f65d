package dialog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of a script file. They are checked before anything is built from it.
const (
	MaxBytes = 1 << 20
	MaxDepth = 64
	maxItems = 100_000 // nodes of the YAML tree
)

// Load reads a script. name stands in the messages. Every problem is in the one
// error, of type Problems.
func Load(in io.Reader, name string) (*Script, error) {
	r := &reader{file: name}
	root := r.parse(in)
	if root == nil {
		return nil, r.problems
	}
	r.script = &Script{file: name, index: map[string]*Node{}}
	r.script.places.note(name, r.lines, root)
	r.root(root)
	r.check()
	if len(r.problems) > 0 {
		r.problems.sort()
		return nil, r.problems
	}
	return r.script, nil
}

// LoadFile reads a script from disk and also checks that its clips exist. Clips
// are found beside the script and never outside its folder.
func LoadFile(path string) (*Script, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Problems{{File: path, Text: "cannot be read: " + cause(err), Hint: "check the path and its permissions"}}
	}
	defer f.Close()
	r := &reader{file: path}
	root := r.parse(f)
	if root == nil {
		return nil, r.problems
	}
	r.script = &Script{file: path, index: map[string]*Node{}}
	r.script.places.note(path, r.lines, root)
	r.root(root)
	r.check()
	r.clips(filepath.Dir(path))
	if len(r.problems) > 0 {
		r.problems.sort()
		return nil, r.problems
	}
	return r.script, nil
}

// File is where the script was loaded from; clips are relative to its folder.
func (s *Script) File() string { return s.file }

func (r *reader) clips(dir string) {
	for _, ref := range r.refs {
		if ref.kind != "clip" || !filepath.IsLocal(ref.name) {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, ref.name))
		switch {
		case err != nil:
			r.fault(CodeUndefinedClip, ref.at, "put the WAV beside the script or mend its name", "clip %q: %s", ref.name, cause(err))
		case !info.Mode().IsRegular():
			r.fault(CodeUndefinedClip, ref.at, "name a WAV file", "clip %q is not a file", ref.name)
		}
	}
}

func cause(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// parse reads at most MaxBytes of YAML and returns the root of a tree without
// aliases, duplicate keys or great depth, or nil after noting why not.
func (r *reader) parse(in io.Reader) *yaml.Node {
	data, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		r.wrong(nil, "", "cannot be read: %s", cause(err))
		return nil
	}
	if len(data) > MaxBytes {
		r.wrong(nil, "split the script", "the file is larger than 1 MiB")
		return nil
	}
	if deep, line, column := tooDeep(data); deep {
		r.lines = strings.Split(string(data), "\n")
		r.wrong(&yaml.Node{Line: line, Column: column}, "flatten it", "brackets are nested more than %d deep", MaxDepth)
		return nil
	}
	r.lines = strings.Split(string(data), "\n")
	d := yaml.NewDecoder(bytes.NewReader(veil(data)))
	var doc, more yaml.Node
	if err := decode(d, &doc); err != nil {
		if errors.Is(err, io.EOF) {
			r.wrong(nil, "begin with \"script: name\"", "the file is empty")
			return nil
		}
		r.syntax(err)
		return nil
	}
	if err := decode(d, &more); !errors.Is(err, io.EOF) {
		if err != nil {
			r.syntax(err)
		} else {
			r.wrong(&more, "one script per file: remove the \"---\"", "there is a second document in the file")
		}
		return nil
	}
	if len(doc.Content) != 1 || !r.sound(&doc) {
		if len(r.problems) == 0 {
			r.wrong(nil, "begin with \"script: name\"", "the file is empty")
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
func (r *reader) sound(doc *yaml.Node) bool {
	type visit struct {
		n     *yaml.Node
		depth int
	}
	before, count := len(r.problems), 0
	var maps []*yaml.Node
	stack := []visit{{doc, 0}}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		count++
		v.n.Value = unveil(v.n.Value)
		if v.n.Kind == yaml.MappingNode {
			maps = append(maps, v.n)
		}
		switch {
		case count > maxItems:
			r.wrong(v.n, "split the script", "the file has more than %d values", maxItems)
			return false
		case v.depth > MaxDepth:
			r.wrong(v.n, "flatten it", "values are nested more than %d deep", MaxDepth)
			return false
		case v.n.Kind == yaml.AliasNode || v.n.Anchor != "":
			r.wrong(v.n, "write the value out", "anchors (&) and aliases (*) are not part of the language")
		case v.n.Style&yaml.TaggedStyle != 0:
			r.wrong(v.n, "remove the !tag", "tags are not part of the language")
		}
		for _, c := range v.n.Content {
			stack = append(stack, visit{c, v.depth + 1})
		}
	}
	for _, n := range maps {
		r.duplicates(n)
	}
	if len(r.problems) > before {
		r.problems.sort()
		return false
	}
	return true
}

func (r *reader) duplicates(n *yaml.Node) {
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode {
			r.wrong(k, "use a word as the key", "a key must be a word, not %s", kind(k))
			continue
		}
		if earlier, ok := first[k.Value]; ok {
			r.fault(CodeDuplicateKey, k, "keep one of them", "%q stands twice in this block, first in line %d", k.Value, earlier.Line)
			continue
		}
		first[k.Value] = k
	}
}
