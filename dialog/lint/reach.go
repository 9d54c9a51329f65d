package lint

import (
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog"
)

// unreachable finds nodes that no conversation comes to.
func (c *checker) unreachable() {
	reached := c.reached()
	for _, n := range c.s.Nodes {
		if !reached[n] {
			c.find(CodeUnreachable, nodePath(n), "lead to it from another node, or remove it",
				"no way leads to node %q", n.Name)
		}
	}
}

// reached are the nodes that a conversation can come to.
func (c *checker) reached() map[*dialog.Node]bool {
	seen := map[*dialog.Node]bool{}
	if len(c.s.Nodes) == 0 {
		return seen
	}
	queue := []*dialog.Node{c.s.Nodes[0]}
	listens := slices.ContainsFunc(c.s.Nodes, (*dialog.Node).Listens)
	for _, w := range c.s.Ways() {
		if n := c.s.Leads(w); w.From == nil && n != nil && (listens || w.On == dialog.OnAlways) {
			queue = append(queue, n)
		}
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		if seen[n] {
			continue
		}
		seen[n] = true
		for _, w := range n.Ways() {
			if to := c.s.Leads(w); to != nil {
				queue = append(queue, to)
			}
		}
	}
	return seen
}

// ends tells whether a conversation can come to its end in a node: it hangs up,
// hands over, or one of its own ways does.
func (c *checker) ends(n *dialog.Node) bool {
	return n.Exit.End != "" || n.Exit.Transfer != nil || slices.ContainsFunc(c.spoken(n), c.s.Ends)
}

// spoken are the ways that a caller who says something can open in a node: what
// holds everywhere is left out, and so are the ladders.
func (c *checker) spoken(n *dialog.Node) []dialog.Way {
	return slices.DeleteFunc(n.Ways(), func(w dialog.Way) bool { return w.On == dialog.OnSilence || w.On == dialog.OnNoMatch })
}

// loops finds nodes from which no answer leads to an end. Nodes that lead to
// each other are told once, as a loop.
func (c *checker) loops() {
	stuck := c.stuck()
	told := map[*dialog.Node]bool{}
	for _, n := range c.s.Nodes {
		if !stuck[n] || told[n] || n.Exit.Loop || n.Exit.Echo != (dialog.Echo{}) {
			continue
		}
		ring := c.ring(n)
		if len(ring) == 0 {
			if n.Listens() {
				c.find(CodeCannotClose, nodePath(n), "let one of its answers lead to a node that ends or hands over",
					"node %q listens, but none of its answers comes to a close", n.Name)
			}
			continue
		}
		names := make([]string, len(ring))
		for i, m := range ring {
			told[m] = true
			names[i] = m.Name
		}
		c.find(CodeEndlessLoop, nodePath(n), "let an answer lead to a node that ends or hands over",
			"no answer leads out of %s", strings.Join(names, ", "))
	}
}

// stuck are the nodes from which the caller's answers never come to an end.
func (c *checker) stuck() map[*dialog.Node]bool {
	stuck := map[*dialog.Node]bool{}
	for _, n := range c.s.Nodes {
		stuck[n] = !c.ends(n)
	}
	for changed := true; changed; {
		changed = false
		for _, n := range c.s.Nodes {
			if stuck[n] && slices.ContainsFunc(c.spoken(n), func(w dialog.Way) bool {
				to := c.s.Leads(w)
				return to != nil && !stuck[to]
			}) {
				stuck[n], changed = false, true
			}
		}
	}
	return stuck
}

// ring is the nodes that lead to a node and that it leads to, in file order; nil
// when it does not lead back to itself.
func (c *checker) ring(n *dialog.Node) []*dialog.Node {
	var all []*dialog.Node
	ahead := c.ahead(n)
	for _, m := range c.s.Nodes {
		if ahead[m] && c.ahead(m)[n] {
			all = append(all, m)
		}
	}
	return all
}

// ahead are the nodes that a node's answers lead to, sooner or later.
func (c *checker) ahead(from *dialog.Node) map[*dialog.Node]bool {
	seen := map[*dialog.Node]bool{}
	queue := []*dialog.Node{from}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, w := range c.spoken(n) {
			if to := c.s.Leads(w); to != nil && !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return seen
}
