package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/parley-voice/parley/dialog"
)

// InEach holds a script against a check in each of its languages. What is found in
// all of them is told once, anything else with its language.
func InEach(s *dialog.Script, check func(*dialog.Script) ([]Finding, error)) ([]Finding, error) {
	all := s.Tongues()
	per, times := make([][]Finding, len(all)), map[Finding]int{}
	for i, t := range all {
		found, err := check(t)
		if err != nil {
			return nil, err
		}
		per[i] = found
		own := map[Finding]bool{}
		for _, f := range found {
			own[f] = true
		}
		for f := range own {
			times[f]++
		}
	}
	var merged []Finding
	for i, t := range all {
		for _, f := range per[i] {
			switch {
			case times[f] < len(all):
				if !strings.Contains(f.Text, t.Language) {
					f.Text = "in " + t.Language + ": " + f.Text
				}
				merged = append(merged, f)
			case i == 0:
				merged = append(merged, f)
			}
		}
	}
	return merged, nil
}

// untranslated finds what callers hear in the same words whatever language they
// speak.
func untranslated(s *dialog.Script) []Finding {
	other := otherLanguage(s)
	if other == nil {
		return nil
	}
	c := &checker{s: s}
	say := func(path []string, text string) {
		c.find(CodeUntranslated, path, fmt.Sprintf("give it in each: {%s: ..., %s: ...}", s.Language, other.Language),
			"%q is the same in every language", text)
	}
	theirs := other.Prompts()
	for i, p := range s.Prompts() {
		for j, l := range p.Lines {
			if j >= len(theirs[i].Lines) {
				break
			}
			t := theirs[i].Lines[j]
			switch {
			case l.Clip != "" && l.Clip == t.Clip:
				say(p.Path, l.Clip)
			case l.Clip == "" && l.Text.Source == t.Text.Source && worded(l.Text.Source):
				say(p.Path, l.Text.Source)
			}
		}
	}
	for _, d := range s.Definitions() {
		t, _ := other.Intent(d.Name)
		if name := called(d); name != "" && name == called(t) {
			c.find(CodeUntranslated, c.block(d.Name), fmt.Sprintf("give it a label in each: {%s: ..., %s: ...}", s.Language, other.Language),
				"menus and questions back call %q %q in every language", d.Name, name)
		}
	}
	for i, sl := range s.Slots {
		for j, o := range sl.Options {
			if first := o.Words[0]; first == other.Slots[i].Options[j].Words[0] && worded(first) {
				say([]string{"slots", sl.Name, "options", o.Value, strconv.Itoa(j)}, first)
			}
		}
	}
	return c.found
}

// equipped finds languages that nothing hears or speaks.
func (c *checker) equipped() {
	if c.o.Lacks == nil {
		return
	}
	listens := slices.ContainsFunc(c.s.Nodes, (*dialog.Node).Listens)
	for _, what := range c.o.Lacks(c.s.Language, listens) {
		text, hint, _ := strings.Cut(what, "; ")
		c.find(CodeNotEquipped, []string{"language", strconv.Itoa(slices.Index(c.s.Languages(), c.s.Language))}, hint, "%s", text)
	}
}

// otherLanguage is the first edition in another language than the first: en-GB is
// none beside en-US.
func otherLanguage(s *dialog.Script) *dialog.Script {
	base := func(tag string) string {
		b, _, _ := strings.Cut(strings.ToLower(tag), "-")
		return b
	}
	all := s.Tongues()
	i := slices.IndexFunc(all, func(t *dialog.Script) bool { return base(t.Language) != base(s.Language) })
	if i < 0 {
		return nil
	}
	return all[i]
}

var variable = regexp.MustCompile(`\{\{[^}]*\}\}`)

// worded tells whether a text has letters of its own.
func worded(text string) bool {
	return strings.ContainsFunc(variable.ReplaceAllString(text, ""), unicode.IsLetter)
}

// called is what menus call an intent, as far as its author says it.
func called(d dialog.IntentDef) string {
	for _, list := range [][]string{{d.Label}, d.Keywords, d.Examples} {
		if len(list) > 0 && list[0] != "" {
			return list[0]
		}
	}
	return ""
}

// block is where an intent stands.
func (c *checker) block(name string) []string {
	for _, block := range []string{"always", "asides"} {
		if at := c.s.Pos(block, name); at != c.s.Pos(block) {
			return []string{block, name}
		}
	}
	return []string{"intents", name}
}
