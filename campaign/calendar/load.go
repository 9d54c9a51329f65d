package calendar

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab"
	"github.com/parley-voice/parley/dialog/vocab/hours"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

type loader struct {
	strictyaml.Reader
	rule Rule
}

// Load reads one jurisdiction; name is how messages call the file. The error is a
// strictyaml.Problems: every problem with file:line:column and what to do.
func Load(in io.Reader, name string) (Rule, error) {
	l := &loader{Reader: strictyaml.Reader{Kind: strictyaml.Kind{Name: "jurisdiction", Head: "jurisdiction: name", Page: "docs/consent.md"}}}
	l.Begin(name)
	if root := l.Parse(in); root != nil {
		l.file(root)
	}
	if !l.Sound() {
		return Rule{}, l.Problems()
	}
	return l.rule, nil
}

// block walks a block of the vocabulary and misses what it must have.
func (l *loader) block(n *yaml.Node, name, what string, each func(key string, v *yaml.Node)) {
	given := map[string]bool{}
	if !l.Block(n, what, what, vocabulary.Names(name), func(key string, _, v *yaml.Node) {
		given[key] = true
		each(key, v)
	}) {
		return
	}
	for _, k := range vocabulary.Keys(name) {
		if k.Default == vocab.Required && !given[k.Name] {
			l.Wrong(n, k.Doc, "%s has no %s", what, k.Name)
		}
	}
}

func (l *loader) file(root *yaml.Node) {
	l.block(root, "jurisdiction", "the file", func(key string, v *yaml.Node) {
		switch key {
		case "jurisdiction":
			l.rule.Name = l.Name(v, key)
		case "countries":
			l.rule.Countries = l.Texts(v, key)
			for _, item := range strictyaml.Items(v) {
				if !countryCode.MatchString(item.Value) {
					l.Wrong(item, "write two capital letters: US, CN, GB", "%q is no country code", item.Value)
				}
			}
		case "regions":
			l.rule.Regions = l.Texts(v, key)
		case "hours":
			if l.rule.Hours = hours.ReadWeek(&l.Reader, v); l.rule.Hours.None() && l.Sound() {
				l.Wrong(v, "write when people may be called: mon-fri: 09:00-20:00", "no day has hours")
			}
		case "holidays":
			l.holidays(v)
		case "source":
			l.rule.Source = strings.Join(l.Texts(v, key), "\n")
		}
	})
}

func (l *loader) holidays(v *yaml.Node) {
	if !l.IsMap(v, "holidays") {
		return
	}
	l.rule.Holidays = map[int]Year{}
	for i := 0; i+1 < len(v.Content); i += 2 {
		k, body := v.Content[i], v.Content[i+1]
		number, err := strconv.Atoi(k.Value)
		if err != nil || number < 2000 || number > 2999 {
			l.Wrong(k, "write the year: 2026", "%q is no year", k.Value)
			continue
		}
		var y Year
		l.block(body, "year", "the year "+k.Value, func(key string, v *yaml.Node) {
			days := hours.ReadDays(&l.Reader, v, key)
			if slices.ContainsFunc(days, func(d hours.Days) bool { return d.First[:4] != k.Value || d.Last[:4] != k.Value }) {
				l.Wrong(v, "put each day under its own year", "%s has a day of another year than %s", key, k.Value)
			}
			if key == "off" {
				y.Off = days
			} else {
				y.Work = days
			}
		})
		l.rule.Holidays[number] = y
	}
}
