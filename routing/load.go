package routing

import (
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/vocab"
	"github.com/parley-voice/parley/dialog/vocab/hours"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Codes of what the loader refuses, beside those of strictyaml.
const (
	BadExpression strictyaml.Code = "bad-expression"
	UnknownFact   strictyaml.Code = "unknown-fact"
	Undefined     strictyaml.Code = "undefined"
)

// loader turns a YAML tree into a Table and gathers every problem on the way.
type loader struct {
	strictyaml.Reader
	table *Table
}

// Load reads a file of rules; name stands in the messages. Every problem is in the
// one error, of type strictyaml.Problems.
func Load(in io.Reader, name string) (*Table, error) {
	l := &loader{Reader: strictyaml.Reader{Kind: strictyaml.Kind{Name: "table of routes", Head: "routes: name", Page: "docs/routing.md"}}}
	l.Begin(name)
	root := l.Parse(in)
	if root == nil {
		return nil, l.Problems()
	}
	l.table = &Table{Version: 1, Manner: Manner{Language: "en"}, Calendar: Calendar{Zone: time.UTC}, places: places{file: name}}
	_, l.table.places.lines, _ = l.Source()
	l.root(root)
	if !l.Sound() {
		return nil, l.Problems()
	}
	return l.table, nil
}

func (l *loader) block(n *yaml.Node, name string, each func(key string, v *yaml.Node)) bool {
	what := "a " + name
	switch {
	case name == "routes":
		what = "the file"
	case strings.ContainsAny(name[:1], "aeiou"):
		what = "an " + name
	}
	return l.Block(n, name, what, blockKeys[name], func(key string, _, v *yaml.Node) { each(key, v) })
}

func (l *loader) root(n *yaml.Node) {
	seen := map[string]*yaml.Node{}
	if !l.block(n, "routes", func(key string, v *yaml.Node) { seen[key] = v }) {
		return
	}
	for _, k := range vocabulary.Keys("routes") { // rules come after what they name
		if v := seen[k.Name]; v != nil {
			l.part(k.Name, v)
		} else if k.Default == vocab.Required {
			l.Wrong(n, "see docs/routing.md for the smallest file", "the file has no %q", k.Name)
		}
	}
}

func (l *loader) part(key string, v *yaml.Node) {
	t := l.table
	switch key {
	case "routes":
		t.ID = l.Name(v, key)
	case "version":
		t.Version = l.Integer(v, key, 1, 1_000_000)
	case "language":
		t.Language = l.Text(v, key)
	case "market":
		t.Market = l.Name(v, key)
	case "timezone":
		t.Calendar.Zone = l.zone(v)
	case "hours":
		t.Calendar.Hours = hours.ReadWeek(&l.Reader, v)
	case "holidays":
		t.Calendar.Holidays = hours.ReadDays(&l.Reader, v, key)
	case "workdays":
		t.Calendar.Workdays = hours.ReadDays(&l.Reader, v, key)
	case "channels":
		l.channels(v)
	case "words":
		l.Entries(v, key, func(class string, _, v *yaml.Node) {
			t.Words = append(t.Words, Words{Class: class, Words: l.Texts(v, class)})
		})
	case "queues":
		t.Queues = l.names(v, key)
		for _, item := range strictyaml.Items(v) {
			t.places.note(listed+item.Value, item)
		}
	case "skills":
		t.Skills = l.names(v, key)
	case "overflow":
		l.overflow(v)
	case "rules":
		t.Rules = l.rules(v, false)
	case "during":
		t.During = l.rules(v, true)
	case "default":
		r := l.rule(v, "default", false)
		r.ID = "default"
		t.Rules = append(t.Rules, r)
		t.places.note("default", v)
	}
}

func (l *loader) zone(v *yaml.Node) *time.Location {
	name := l.Text(v, "timezone")
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		if name != "" {
			l.Wrong(v, "use a name of the IANA time zone database, such as Asia/Shanghai or Europe/Berlin", "timezone cannot be %q", name)
		}
		return time.UTC
	}
	return zone
}

func (l *loader) channels(v *yaml.Node) {
	if !l.IsMap(v, "channels") {
		return
	}
	for i := 0; i+1 < len(v.Content); i += 2 {
		k, body := v.Content[i], v.Content[i+1]
		c := Channel{Number: k.Value}
		if n := customer.Parse(k.Value, ""); n.Kind == customer.Withheld {
			l.Wrong(k, "write the number as calls bring it", "a channel cannot have the number %q", k.Value)
		}
		if l.block(body, "channel", func(key string, v *yaml.Node) {
			if key == "name" {
				c.Name = l.Text(v, "name")
			} else {
				c.Topic = l.Name(v, "topic")
			}
		}) && c.Name == "" {
			l.Wrong(body, "write {name: as greetings say it}", "the channel %s has no name", k.Value)
		}
		l.table.Channels = append(l.table.Channels, c)
	}
}

func (l *loader) names(v *yaml.Node, what string) (all []string) {
	for _, item := range strictyaml.Items(v) {
		name := l.Name(item, what)
		if slices.Contains(all, name) {
			l.Fault(strictyaml.DuplicateKey, item, "keep one of them", "%q stands twice under %s", name, what)
		}
		if name != "" {
			all = append(all, name)
		}
	}
	return all
}

func (l *loader) overflow(v *yaml.Node) {
	h := Threshold{Sample: 20}
	seen := false
	l.block(v, "overflow", func(key string, v *yaml.Node) {
		switch key {
		case "below":
			h.Below, seen = float64(l.Integer(v, key, 1, 100)), true
		case "until":
			h.Until = float64(l.Integer(v, key, 1, 100))
		case "sample":
			h.Sample = l.Integer(v, key, 1, 1_000_000)
		}
	})
	switch {
	case !seen && v.Kind == yaml.MappingNode:
		l.Wrong(v, "write {below: 85, until: 90, sample: 20}", "overflow has no \"below\"")
	case h.Until == 0:
		h.Until = min(h.Below+5, 100)
	case h.Until < h.Below:
		l.Wrong(v, "make until larger than below, so that a region does not go to and fro", "overflow ends at %s percent, before it begins at %s", percent(h.Until), percent(h.Below))
	}
	l.table.Overflow = h
}

// condition reads and binds what must be true or false.
func (l *loader) condition(v *yaml.Node, mid bool) *expr.Expr {
	source := l.Text(v, "when")
	if source == "" || l.Full() {
		return nil
	}
	e, err := expr.Parse(source)
	if err == nil {
		err = e.BindCondition(l.table.scope(mid))
	}
	if err != nil {
		l.faulty(v, err)
		return nil
	}
	return e
}

// faulty notes what is wrong with an expression, at its place inside the text.
func (l *loader) faulty(v *yaml.Node, err error) {
	var f *expr.Fault
	if !errors.As(err, &f) {
		l.Wrong(v, "", "%v", err)
		return
	}
	code, hint, text := BadExpression, f.Hint, f.Text
	if f.Name != "" {
		code, text = UnknownFact, strings.Replace(f.Text, "there is no variable", "there is no fact", 1)
		hint = vocab.Suggest(f.Name, f.Among)
		if strings.HasPrefix(f.Text, "there is no variable") && vocab.Nearest(f.Name, f.Among) == "" {
			hint = "docs/routing.md lists the facts; put a text in quotes"
		}
		if slices.ContainsFunc(known, func(k Fact) bool { return k.Mid && k.Name == f.Name }) && !slices.Contains(f.Among, f.Name) {
			hint = "it is known in mid-call only: put the rule under during"
		}
	}
	l.Fault(code, l.Within(v, f.Offset), hint, "%s", text)
}
