package script

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Documents lists the YAML files other than scripts that arguments mean: those
// named, and of each folder every *.yaml in it for which keep holds.
func Documents(args []string, keep func(path string) bool) (all []string, err error) {
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, Wrongf("%s: %w", arg, errors.Unwrap(err))
		}
		if !info.IsDir() {
			all = append(all, arg)
			continue
		}
		found, err := filepath.Glob(filepath.Join(arg, "*.yaml"))
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, file := range found {
			if keep(file) {
				all = append(all, file)
			}
		}
		if len(all) == before {
			return nil, Wrongf("there is nothing to read in folder %s", arg)
		}
	}
	return all, nil
}

// Document reads one by its loader; what names its kind to those who gave a file
// that is not there. What is wrong with it is an error of the user's.
func Document[T any](file, what string, load func(io.Reader, string) (T, error)) (doc T, err error) {
	f, err := os.Open(file)
	if err != nil {
		return doc, Wrongf("%s: %w: name %s", file, errors.Unwrap(err), what)
	}
	defer f.Close()
	if doc, err = load(f, file); err != nil {
		return doc, Wrong{err}
	}
	return doc, nil
}

// Findings are what is wrong with files: the mistakes of one that cannot be
// loaded, else what lint says of it.
func Findings[T any](files []string, load func(file string) (T, error), lint func(T) []strictyaml.Finding) (found []strictyaml.Finding, err error) {
	for _, file := range files {
		doc, err := load(file)
		var ps strictyaml.Problems
		switch {
		case errors.As(err, &ps):
			found = append(found, ps.Findings()...)
		case err != nil:
			return nil, err
		default:
			found = append(found, lint(doc)...)
		}
	}
	return found, nil
}
