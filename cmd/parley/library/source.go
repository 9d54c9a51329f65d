package library

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/review"
)

// Versions gives the published versions of scripts: hash by script, and a number
// that grows with every act of a review.
type Versions interface {
	Published(ctx context.Context) (hashes map[string]string, seq int64, err error)
	Seq(ctx context.Context) (int64, error)
	Version(ctx context.Context, script, hash string) (review.Bundle, error)
}

// Source is where scripts come from. A published version takes the place of a
// shipped script of its name, and a draft, where drafts are let in, that of both.
type Source struct {
	Shipped  fs.FS
	Versions Versions // nil: nothing is published
	Folder   string   // the authors' folder, "" is none
	Drafts   bool     // answer with what lies in Folder, reviewed or not
	Record   bool
	Words    []string     // that no call may say
	Judge    intent.Judge // nil: scripts that ask for a language model are refused
}

// edition is a script as it was found.
type edition struct {
	name  string
	hash  string
	draft bool
	files fs.FS // its folder
	s     *dialog.Script
}

// editions finds every script, later ones of a name in the place of earlier
// ones. problems has what could not be read, by the script's name.
func (src Source) editions(ctx context.Context) (found map[string]edition, problems map[string]error, err error) {
	found, problems = map[string]edition{}, map[string]error{}
	if err := walk(src.Shipped, func(file string) error {
		src.take(found, problems, src.Shipped, file, nameOf(file), file)
		return nil
	}); err != nil {
		return nil, nil, err
	}
	published, err := src.published(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(published)) {
		b, err := src.Versions.Version(ctx, name, published[name])
		if err != nil {
			return nil, nil, err
		}
		files, err := b.Open()
		if err != nil {
			problems[name] = err
			continue
		}
		src.take(found, problems, files, b.Main, name, b.Main+" ("+review.Short(b.Hash)+")")
	}
	if src.Folder == "" || !src.Drafts {
		return found, problems, nil
	}
	files := os.DirFS(src.Folder)
	err = walk(files, func(file string) error {
		if data, err := fs.ReadFile(files, file); err == nil && !IsScript(data) {
			return nil // the configuration, say, in the same folder
		}
		name := nameOf(file)
		src.take(found, problems, files, file, name, filepath.Join(src.Folder, filepath.FromSlash(file)))
		if e := found[name]; problems[name] == nil && e.hash != published[name] {
			e.draft = true
			found[name] = e
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("the scripts' folder %s is not there: make it, or change scripts in the configuration", src.Folder)
	}
	return found, problems, err
}

// Needs is Shelf.Needs of scripts that are not made ready for calls. A script that
// cannot be read needs nothing.
func (src Source) Needs(ctx context.Context) (func(script string) []string, error) {
	found, _, err := src.editions(ctx)
	if err != nil {
		return nil, err
	}
	return func(script string) []string {
		if e, ok := found[script]; ok {
			return needs(e.s)
		}
		return nil
	}, nil
}

// published are the hashes of the published versions, by script.
func (src Source) published(ctx context.Context) (map[string]string, error) {
	if src.Versions == nil {
		return nil, nil
	}
	hashes, _, err := src.Versions.Published(ctx)
	return hashes, err
}

func (src Source) take(found map[string]edition, problems map[string]error, files fs.FS, file, name, shown string) {
	e, err := readEdition(files, file, name, shown)
	if err != nil {
		problems[name] = err
		return
	}
	delete(problems, name)
	found[name] = e
}

// readEdition loads a script and the hash of all that it is made of. shown is
// how messages call its file.
func readEdition(files fs.FS, file, name, shown string) (edition, error) {
	own, err := fs.Sub(files, path.Dir(file))
	if err != nil {
		return edition{}, err
	}
	main := path.Base(file)
	s, err := dialog.LoadFS(own, main, shown)
	if err != nil {
		return edition{}, err
	}
	hash, err := review.Hash(own, main, s.Files())
	if err != nil {
		return edition{}, fmt.Errorf("%s: %w", file, err)
	}
	return edition{name: name, hash: hash, files: own, s: s}, nil
}

// Hash is that of a script among files, as it is when calls use it.
func Hash(files fs.FS, name string) (string, error) {
	e, err := readEdition(files, name+".yaml", name, name)
	return e.hash, err
}

// Pack is the version of a script that a file on disk makes now.
func Pack(file string) (review.Bundle, *dialog.Script, error) {
	s, err := dialog.LoadFile(file)
	if err != nil {
		return review.Bundle{}, nil, err
	}
	b, err := review.Pack(os.DirFS(filepath.Dir(file)), filepath.Base(file), s.Files())
	return b, s, err
}

// walk visits every script below fsys. Files of tests lie beside them.
func walk(fsys fs.FS, visit func(file string) error) error {
	return fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "tests" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || path.Ext(file) != ".yaml" || strings.HasSuffix(file, ".test.yaml") || strings.HasSuffix(file, dialog.PartSuffix):
			return nil
		}
		return visit(file)
	})
}

// glimpse tells whether anything in the authors' folder changed: names, sizes
// and times. 0 when drafts are of no interest.
func (src Source) glimpse() uint64 {
	if src.Folder == "" || !src.Drafts {
		return 0
	}
	h := fnv.New64a()
	_ = filepath.WalkDir(src.Folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			fmt.Fprintln(h, file, "unreadable")
			return nil //nolint:nilerr // what cannot be read is part of what is seen
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			fmt.Fprintln(h, file, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return h.Sum64()
}

func nameOf(file string) string { return strings.TrimSuffix(file, path.Ext(file)) }

// ScriptName is what a script is called that was given as a file or by name.
func ScriptName(script string) string {
	if IsFile(script) {
		return nameOf(filepath.Base(script))
	}
	return script
}

// ofScript is a key that only scripts have.
var ofScript = regexp.MustCompile(`(?m)^(script|nodes)\s*:`)

// IsScript tells a script from another YAML file, also one that has mistakes.
func IsScript(data []byte) bool { return ofScript.Match(data) }

// IsFile tells a file from the name of a script.
func IsFile(script string) bool {
	ext := path.Ext(script)
	return ext == ".yaml" || ext == ".yml"
}
