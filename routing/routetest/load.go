// Package routetest runs the tests that lie beside a table of routes: facts in,
// and what the decision must be.
package routetest

import (
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
	"github.com/parley-voice/parley/routing"
)

// Test is one call and where it must go.
type Test struct {
	Name   string
	At     time.Time // on the wall clock of the table, kept as UTC
	With   routing.Facts
	During bool     // ask the rules of mid-call
	Heard  []string // what the caller said
	Over   []string // regions that overflow already
	Waited time.Duration
	Expect map[string][]string
	File   string
	Line   int
}

// vocabulary is every key of a test file.
var vocabulary = vocab.Table{
	{Name: "file", Keys: []vocab.Key{
		{Name: "tests", Value: vocab.List(vocab.Of("test")), Default: vocab.Required, Doc: "each of them stands alone"},
	}},
	{Name: "test", Keys: []vocab.Key{
		{Name: "test", Value: vocab.Text, Default: vocab.Required, Doc: "what it shows"},
		{Name: "at", Value: vocab.Text, Default: "2026-03-04T10:00", Doc: "when the call comes, on the table's wall clock: `2026-03-04T10:00` or `2026-03-04T23:59:59`"},
		{Name: "with", Value: vocab.Map(vocab.Scalar).Called("facts with their values"), Doc: "what is known; what is missing is unknown"},
		{Name: "during", Value: vocab.Truth, Default: "`false`", Doc: "ask the rules under `during`"},
		{Name: "heard", Value: vocab.List(vocab.Text), Doc: "what the caller said, for the table's `words`"},
		{Name: "overflowing", Value: vocab.List(vocab.Text), Doc: "regions that overflow already"},
		{Name: "waited", Value: vocab.Time, Default: "0s", Doc: "how long the caller has waited, for `skills`"},
		{Name: "expect", Value: vocab.Of("expect"), Default: vocab.Required, Doc: "what must come of it"},
	}},
	{Name: "expect", Keys: []vocab.Key{
		{Name: "rule", Value: vocab.Name, Doc: "the rule that decides; `none` under `during` when none does"},
		{Name: "to", Value: vocab.Text, Doc: "where the call goes: `queue sales`, `script survey.en`, `reject 486`"},
		{Name: "priority", Value: vocab.Whole(0, 100), Doc: "its priority"},
		{Name: "skills", Value: vocab.List(vocab.Name), Doc: "what the agent must be able to do, after `waited`"},
		{Name: "promise", Value: vocab.Text, Doc: "`30s, queue supervisors`; `none`"},
		{Name: "greeting", Value: vocab.Text, Doc: "a part of the greeting"},
		{Name: "context", Value: vocab.List(vocab.Name), Doc: "what the agent is given"},
		{Name: "follow_up", Value: vocab.Time, Doc: "when somebody must have come back to the caller"},
		{Name: "reason", Value: vocab.List(vocab.Text), Doc: "parts of the reasons, of any rule that was asked"},
	}},
}

// Vocabulary is the table of every key that a test file may use.
func Vocabulary() vocab.Table { return vocabulary }

type loader struct {
	strictyaml.Reader
	table *routing.Table
	file  string
}

// Load reads the tests of a table. The error is a strictyaml.Problems.
func Load(in io.Reader, name string, table *routing.Table) ([]Test, error) {
	l := &loader{Reader: strictyaml.Reader{Kind: strictyaml.Kind{Name: "test file", Head: "tests:", Page: "docs/routing.md"}}, table: table, file: name}
	l.Begin(name)
	root := l.Parse(in)
	if root == nil {
		return nil, l.Problems()
	}
	var tests []Test
	l.block(root, "file", func(_ string, v *yaml.Node) {
		for _, item := range strictyaml.Items(v) {
			tests = append(tests, l.test(item))
		}
	})
	if len(tests) == 0 && l.Sound() {
		l.Wrong(root, "begin with tests: and a list", "there is no test in the file")
	}
	if !l.Sound() {
		return nil, l.Problems()
	}
	return tests, nil
}

func (l *loader) block(n *yaml.Node, name string, each func(key string, v *yaml.Node)) bool {
	what := "the file"
	switch name {
	case "test":
		what = "a test"
	case "expect":
		what = name
	}
	return l.Block(n, name, what, vocabulary.Names(name), func(key string, _, v *yaml.Node) { each(key, v) })
}

func (l *loader) test(n *yaml.Node) Test {
	t := Test{File: l.file, Line: n.Line, With: routing.Facts{}, Expect: map[string][]string{}, At: time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)}
	expects := false
	ok := l.block(n, "test", func(key string, v *yaml.Node) {
		switch key {
		case "test":
			t.Name = l.Text(v, key)
		case "at":
			t.At = l.at(v)
		case "with":
			l.with(v, t.With)
		case "during":
			t.During = l.Truth(v, key)
		case "heard":
			t.Heard = l.Texts(v, key)
		case "overflowing":
			t.Over = l.Texts(v, key)
		case "waited":
			t.Waited = l.Duration(v, key)
		case "expect":
			expects = true
			l.block(v, "expect", func(key string, v *yaml.Node) { t.Expect[key] = l.expected(v, key) })
		}
	})
	if ok && (t.Name == "" || !expects) {
		l.Wrong(n, "write test: what it shows, and expect", "a test needs a name and something to expect")
	}
	return t
}

func (l *loader) with(v *yaml.Node, f routing.Facts) {
	if !l.IsMap(v, "with") {
		return
	}
	for i := 0; i+1 < len(v.Content); i += 2 {
		k, value := v.Content[i], v.Content[i+1]
		text := value.Value
		if value.Kind == yaml.SequenceNode {
			text = strings.Join(l.Texts(value, k.Value), ", ")
		}
		if err := l.table.Set(f, k.Value, text); err != nil {
			what, hint, _ := strings.Cut(err.Error(), "; ")
			l.Wrong(k, hint, "%s", what)
		}
	}
}

func (l *loader) expected(v *yaml.Node, key string) []string {
	if v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
		return []string{}
	}
	all := l.Texts(v, key)
	rules := append(l.table.Names(), "none")
	if key == "rule" && len(all) == 1 && !slices.Contains(rules, all[0]) {
		l.Wrong(v, vocab.Suggest(all[0], rules), "the table has no rule %q", all[0])
	}
	return all
}

func (l *loader) at(v *yaml.Node) time.Time {
	text := l.Text(v, "at")
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(form, text); err == nil {
			return t
		}
	}
	l.Wrong(v, "write it like 2026-03-04T10:00", "at cannot be %q", text)
	return time.Time{}
}
