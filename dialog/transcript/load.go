// Package transcript runs the tests that lie beside a script: conversations in
// text, in virtual time, against the same machine that live calls follow.
package transcript

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/vocab"
)

// Test is one conversation and what is expected of it.
type Test struct {
	Name    string
	Script  string // the script's id
	With    map[string]string
	Seed    uint64
	Steps   []Step
	Clock   time.Time     // when the call begins; zero is 1970
	DeadAir time.Duration // the most silence that the script did not ask for; 0 is 2 s
	File    string
	Line    int
}

// Step is one thing that happens or is expected.
type Step struct {
	Kind   string // one of the keys of a step
	Text   string
	For    time.Duration
	Expect map[string][]string
	Say    []string // of a model, a sentence each
	Line   int
}

// Load reads the tests of a file: YAML documents, one test each. Every problem
// is in the one error, of type dialog.Problems.
func Load(in io.Reader, name string) ([]Test, error) {
	data, err := io.ReadAll(io.LimitReader(in, dialog.MaxBytes+1))
	if err != nil || len(data) > dialog.MaxBytes {
		return nil, dialog.Problems{{File: name, Text: "cannot be read, or is larger than 1 MiB"}}
	}
	l := &loader{file: name, lines: strings.Split(string(data), "\n")}
	var tests []Test
	for d := yaml.NewDecoder(strings.NewReader(string(data))); ; {
		var doc yaml.Node
		if err := d.Decode(&doc); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			l.problems = append(l.problems, dialog.Problem{File: name, Text: "this is not YAML: " + err.Error()})
			break
		}
		if len(doc.Content) == 1 {
			tests = append(tests, l.test(doc.Content[0]))
		}
	}
	if len(tests) == 0 && len(l.problems) == 0 {
		l.problems = append(l.problems, dialog.Problem{File: name, Text: "there is no test in the file", Hint: "begin with \"test: what it shows\""})
	}
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	return tests, nil
}

type loader struct {
	file     string
	lines    []string
	problems dialog.Problems
}

func (l *loader) wrong(n *yaml.Node, hint, format string, args ...any) {
	p := dialog.Problem{File: l.file, Line: n.Line, Column: n.Column, Text: fmt.Sprintf(format, args...), Hint: hint}
	if n.Line >= 1 && n.Line <= len(l.lines) {
		p.Source = l.lines[n.Line-1]
	}
	l.problems = append(l.problems, p)
}

// keys walks a mapping with a closed list of keys.
func (l *loader) keys(n *yaml.Node, what string, allowed []string, each func(key string, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		l.wrong(n, "known: "+strings.Join(allowed, ", "), "%s must be a block of keys", what)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if allowed != nil && !slices.Contains(allowed, k.Value) {
			l.wrong(k, vocab.Suggest(k.Value, allowed), "%s has no key %q", what, k.Value)
			continue
		}
		each(k.Value, v)
	}
}

func (l *loader) test(n *yaml.Node) Test {
	t := Test{File: l.file, Line: n.Line, With: map[string]string{}}
	l.keys(n, "a test", vocabulary.Names("test"), func(key string, v *yaml.Node) {
		switch key {
		case "test":
			t.Name = v.Value
		case "script":
			t.Script = v.Value
		case "with":
			l.keys(v, "with", nil, func(name string, v *yaml.Node) { t.With[name] = v.Value })
		case "seed":
			if err := v.Decode(&t.Seed); err != nil {
				l.wrong(v, "use a whole number", "seed cannot be %q", v.Value)
			}
		case "clock":
			t.Clock = l.clock(v)
		case "steps":
			for _, item := range v.Content {
				t.Steps = append(t.Steps, l.step(item))
			}
		case "always_expect":
			l.keys(v, "always_expect", vocabulary.Names("always_expect"), func(_ string, v *yaml.Node) { t.DeadAir = l.duration(v) })
		}
	})
	if t.Name == "" || len(t.Steps) == 0 {
		l.wrong(n, "write test: what it shows, and steps", "a test needs a name and steps")
	}
	return t
}

func (l *loader) step(n *yaml.Node) Step {
	s := Step{Line: n.Line}
	if n.Kind == yaml.ScalarNode { // - hangup
		n = &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column, Content: []*yaml.Node{n, {Kind: yaml.ScalarNode, Value: "true"}}}
	}
	if len(n.Content) != 2 {
		l.wrong(n, "known: "+strings.Join(vocabulary.Names("step"), ", "), "a step must be one key with its value")
		return s
	}
	l.keys(n, "a step", vocabulary.Names("step"), func(key string, v *yaml.Node) {
		s.Kind, s.Text = key, v.Value
		switch key {
		case "silence":
			s.For = l.duration(v)
		case "expect":
			s.Expect = l.expect(v)
		case "fetch":
			s.Text = l.answer(v)
		case "llm":
			s.Say = l.sentences(v)
		default:
			if v.Kind != yaml.ScalarNode || v.Value == "" {
				l.wrong(v, "give it a text", "%s has no value", key)
			}
		}
	})
	return s
}

func (l *loader) expect(n *yaml.Node) map[string][]string {
	all := map[string][]string{}
	l.keys(n, "expect", vocabulary.Names("expect"), func(key string, v *yaml.Node) {
		switch v.Kind {
		case yaml.SequenceNode:
			for _, item := range v.Content {
				all[key] = append(all[key], item.Value)
			}
		case yaml.MappingNode:
			for i := 0; i+1 < len(v.Content); i += 2 {
				all[key] = append(all[key], v.Content[i].Value+"="+v.Content[i+1].Value)
			}
			sort.Strings(all[key])
		default:
			all[key] = []string{v.Value}
		}
	})
	return all
}

func (l *loader) duration(v *yaml.Node) time.Duration {
	d, err := time.ParseDuration(v.Value)
	if err != nil || d <= 0 || d > time.Hour {
		l.wrong(v, "write a number and a unit: 700ms, 6s", "%q is not a time", v.Value)
		return 0
	}
	return d
}
