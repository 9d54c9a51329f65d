package server

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// Library is every script, ready to run. It is a call.Scripts.
type Library struct {
	scripts map[string]*loaded
	numbers map[string]string
}

type loaded struct {
	run   *call.Script
	fixed []tts.Utterance
}

// LoadLibrary reads the scripts that ship, then those of the folder dir (may be
// empty), which take the place of shipped ones of the same name. A name is the
// file's path without .yaml: line-test/echo. The error has every problem of
// every file.
func LoadLibrary(shipped fs.FS, dir string, record bool) (*Library, error) {
	l := &Library{scripts: map[string]*loaded{}}
	var problems []error
	add := func(file string, s *dialog.Script, err error, clips fs.FS) {
		if err == nil {
			err = l.add(nameOf(file), s, clips, path.Dir(file), record)
		}
		if err != nil {
			problems = append(problems, err)
		}
	}
	err := walk(shipped, func(file string) error {
		f, err := shipped.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		s, err := dialog.Load(f, file)
		add(file, s, err, shipped)
		return nil
	})
	if err == nil && dir != "" {
		err = walk(os.DirFS(dir), func(file string) error {
			s, err := dialog.LoadFile(filepath.Join(dir, filepath.FromSlash(file)))
			add(file, s, err, os.DirFS(dir))
			return nil
		})
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("the scripts' folder %s is not there: make it, or change scripts in the configuration", dir)
		}
	}
	return l, errors.Join(append(problems, err)...)
}

// walk visits every script below fsys. Files of tests lie beside them.
func walk(fsys fs.FS, visit func(file string) error) error {
	return fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "tests" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || path.Ext(file) != ".yaml" || strings.HasSuffix(file, ".test.yaml"):
			return nil
		}
		return visit(file)
	})
}

func nameOf(file string) string { return strings.TrimSuffix(file, path.Ext(file)) }

// ScriptName is what a script is called that was given as a file or by name.
func ScriptName(script string) string {
	if isFile(script) {
		return nameOf(filepath.Base(script))
	}
	return script
}

func isFile(script string) bool {
	ext := path.Ext(script)
	return ext == ".yaml" || ext == ".yml"
}

// AddFile loads one more script.
func (l *Library) AddFile(file string, record bool) error {
	s, err := dialog.LoadFile(file)
	if err != nil {
		return err
	}
	return l.add(ScriptName(file), s, os.DirFS(filepath.Dir(file)), ".", record)
}

// add makes a script ready: its intents compiled, its clips, which lie beside it
// in folder dir of files, in memory.
func (l *Library) add(name string, s *dialog.Script, files fs.FS, dir string, record bool) error {
	detector, err := intent.New(s)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	run := &call.Script{
		ID: name, Version: s.Version, Language: s.Language, After: s.Answer.After,
		Listens:  slices.ContainsFunc(s.Nodes, (*dialog.Node).Listens),
		Record:   record,
		Clips:    map[string]*media.Clip{},
		Detector: detector,
		Machine: func(vars map[string]string, seed uint64) call.Machine {
			return dialog.NewMachine(s, vars, seed)
		},
	}
	out := &loaded{run: run}
	for _, p := range s.FixedLines() {
		if p.Clip == "" {
			out.fixed = append(out.fixed, tts.Utterance{Text: p.Text, Language: p.Language, Voice: p.Voice})
			continue
		}
		clip, err := readClip(files, path.Join(dir, p.Clip))
		if err != nil {
			return fmt.Errorf("%s: clip %s: %w", name, p.Clip, err)
		}
		run.Clips[p.Clip] = clip
	}
	l.scripts[name] = out
	return nil
}

func readClip(files fs.FS, name string) (*media.Clip, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	frame, err := media.ReadWAV(f)
	if err != nil {
		return nil, err
	}
	return media.NewClip(frame), nil
}

// SetNumbers says which script answers which number. The error points at the
// line of the configuration.
func (l *Library) SetNumbers(c *config.Config) error {
	var problems config.Problems
	for number, name := range c.Numbers {
		if _, ok := l.scripts[name]; !ok {
			problems = append(problems, c.Problem("numbers."+number, config.Suggest(name, l.Names()),
				"numbers.%s: no script is named %q", number, name))
		}
	}
	if len(problems) > 0 {
		return problems.Sorted()
	}
	l.numbers = c.Numbers
	return nil
}

// Names lists the scripts.
func (l *Library) Names() []string { return slices.Sorted(maps.Keys(l.scripts)) }

// ForNumber is the script that answers a called number.
func (l *Library) ForNumber(called string) (*call.Script, bool) {
	name, ok := l.numbers[called]
	if !ok {
		name, ok = l.numbers["*"]
	}
	if !ok {
		return nil, false
	}
	return l.Named(name)
}

// Named is the script of a name.
func (l *Library) Named(name string) (*call.Script, bool) {
	s, ok := l.scripts[name]
	if !ok {
		return nil, false
	}
	return s.run, true
}

// Fixed are the lines of the named scripts that can be rendered ahead.
func (l *Library) Fixed(names ...string) []tts.Utterance {
	var out []tts.Utterance
	for _, name := range names {
		if s, ok := l.scripts[name]; ok {
			out = append(out, s.fixed...)
		}
	}
	return out
}

// Reached are the names of the scripts that numbers lead to, each once.
func (l *Library) Reached() []string {
	return slices.Compact(slices.Sorted(maps.Values(l.numbers)))
}

// Listening are those of the named scripts that need recognition.
func (l *Library) Listening(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		s, ok := l.scripts[name]
		return !ok || !s.run.Listens
	})
}

// Languages are those of the named scripts, each once.
func (l *Library) Languages(names []string) []string {
	var out []string
	for _, name := range names {
		if s, ok := l.scripts[name]; ok {
			out = append(out, s.run.Language)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
