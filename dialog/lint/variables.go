package lint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/parley-voice/parley/dialog"
)

// variables finds those that have no value when they are used.
func (c *checker) variables() {
	defaults := map[string]bool{}
	for _, need := range c.s.Needs {
		if need.HasDefault {
			defaults[need.Name] = true
		}
		if need.Example == "" && !need.HasDefault {
			c.find(CodeNeverGiven, []string{"needs", need.Name}, "give it an example for tests, or a default",
				"variable %q has neither an example nor a default: no test and no simulator gives it a value", need.Name)
		}
	}
	given := c.given()
	for _, p := range c.s.Prompts() {
		for i, l := range p.Lines {
			if l.Clip != "" || !l.Fallback.Empty() {
				continue
			}
			_, missing := l.Text.Fill(func(name string) (string, bool) { return "x", defaults[name] || builtin[name] })
			for _, name := range missing {
				if l.If != nil && slices.Contains(l.If.Names(), name) {
					continue // a condition has asked for it
				}
				c.missing(p, i, name, given)
			}
		}
	}
}

// builtin variables always have a value, or one that the author cannot give.
var builtin = map[string]bool{"intent": true, "heard": true, "tags": true, "outcome": true,
	"call.id": true, "call.answered_by": true, "call.day": true, "call.from": true, "call.to": true, "transfer.reason": true, "mood": true, "interruptions": true, "choice": true, "digit": true}

func (c *checker) missing(p dialog.Prompt, i int, name string, given map[string][]*dialog.Node) {
	path := append(slices.Clone(p.Path), strconv.Itoa(i))
	from, isSet := given[name]
	need := slices.ContainsFunc(c.s.Needs, func(n dialog.Need) bool { return n.Name == name })
	switch {
	case need:
		c.find(CodeLeftOut, path, "write {{"+name+" | other words}}, add a fallback, or give it a default under needs",
			"the sentence with {{%s}} is left out when it is unknown", name)
	case isSet && p.Node != nil && len(from) > 0 && !c.comesAfter(p.Node, from):
		c.find(CodeNeverGiven, path, "set it on a way that leads here, or write {{"+name+" | other words}}",
			"variable %q is never given before node %q", name, p.Node.Name)
	}
}

// given says in which nodes variables get their values; an empty list means
// anywhere.
func (c *checker) given() map[string][]*dialog.Node {
	all := map[string][]*dialog.Node{}
	anywhere := map[string]bool{}
	add := func(name string, n *dialog.Node) {
		all[name] = append(all[name], n)
		if n == nil {
			anywhere[name] = true
		}
	}
	for _, n := range c.s.Nodes {
		for _, set := range n.Effects.Set {
			add(set.Name, n)
		}
		if n.Ask != "" {
			add(n.Ask, n)
		}
		if q := n.Exit.Fetch; q != nil {
			for _, f := range q.Into {
				add(f.Name, n)
			}
		}
	}
	for _, w := range c.s.Ways() {
		for _, set := range w.Edge.Set {
			add(set.Name, w.From)
		}
	}
	for name := range anywhere {
		all[name] = nil
	}
	return all
}

// comesAfter tells whether a conversation can come to a node by way of one of
// the others.
func (c *checker) comesAfter(n *dialog.Node, from []*dialog.Node) bool {
	seen := map[*dialog.Node]bool{}
	queue := slices.Clone(from)
	for _, w := range c.s.Ways() { // what holds everywhere leads there from anywhere
		if to := c.s.Leads(w); w.From == nil && to != nil {
			queue = append(queue, to)
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at == nil || seen[at] {
			continue
		}
		if seen[at] = true; at == n {
			return true
		}
		for _, w := range at.Ways() {
			queue = append(queue, c.s.Leads(w))
		}
	}
	return false
}

// unused finds what is defined and plays no part.
func (c *checker) unused() {
	used := map[string]bool{}
	for _, w := range c.s.Ways() {
		if w.On == dialog.OnIntent || w.On == dialog.OnAlways {
			used[w.Name] = true
		}
	}
	for _, d := range c.s.Intents {
		if n := len(d.Examples); n > 0 && n < fewExamples && len(d.Keywords)+len(d.Match) == 0 && !isBuiltinIntent(d.Name) {
			c.find(CodeTooFew, []string{"intents", d.Name, "examples"}, "add what callers really say, or keywords",
				"intent %q has %d of the %d examples that it takes to be understood when said otherwise", d.Name, n, fewExamples)
		}
		if !used[d.Name] && !isBuiltinIntent(d.Name) && !c.asked(d.Name) {
			c.find(CodeUnused, []string{"intents", d.Name}, "let a node's go take it, or remove it", "no node takes intent %q", d.Name)
		}
	}
	for _, sl := range c.s.Slots {
		if !slices.ContainsFunc(c.s.Nodes, func(n *dialog.Node) bool { return n.Ask == sl.Name }) {
			c.find(CodeUnused, []string{"slots", sl.Name}, "let a node ask for it, or remove it", "no node asks for slot %q", sl.Name)
		}
	}
	for _, need := range c.s.Needs {
		if !c.mentioned(need.Name) {
			c.find(CodeUnused, []string{"needs", need.Name}, "use it in a text, or remove it", "nothing uses variable %q", need.Name)
		}
	}
}

// fewExamples is the least number of examples by which an intent is understood
// when it is said in other words.
const fewExamples = 5

func isBuiltinIntent(name string) bool {
	return slices.Contains([]string{dialog.IntentAffirm, dialog.IntentDeny, dialog.IntentHesitate}, name)
}

// asked tells whether a condition asks for an intent by its name.
func (c *checker) asked(name string) bool {
	for _, text := range c.s.Written() {
		if strings.Contains(text, "("+name+")") || strings.Contains(text, "'"+name+"'") || strings.Contains(text, "\""+name+"\"") {
			return true
		}
	}
	return false
}

// mentioned tells whether a name stands anywhere in the file but where it is
// defined: in a text, a condition, a header.
func (c *checker) mentioned(name string) bool {
	n := 0
	for _, line := range c.s.Written() {
		text, _, _ := strings.Cut(line, " #")
		for rest := text; ; {
			i := strings.Index(rest, name)
			if i < 0 {
				break
			}
			if !within(rest, i, len(name)) {
				n++
			}
			rest = rest[i+len(name):]
		}
	}
	return n > 1
}

// within tells whether a word goes on before or after a match.
func within(s string, i, length int) bool {
	letter := func(b byte) bool {
		return b == '_' || b == '.' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
	}
	return i > 0 && letter(s[i-1]) || i+length < len(s) && letter(s[i+length])
}
