// Package diff tells what callers will hear differently when one script takes
// another's place: the words of each node, the ways out of it, and what is
// understood. It is pure.
package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog"
)

// Kind says what a change is about.
type Kind string

// The kinds, what is heard first.
const (
	Heard      Kind = "heard"      // words
	Way        Kind = "way"        // where an answer leads
	Understood Kind = "understood" // what an answer means
	Done       Kind = "done"       // facts, transfers, manners
)

// Change is what became of one thing.
type Change struct {
	Where   string   `json:"where"` // node offer, intent price, everywhere
	What    string   `json:"what"`  // says, on price, keywords, ...
	Kind    Kind     `json:"kind"`
	Removed []string `json:"removed,omitempty"`
	Added   []string `json:"added,omitempty"`
}

// Between lists the changes, what stands in the older script in its order and
// what is new after it.
func Between(older, newer *dialog.Script) []Change {
	a, b := read(older), read(newer)
	var all []Change
	for _, k := range keys(a.order, b.order) {
		removed, added := apart(a.items[k], b.items[k])
		if len(removed)+len(added) == 0 {
			continue
		}
		kind := a.kinds[k]
		if kind == "" {
			kind = b.kinds[k]
		}
		all = append(all, Change{Where: k.where, What: k.what, Kind: kind, Removed: removed, Added: added})
	}
	return all
}

// key names one thing of a script.
type key struct{ where, what string }

// sheet is a script as a list of things, each with its values.
type sheet struct {
	order []key
	items map[key][]string
	kinds map[key]Kind
}

func (s *sheet) put(kind Kind, where, what string, values ...string) {
	k := key{where, what}
	for _, v := range values {
		if v == "" {
			continue
		}
		if _, ok := s.items[k]; !ok {
			s.order = append(s.order, k)
			s.kinds[k] = kind
		}
		s.items[k] = append(s.items[k], v)
	}
}

func read(s *dialog.Script) *sheet {
	out := &sheet{items: map[key][]string{}, kinds: map[key]Kind{}}
	out.head(s)
	prompts := map[string][]dialog.Prompt{} // by node
	for _, t := range s.Tongues() {
		for _, p := range t.Prompts() {
			if t != s {
				p.Key = keyIn(p.Key, t)
			}
			prompts[nameOf(p.Node)] = append(prompts[nameOf(p.Node)], p)
		}
	}
	for _, n := range s.Nodes {
		where := "node " + n.Name
		out.node(where, n)
		out.prompts(where, prompts[n.Name])
		for _, w := range n.Ways() {
			out.way(where, w)
		}
	}
	out.prompts("everywhere", prompts[""])
	for _, w := range s.Ways() {
		if w.From == nil {
			out.way("everywhere", w)
		}
	}
	for _, a := range s.Always {
		out.put(Done, "intent "+a.Name, "priority", fmt.Sprint(a.Priority))
	}
	for _, t := range s.Tongues() {
		for _, d := range t.Definitions() {
			out.intent(d)
		}
	}
	for _, g := range s.Grades {
		out.put(Done, "script", "grade "+g.Grade, condition(g))
	}
	for _, sl := range s.Slots {
		out.put(Understood, "slot "+sl.Name, "type", fmt.Sprintf("%s %+v %+v", sl.Type, sl.Limits, sl.Options))
	}
	return out
}

// nameOf is a node's name, "" for what is said in any.
func nameOf(n *dialog.Node) string {
	if n == nil {
		return ""
	}
	return n.Name
}

// keyIn tells the words of a further language apart from those of the first.
func keyIn(key string, t *dialog.Script) string {
	if key == "say" {
		key = "says"
	}
	return key + " in " + t.Language
}

func condition(g dialog.Grade) string {
	if g.If == nil {
		return "always"
	}
	return g.If.Source
}

func (s *sheet) head(d *dialog.Script) {
	s.put(Done, "script", "language", d.Languages()...)
	s.put(Done, "script", "goal", d.Goal)
	s.put(Done, "script", "rings before the answer", d.Answer.After.String())
	for _, n := range d.Needs {
		if n.HasDefault {
			s.put(Heard, "variable "+n.Name, "default", n.Default)
		}
	}
	b := d.Defaults.BargeIn
	s.put(Done, "everywhere", "barge-in", b.Mode+" "+b.Decide.String())
	s.put(Understood, "everywhere", "nods", b.Ignore...)
	s.put(Understood, "everywhere", "interrupts at once", b.Always...)
	s.put(Done, "everywhere", "turns", fmt.Sprint(d.Defaults.Turns.Limit))
	s.put(Done, "everywhere", "filler after", d.Defaults.Slow.After.String())
	s.put(Done, "everywhere", "not understood so often", fmt.Sprint(d.Defaults.NoMatch.Limit))
}

