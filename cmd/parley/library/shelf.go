package library

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// Shelf is a set of scripts, ready to run, and the numbers that lead to them. It
// is never changed once it is in use: a reload puts another in its place.
type Shelf struct {
	scripts map[string]*loaded
	numbers map[string]string
}

type loaded struct {
	run     *call.Script
	fixed   []tts.Utterance
	outside Outside
	written []string // prompts that hold words which the house forbids
	speaks  []string // languages, BCP 47
	needs   []string // variables without a default
}

// Outside is whom a script asks while it talks.
type Outside struct {
	Lookups []dialog.Fetch // address, as far as it is fixed, and secret
	Model   bool           // a language model
}

// Forbidden lists the prompts that hold words which the house forbids, by script.
func (l *Shelf) Forbidden() map[string][]string {
	all := map[string][]string{}
	for name, s := range l.scripts {
		if len(s.written) > 0 {
			all[name] = s.written
		}
	}
	return all
}

// Needs names the variables that a script has to be given: those without a default.
func (l *Shelf) Needs(script string) []string {
	if s := l.scripts[script]; s != nil {
		return s.needs
	}
	return nil
}

func needs(s *dialog.Script) (names []string) {
	for _, n := range s.Needs {
		if !n.HasDefault {
			names = append(names, n.Name)
		}
	}
	return names
}

// Outside tells whom the named scripts ask, by script.
func (l *Shelf) Outside() map[string]Outside {
	all := map[string]Outside{}
	for name, s := range l.scripts {
		if len(s.outside.Lookups) > 0 || s.outside.Model {
			all[name] = s.outside
		}
	}
	return all
}

func outside(s *dialog.Script) (o Outside) {
	for _, n := range s.Nodes {
		if q := n.Exit.Fetch; q != nil {
			fixed, _, _ := strings.Cut(q.URL.Source, "{{")
			o.Lookups = append(o.Lookups, dialog.Fetch{URL: fixed, Secret: q.Secret})
		}
		o.Model = o.Model || n.Exit.Prose != nil
	}
	return o
}

// ready makes an edition fit for calls: its intents compiled, its clips in memory.
func (e edition) ready(src Source) (*loaded, error) {
	name, s := e.name, e.s
	detector, err := intent.New(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if detector.AsksModel() && src.Judge == nil {
		return nil, fmt.Errorf("%s: the script asks for a language model (defaults.understand.llm), and the configuration names none; add llm.model to it, or take the key out", name)
	}
	written := s.Forbid(src.Words)
	run := &call.Script{
		ID: name, Version: s.Version, Hash: e.hash, Draft: e.draft, Language: s.Language, After: s.Answer.After,
		Listens:  slices.ContainsFunc(s.Nodes, (*dialog.Node).Listens),
		Record:   src.Record && !s.Market.Wants("recording"), // there the notice is heard first
		Clips:    map[string]*media.Clip{},
		Detector: detector.WithJudge(src.Judge),
		Machine: func(vars map[string]string, seed uint64) call.Machine {
			return dialog.NewMachine(s, vars, seed)
		},
	}
	out := &loaded{run: run, outside: outside(s), written: written, speaks: s.Languages(), needs: needs(s)}
	for _, p := range s.FixedLines() {
		if p.Clip == "" {
			out.fixed = append(out.fixed, tts.Utterance{Text: p.Text, Language: p.Language, Voice: p.Voice})
			continue
		}
		clip, err := readClip(e.files, path.Clean(p.Clip))
		if err != nil {
			return nil, fmt.Errorf("%s: clip %s: %w", name, p.Clip, err)
		}
		run.Clips[p.Clip] = clip
	}
	return out, nil
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

// number says which script answers which number. The error points at the line of
// the configuration.
func (l *Shelf) number(c *config.Config, hint func(name string) string) error {
	var problems config.Problems
	for number, name := range c.Numbers {
		if _, ok := l.scripts[name]; ok {
			continue
		}
		if h := hint(name); h != "" {
			problems = append(problems, c.Problem("numbers."+number, h, "numbers.%s: no version of the script %q is published", number, name))
			continue
		}
		problems = append(problems, c.Problem("numbers."+number, config.Suggest(name, l.Names()), "numbers.%s: no script is named %q", number, name))
	}
	if len(problems) > 0 {
		return problems.Sorted()
	}
	l.numbers = c.Numbers
	return nil
}

// Names lists the scripts.
func (l *Shelf) Names() []string { return slices.Sorted(maps.Keys(l.scripts)) }

// ForNumber is the script that answers a called number.
func (l *Shelf) ForNumber(called string) (*call.Script, bool) {
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
func (l *Shelf) Named(name string) (*call.Script, bool) {
	s, ok := l.scripts[name]
	if !ok {
		return nil, false
	}
	return s.run, true
}

// Fixed are the lines of the named scripts that can be rendered ahead.
func (l *Shelf) Fixed(names ...string) []tts.Utterance {
	var out []tts.Utterance
	for _, name := range names {
		if s, ok := l.scripts[name]; ok {
			out = append(out, s.fixed...)
		}
	}
	return out
}

// Reached are the names of the scripts that numbers lead to, each once.
func (l *Shelf) Reached() []string {
	return slices.Compact(slices.Sorted(maps.Values(l.numbers)))
}

// Listening are those of the named scripts that need recognition.
func (l *Shelf) Listening(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		s, ok := l.scripts[name]
		return !ok || !s.run.Listens
	})
}

// Languages are those of the named scripts, each once.
func (l *Shelf) Languages(names []string) []string {
	var out []string
	for _, name := range names {
		if s, ok := l.scripts[name]; ok {
			out = append(out, s.speaks...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
