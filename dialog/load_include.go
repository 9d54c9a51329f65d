package dialog

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// includes is how far the reading of a script's files has come.
type includes struct {
	files  fs.FS  // nil: the script stands alone
	folder string // as messages call it
	stack  []string
	done   []string // files included
}

// PartSuffix ends the name of a file that is included, so that nobody takes it
// for a script.
const PartSuffix = ".part.yaml"

const maxParts = 32

// include reads the files that a list names.
func (r *reader) include(v *yaml.Node) {
	for _, item := range strictyaml.Items(v) {
		t := r.text(item, "include")
		clean := path.Clean(t)
		switch {
		case t == "":
		case !fs.ValidPath(clean) || strings.ContainsAny(t, "\\\x00"):
			r.wrong(item, "name a file in the script's folder or below it", "include cannot be %q", t)
		case !strings.HasSuffix(t, PartSuffix):
			r.wrong(item, "call it name"+PartSuffix+", so that nobody takes it for a script", "include cannot be %q", t)
		case r.inc.files == nil:
			r.wrong(item, "load the script from its folder", "%q cannot be included: the script was not read from a folder", t)
		case slices.Contains(r.inc.stack, clean):
			r.wrong(item, "remove one of them", "the files include each other: %s", strings.Join(append(slices.Clone(r.inc.stack), clean), " → "))
		case slices.Contains(r.inc.done, clean):
		case len(r.inc.done) >= maxParts:
			r.wrong(item, "put them together", "more than %d files are included", maxParts)
		default:
			r.one(item, clean)
		}
	}
}

// one reads an included file.
func (r *reader) one(item *yaml.Node, name string) {
	r.inc.done = append(r.inc.done, name)
	f, err := r.inc.files.Open(name)
	if err != nil {
		r.wrong(item, "check the path: it begins in the script's folder", "include %q: %s", name, strictyaml.Cause(err))
		return
	}
	defer func() { _ = f.Close() }() // nothing was written
	r.inc.stack = append(r.inc.stack, name)
	defer func() { r.inc.stack = r.inc.stack[:len(r.inc.stack)-1] }()
	r.Begin(path.Join(r.inc.folder, name))
	root := r.Parse(f)
	if root == nil {
		return
	}
	r.script.places.note(&r.Reader, root)
	var more *yaml.Node
	r.block(root, "part", func(key string, _, v *yaml.Node) {
		if key == "include" {
			more = v
			return
		}
		r.part(key, v)
	})
	if more != nil {
		r.include(more)
	}
}

// define notes where a name is defined, and refuses a second time.
func (r *reader) define(kind, name string, k *yaml.Node) {
	if r.defined == nil {
		r.defined = map[string]*yaml.Node{}
	}
	key := kind + " " + name
	if earlier, ok := r.defined[key]; ok {
		file, line := r.Where(earlier.Line)
		r.fault(CodeDuplicateKey, k, "keep one of them, or give one another name", "there is another %s %q in %s", kind, name,
			fmt.Sprintf("%s:%d", file, line))
		return
	}
	r.defined[key] = k
}
