// Package market holds what the law and the custom of a market ask of a script:
// words that must not be said, notices that must, wording that is fixed. The
// packs are data; whoever sells elsewhere adds a file. They are no legal advice.
package market

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/words"
)

//go:embed packs
var files embed.FS

// Pack is what one market asks for: a trade (finance), or a trade in a country
// (finance.cn).
type Pack struct {
	Name      string   `yaml:"-"`
	Forbidden []Rule   `yaml:"forbidden"`
	Notices   []string `yaml:"notices"` // that every call gives, that of the recording before anything is recorded
	Mood      *bool    `yaml:"mood"`    // whether how a caller sounds may be used when a script does not say; nil is yes
	Fixed     *Fixed   `yaml:"fixed"`   // only fixed wording; nil is free
}

// Rule is a list of words that must not be said, and why.
type Rule struct {
	Why   string   `yaml:"why"`
	Words []string `yaml:"words"`
	split [][]string
}

// Fixed is the wording of a market in which every text is approved beforehand.
type Fixed struct {
	Variables []string `yaml:"variables"` // that a text may have
}

// Any is what holds in every market.
var Any = read("packs/any.yaml")

var trades, laws = folder("packs"), folder("packs/law")

// folder reads every pack of a folder, by name.
func folder(dir string) map[string]Pack {
	names, err := fs.Glob(files, dir+"/*.yaml")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("market: %d packs in %s: %v", len(names), dir, err))
	}
	all := map[string]Pack{}
	for _, name := range names {
		if short := strings.TrimSuffix(path.Base(name), ".yaml"); short != "any" {
			all[short] = read(name)
		}
	}
	return all
}

// read reads a pack that ships; the tests read each of them.
func read(name string) Pack {
	var p Pack
	data, err := files.ReadFile(name)
	if err == nil {
		d := yaml.NewDecoder(bytes.NewReader(data))
		d.KnownFields(true)
		err = d.Decode(&p)
	}
	if err != nil {
		panic("market: " + name + ": " + err.Error())
	}
	for i := range p.Forbidden {
		p.Forbidden[i].take()
	}
	return p
}

// take splits the words once, to be looked for.
func (r *Rule) take() {
	for _, w := range r.Words {
		r.split = append(r.split, words.Split(w))
	}
}

// Of finds the pack of a market. Its country's law is joined to its trade's.
func Of(name string) (Pack, bool) {
	trade, country, has := strings.Cut(name, ".")
	p, ok := trades[trade]
	if !ok {
		return Pack{}, false
	}
	p.Name = name
	if !has {
		return p, true
	}
	law, ok := laws[country]
	p.Forbidden = slices.Concat(p.Forbidden, law.Forbidden)
	for _, n := range law.Notices {
		if !slices.Contains(p.Notices, n) {
			p.Notices = append(slices.Clone(p.Notices), n)
		}
	}
	if law.Mood != nil && (p.Mood == nil || *p.Mood) {
		p.Mood = law.Mood
	}
	return p, ok
}

// Names lists the markets: each trade, alone and in each country.
func Names() []string {
	var all []string
	for trade := range trades {
		all = append(all, trade)
		for country := range laws {
			all = append(all, trade+"."+country)
		}
	}
	slices.Sort(all)
	return all
}

// Trades lists the markets without their countries.
func Trades() []string {
	return slices.DeleteFunc(Names(), func(s string) bool { return strings.Contains(s, ".") })
}

// With is the pack with one more list of words that must not be said.
func (p Pack) With(why string, list []string) Pack {
	rule := Rule{Why: why, Words: list}
	rule.take()
	p.Forbidden = append(slices.Clip(p.Forbidden), rule)
	return p
}

// Says finds a word in a text that must not be said. Chinese is not written in
// words, so there it may stand anywhere.
func (p Pack) Says(text string) (word, why string, found bool) {
	if len(p.Forbidden) == 0 {
		return "", "", false
	}
	for said := range windows(text) {
		for _, r := range p.Forbidden {
			for i, w := range r.split {
				if words.Contains(said, w) {
					return r.Words[i], r.Why, true
				}
			}
		}
	}
	return "", "", false
}

// overlap of two windows, in runes: no forbidden words are longer.
const overlap = 100

// windows are the words of a text, piece by piece: words.Split looks at no more
// than words.Max letters.
func windows(text string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for rest := []rune(text); ; rest = rest[words.Max-overlap:] {
			if len(rest) <= words.Max {
				yield(words.Split(string(rest)))
				return
			}
			if !yield(words.Split(string(rest[:words.Max]))) {
				return
			}
		}
	}
}

// Wants tells whether a notice has to be given.
func (p Pack) Wants(notice string) bool { return slices.Contains(p.Notices, notice) }

// MoodAllowed tells whether how a caller sounds may be used when the script does
// not say otherwise.
func (p Pack) MoodAllowed() bool { return p.Mood == nil || *p.Mood }
