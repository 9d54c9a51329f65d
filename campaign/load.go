package campaign

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/dialog/vocab"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// loader turns a YAML tree into a Campaign and gathers every problem on the way.
type loader struct {
	strictyaml.Reader
	c *Campaign
}

// Load reads a campaign; name is how messages call the file. The error is a
// strictyaml.Problems: every problem with file:line:column and what to do.
func Load(in io.Reader, name string) (*Campaign, error) {
	l := &loader{Reader: strictyaml.Reader{Kind: strictyaml.Kind{Name: "campaign", Head: "campaign: name", Page: "docs/campaigns.md"}}, c: defaults()}
	l.Begin(name)
	root := l.Parse(in)
	if root == nil {
		return nil, l.Problems()
	}
	l.c.places.file = name
	_, l.c.places.lines, _ = l.Source()
	l.file(root)
	if !l.Sound() {
		return nil, l.Problems()
	}
	return l.c, nil
}

// block walks a block of the vocabulary and misses what it must have. path is the
// key that it stands under, "" for the file.
func (l *loader) block(n *yaml.Node, name, path string, each func(key string, v *yaml.Node)) {
	what := cmp.Or(path, "the file")
	given := map[string]bool{}
	if !l.Block(n, what, what, vocabulary.Names(name), func(key string, _, v *yaml.Node) {
		given[key] = true
		l.c.places.note(strings.TrimPrefix(path+"."+key, "."), v)
		each(key, v)
	}) {
		return
	}
	for _, k := range vocabulary.Keys(name) {
		if k.Default == vocab.Required && !given[k.Name] {
			l.Wrong(n, k.Doc, "%s has no %q", what, k.Name)
		}
	}
}

// file reads the blocks in the order of the vocabulary, since some look at others.
func (l *loader) file(root *yaml.Node) {
	seen := map[string]*yaml.Node{}
	l.block(root, "campaign", "", func(key string, v *yaml.Node) { seen[key] = v })
	for _, k := range vocabulary.Keys("campaign") {
		if v := seen[k.Name]; v != nil {
			l.part(k.Name, v)
		}
	}
	c := l.c
	c.Name = cmp.Or(c.Name, c.ID)
	c.Wording.Name = c.ID
	c.Wording.Start = c.When.Start
	c.Wording.Complaints = c.Guard.Complaints
	c.Wording = c.Wording.Filled()
	if len(c.Wording.Variants) > 1 && l.Sound() {
		l.experimentFaults(seen)
	}
}

func (l *loader) part(key string, v *yaml.Node) {
	c := l.c
	switch key {
	case "campaign":
		c.ID = l.Name(v, key)
	case "version":
		c.Version = l.Integer(v, key, 1, 1_000_000)
	case "name":
		c.Name = l.Text(v, key)
	case "purpose":
		c.Purpose = l.Name(v, key)
	case "priority":
		c.Priority = l.Integer(v, key, 0, 100)
	case "who":
		l.who(v)
	case "variants":
		l.variants(v)
	case "experiment":
		l.experiment(v)
	case "line":
		l.line(v)
	case "pacing":
		l.pacing(v)
	case "when":
		l.when(v)
	case "retry":
		l.retry(v)
	case "outcomes":
		l.Entries(v, key, func(name string, k, v *yaml.Node) {
			c.places.note("outcomes."+name, v)
			c.FollowUps = append(c.FollowUps, l.outcome(v, name))
		})
	case "stop":
		l.stop(v)
	case "caps":
		l.caps(v)
	}
}

func (l *loader) variants(v *yaml.Node) {
	for i, item := range strictyaml.Items(v) {
		path := fmt.Sprintf("variants[%d]", i)
		l.c.places.note(path, item)
		w := experiment.Variant{Weight: 1}
		l.block(item, "variant", path, func(key string, v *yaml.Node) {
			switch key {
			case "name":
				w.Name = l.Name(v, key)
			case "script":
				w.Script = l.Text(v, key)
			case "version":
				w.Version = l.hash(v, key)
			case "weight":
				w.Weight = float64(l.Integer(v, key, 1, 1000))
			}
		})
		l.c.Wording.Variants = append(l.c.Wording.Variants, w)
	}
	if len(l.c.Wording.Variants) == 0 {
		l.Wrong(v, "give one or more: - {name: a, script: the name of a script}", "there are no variants")
	}
}

// pinned is the beginning of a version's hash, as parley script history shows it.
var pinned = regexp.MustCompile(`^[0-9a-f]{8,64}$`)

func (l *loader) hash(v *yaml.Node, what string) string {
	text := strings.ToLower(l.Text(v, what))
	if text != "" && !pinned.MatchString(text) {
		l.Wrong(v, "give at least the first 8 of the digits that parley script history shows", "%s cannot be %q", what, text)
	}
	return text
}

func (l *loader) experiment(v *yaml.Node) {
	e := &l.c.Wording
	l.block(v, "experiment", "experiment", func(key string, v *yaml.Node) {
		switch key {
		case "metric":
			e.Metric = experiment.Metric(l.Word(v, key, words(experiment.Answered, experiment.Converted)))
		case "allocation":
			e.Allocation = experiment.Allocation(l.Word(v, key, words(experiment.ByWeight, experiment.Bandit)))
		case "lasts":
			e.Lasts = l.span(v, key, 24*time.Hour, 366*24*time.Hour)
		case "effect":
			e.Effect = l.share(v, key, 0.001, 0.5)
		case "alpha":
			e.Alpha = l.share(v, key, 0.001, 0.2)
		}
	})
}

// experimentFaults tells the errors that only the whole experiment shows.
func (l *loader) experimentFaults(seen map[string]*yaml.Node) {
	for _, f := range l.c.Wording.Lint() {
		if f.Severity != strictyaml.Error {
			continue // Lint of the campaign tells
		}
		n := seen["variants"]
		if items := strictyaml.Items(n); strings.HasPrefix(f.Key, "variants[") {
			var i int
			if _, err := fmt.Sscanf(f.Key, "variants[%d]", &i); err == nil && i < len(items) {
				n = items[i]
			}
		}
		l.Wrong(n, f.Hint, "%s", f.Text)
	}
}
