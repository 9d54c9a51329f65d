package lint

import (
	"slices"

	"github.com/parley-voice/parley/dialog"
)

// ladders finds listening nodes where nothing follows silence, or nothing but
// the same question follows words that are never understood.
func (c *checker) ladders() {
	for _, n := range c.s.Nodes {
		if !n.Listens() {
			continue
		}
		silence, where := c.s.Defaults.Silence, []string{"defaults", "silence"}
		if n.Silence != nil {
			silence, where = *n.Silence, nodePath(n, "silence")
		}
		if len(silence.Rungs) == 0 {
			c.find(CodeNoSilencePath, where, "give silence a ladder: [{after: 6s, say: Are you still there?}, {after: 6s, end: no_input}]",
				"nothing happens when the caller says nothing in node %q", n.Name)
		}
		if !missable(n) {
			continue
		}
		then, where := c.s.Defaults.NoMatch.Then, []string{"defaults", "no_match", "then"}
		if n.NoMatch != nil && n.NoMatch.Then != "" {
			then, where = n.NoMatch.Then, nodePath(n, "no_match", "then")
		}
		if then == dialog.TargetStay || then == n.Name {
			c.find(CodeNoMatchPath, where, "name another node, handoff or close",
				"words that are never understood lead from node %q to itself", n.Name)
		}
	}
}

// missable tells whether there are words that mean nothing in a node.
func missable(n *dialog.Node) bool {
	return n.Listens() && (n.Ask != "" || !has(n, dialog.IntentElse))
}

func has(n *dialog.Node, intent string) bool {
	return slices.ContainsFunc(n.Go, func(b dialog.Branch) bool { return b.Intent == intent })
}

// persons finds ways to a person in a script that has none.
func (c *checker) persons() {
	if c.s.Fallback.Person != nil || c.s.Leads(dialog.Way{Edge: dialog.Edge{Go: dialog.TargetHandoff}}) != nil {
		return
	}
	misses := slices.ContainsFunc(c.s.Nodes, missable)
	for _, w := range c.s.Ways() {
		if w.Edge.Go == dialog.TargetHandoff && (misses || w.On != dialog.OnNoMatch && w.On != dialog.OnTurns) {
			c.find(CodeNoPerson, w.Path, "add a node of stage handoff with a transfer, or fallback.person",
				"this leads to a person, and the script has none: the caller hears the last prompt instead")
			return
		}
	}
}
