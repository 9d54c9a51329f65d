package dialog

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Load reads a script that stands alone: it cannot include others, and its clips
// are not looked for. name stands in the messages. Every problem is in the one
// error, of type Problems.
func Load(in io.Reader, name string) (*Script, error) {
	return load(in, name, includes{})
}

// LoadFile reads a script from disk, with what it includes, and checks that its
// clips exist. All of it lies beside the script or below, never outside its
// folder.
func LoadFile(file string) (*Script, error) {
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return nil, unreadable(file, err)
	}
	defer func() { _ = root.Close() }() // nothing was written
	return LoadFS(root.FS(), filepath.Base(file), file)
}

// LoadFS is LoadFile for any file system; main is the script's file, and files is
// rooted at its folder. shown is how messages call the file.
func LoadFS(files fs.FS, main, shown string) (*Script, error) {
	f, err := files.Open(main)
	if err != nil {
		return nil, unreadable(shown, err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	return load(f, shown, includes{files: files, folder: path.Dir(filepath.ToSlash(shown)), stack: []string{main}})
}

func unreadable(file string, err error) error {
	return Problems{{Code: CodeBadValue, File: file, Text: "cannot be read: " + strictyaml.Cause(err), Hint: "check the path and its permissions"}}
}

// edition reads a script as it is in one language.
func (r *reader) edition(in io.Reader, name string) {
	r.Begin(name)
	root := r.Parse(in)
	if root == nil {
		return
	}
	r.script = &Script{origin: origin{file: name}, index: map[string]*Node{}}
	r.script.places.note(&r.Reader, root)
	r.root(root)
	r.check()
	r.clips()
	r.script.parts = r.inc.done
}

// File is where the script was loaded from; clips are relative to its folder.
func (s *Script) File() string { return s.file }

func (r *reader) clips() {
	if r.inc.files == nil {
		return
	}
	for _, ref := range r.refs {
		if ref.kind != "clip" || !fs.ValidPath(path.Clean(ref.name)) {
			continue
		}
		info, err := fs.Stat(r.inc.files, path.Clean(ref.name))
		switch {
		case err != nil:
			r.fault(CodeUndefinedClip, ref.at, "put the WAV beside the script or mend its name", "clip %q: %s", ref.name, strictyaml.Cause(err))
		case !info.Mode().IsRegular():
			r.fault(CodeUndefinedClip, ref.at, "name a WAV file", "clip %q is not a file", ref.name)
		}
	}
}