func (s *sheet) node(where string, n *dialog.Node) {
	s.put(Done, where, "stage", n.Stage)
	s.put(Understood, where, "asks for", n.Ask)
	s.put(Done, where, "outcome", n.Effects.Outcome)
	s.put(Done, where, "tags", n.Effects.Tags...)
	s.put(Done, where, "opts out", n.Effects.OptOut)
	s.put(Done, where, "goes on in", n.Effects.Language.Source)
	for _, set := range n.Effects.Set {
		s.put(Done, where, "sets "+set.Name, set.Value.Source)
	}
	if n.Protect != 0 {
		s.put(Done, where, "protected", strings.Replace(n.Protect.String(), dialog.ProtectAll.String(), "all of it", 1))
	}
	s.put(Way, where, "ends", n.Exit.End)
	if q := n.Exit.Fetch; q != nil {
		s.put(Done, where, "looks up", q.Method+" "+q.URL.Source)
	}
	if p := n.Exit.Prose; p != nil {
		s.put(Heard, where, "a model speaks", p.Goal.Source)
		for _, f := range p.Facts {
			s.put(Heard, where, "a model knows", f.Source)
		}
	}
	if t := n.Exit.Transfer; t != nil {
		s.put(Way, where, "transfers to", t.Queue+t.Agent+t.SIP+" "+t.Style)
		s.put(Done, where, "tells the person", t.Brief.Source)
	}
}

func (s *sheet) prompts(where string, all []dialog.Prompt) {
	for _, p := range all {
		what := p.Key
		if what == "say" {
			what = "says"
		}
		for _, l := range p.Lines {
			s.put(Heard, where, what, spoken(l))
		}
	}
}

// spoken is a line as an author reads it.
func spoken(l dialog.Line) string {
	text := l.Text.Source
	if l.Clip != "" {
		text = "♪ " + l.Clip
	}
	if !l.Fallback.Empty() {
		text += " | " + l.Fallback.Source
	}
	if l.Variant != "" {
		text = "(" + l.Variant + ") " + text
	}
	return text
}

func (s *sheet) way(where string, w dialog.Way) {
	what := "on " + w.On
	if w.Name != "" {
		what += " " + w.Name
	}
	if w.If != "" {
		what += " if " + w.If
	}
	to := "→ " + w.Edge.Go
	switch {
	case w.Edge.End != "":
		to = "ends: " + w.Edge.End
	case w.Edge.Replay:
		to = "says it again"
	case w.Edge.Go == "" || w.Edge.Go == dialog.TargetStay:
		to = "stays"
	}
	if w.Wait > 0 {
		to += " after " + w.Wait.String()
	}
	s.put(Way, where, what, to)
	s.put(Done, where, what+" notes", append(slices.Clone(w.Edge.Tags), w.Edge.Outcome, w.Edge.OptOut, w.Edge.Language.Source)...)
}

func (s *sheet) intent(d dialog.IntentDef) {
	where := "intent " + d.Name
	s.put(Understood, where, "examples", d.Examples...)
	s.put(Understood, where, "keywords", d.Keywords...)
	s.put(Understood, where, "match", d.Match...)
	s.put(Understood, where, "unless", d.Unless...)
	s.put(Heard, where, "label", d.Label)
}

// keys joins two orders: the first, and what the second has besides.
func keys(a, b []key) []key {
	all := slices.Clone(a)
	for i, k := range b {
		if slices.Contains(a, k) {
			continue
		}
		// after the last one before it that both have
		at := len(all)
		for j := i - 1; j >= 0; j-- {
			if p := slices.Index(all, b[j]); p >= 0 {
				at = p + 1
				break
			}
		}
		all = slices.Insert(all, at, k)
	}
	return all
}

// apart gives the values that only the first list has, and only the second.
func apart(a, b []string) (removed, added []string) {
	left := slices.Clone(b)
	for _, v := range a {
		if i := slices.Index(left, v); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		removed = append(removed, v)
	}
	if len(removed)+len(left) == 0 && !slices.Equal(a, b) {
		return a, b // the order changed
	}
	return removed, left
}
