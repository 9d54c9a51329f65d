package dialog

import (
	"slices"
	"strings"
)

// check finds what only the whole file can tell: names that do not exist, and
// circles that never wait for the caller.
func (r *reader) check() {
	names := r.names()
	exists := map[string]bool{}
	for kind, all := range names {
		for _, name := range all {
			exists[kind+" "+name] = true
		}
	}
	for _, ref := range r.refs {
		if r.Full() {
			return
		}
		switch ref.kind {
		case "clip", "set", "tag", "outcome", "market":
			continue
		case "mood":
			if !r.script.Defaults.Mood {
				r.moodless(ref.at, 0)
			}
			continue
		case "choice":
			r.choice(ref, names["node"])
			continue
		}
		if ref.kind == "variable" && ref.name == "mood" && !r.script.Defaults.Mood {
			r.moodless(ref.at, 0)
		}
		if !exists[ref.kind+" "+ref.name] {
			r.fault(Code("undefined-"+ref.kind), ref.at, suggestRef(ref, names[ref.kind]), "there is no %s %q", ref.kind, ref.name)
		}
	}
	r.bind()
	r.lawful()
	r.circles()
	for _, n := range r.script.Nodes {
		r.optionKeys(n)
	}
	r.firsts()
}

func suggestRef(ref ref, known []string) string {
	if near := nearest(ref.name, known); near != "" {
		return suggest(ref.name, known)
	}
	switch ref.kind {
	case "variable":
		return "name it under needs, or set it in an earlier node"
	case "intent":
		return "define it under intents"
	case "slot":
		return "define it under slots"
	}
	return suggest(ref.name, known)
}

// names lists what exists, by kind, in file order.
func (r *reader) names() map[string][]string {
	s, all := r.script, map[string][]string{}
	for _, n := range s.Nodes {
		all["node"] = append(all["node"], n.Name)
	}
	all["intent"] = slices.Clone(builtinIntents)
	for _, d := range s.Intents {
		all["intent"] = append(all["intent"], d.Name)
	}
	for _, sl := range s.Slots {
		all["slot"] = append(all["slot"], sl.Name)
	}
	all["variable"] = append(slices.Clone(builtinVars), all["slot"]...)
	for _, need := range s.Needs {
		all["variable"] = append(all["variable"], need.Name)
	}
	for _, ref := range r.refs {
		if ref.kind == "set" {
			all["variable"] = append(all["variable"], ref.name)
		}
	}
	return all
}

// choice resolves keys: {1: name} to the node's own branch, else to a node.
func (r *reader) choice(ref ref, nodes []string) {
	nodeName, label, _ := strings.Cut(ref.name, " ")
	n := r.script.index[nodeName]
	edge, ok := n.branch(label)
	if !ok {
		if _, isNode := r.script.index[label]; !isNode && !known(targets, label) {
			var near []string
			for _, b := range n.Go {
				near = append(near, b.Intent)
			}
			r.fault(CodeUndefinedNode, ref.at, suggest(label, append(near, nodes...)), "there is no intent of this node and no node %q", label)
			return
		}
		edge = Edge{Go: label}
	}
	for i := range n.Keys {
		if n.Keys[i].Label == label {
			n.Keys[i].Edge = edge
		}
	}
}

// branch finds the way that an intent takes from a node.
func (n *Node) branch(intent string) (Edge, bool) {
	for _, b := range n.Go {
		if b.Intent == intent {
			return b.Edge, true
		}
	}
	return Edge{}, false
}

// circles finds nodes that lead on to each other without ever waiting.
func (r *reader) circles() {
	done := map[string]bool{}
	for _, n := range r.script.Nodes {
		if path := r.circle(n, nil, done); path != nil {
			for _, ref := range r.refs {
				if ref.kind == "node" && ref.name == path[len(path)-1] {
					r.fault(CodeBusyCircle, ref.at, "let one of them listen, wait or end", "%s lead in a circle that never waits for the caller",
						strings.Join(shortWay(path), " → "))
					return
				}
			}
		}
	}
}

// circle is the first way from a node that comes back to a node of its own.
func (r *reader) circle(n *Node, path []string, done map[string]bool) []string {
	if finished, seen := done[n.Name]; finished {
		return nil
	} else if seen {
		return append(slices.Clone(path[slices.Index(path, n.Name):]), n.Name)
	}
	done[n.Name], path = false, append(path, n.Name)
	for _, next := range n.atOnce() {
		if to := r.script.index[next]; to != nil {
			if found := r.circle(to, path, done); found != nil {
				return found
			}
		}
	}
	done[n.Name] = true
	return nil
}

// shortWay leaves the middle of a long way out.
func shortWay(path []string) []string {
	if len(path) > 12 {
		return append(append(slices.Clone(path[:6]), "…"), path[len(path)-3:]...)
	}
	return path
}

// atOnce lists the nodes that a node can lead to without waiting for anything.
func (n *Node) atOnce() []string {
	var all []string
	var cases func(list []Case)
	cases = func(list []Case) {
		for _, c := range list {
			all = append(all, c.Edge.Go)
			cases(c.Edge.When)
		}
	}
	cases(n.When)
	if !n.Listens() && n.Exit.Wait == 0 {
		all = append(all, n.Exit.Go)
	}
	return all
}

// firsts checks what the ladders need of the script as a whole.
func (r *reader) firsts() {
	s := r.script
	digits := map[byte]string{}
	for _, a := range s.Always {
		if a.Key == 0 {
			continue
		}
		if other, taken := digits[a.Key]; taken {
			r.wrong(nil, "give each its own key", "always entries %q and %q have the same key %c", other, a.Name, a.Key)
		}
		digits[a.Key] = a.Name
	}
}

// person finds the script's way to a human being: the first node that
// transfers, in the handoff stage if there is one.
func (s *Script) person() *Node {
	var first *Node
	for _, n := range s.Nodes {
		if n.Exit.Transfer == nil {
			continue
		}
		if n.Stage == "handoff" {
			return n
		}
		if first == nil {
			first = n
		}
	}
	return first
}
