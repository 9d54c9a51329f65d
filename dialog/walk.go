package dialog

import (
	"fmt"
	"slices"
	"time"
)

// Way is one of the ways that a conversation can take out of a node: what opens
// it, and the Edge that it follows.
type Way struct {
	From *Node // nil: out of every node
	On   string
	Name string        // of the intent, the key, the always entry; the number of a rung
	If   string        // the condition that must hold too, "" for none
	Wait time.Duration // how long nothing must happen first, for OnSilence and OnWait
	Edge Edge
	Path []string // of keys in the file, for Script.Pos
}

// What opens a way.
const (
	OnWhen    = "when"      // a condition held on entering; Name counts the cases from 1
	OnGo      = "go"        // by itself, when the node's words have been said
	OnWait    = "wait"      // by itself, after a pause
	OnIntent  = "intent"    // the caller meant Name
	OnKey     = "key"       // the caller pressed Name
	OnMood    = "mood"      // the caller sounds Name, and their words lead nowhere else
	OnSilence = "silence"   // rung Name of the ladder for silence
	OnNoMatch = "no_match"  // words were not understood once too often
	OnFail    = "on_fail"   // the transfer or the lookup failed
	OnThen    = "then"      // the person hung up, the caller did not
	OnMissing = "not_found" // the lookup found no such thing
	OnAlways  = "always"    // the caller meant Name, wherever
	OnAside   = "aside"     // the caller meant Name where Parley listens; the conversation stays where it was
	OnTurns   = "turns"     // the conversation took too many turns
)

// Ways are all the ways onward of a script, nodes in file order and what holds
// everywhere last. Whoever walks a script walks it through here and through
// Prompts, so that a new construct has one place to be added.
func (s *Script) Ways() []Way {
	var nodes, all []Way
	for _, n := range s.Nodes {
		nodes = append(nodes, n.Ways()...)
	}
	add := func(on, name string, e Edge, path ...string) {
		all = append(all, Way{On: on, Name: name, Edge: e, Path: path})
	}
	for _, a := range s.Always {
		add(OnAlways, a.Name, a.Edge, "always", a.Name)
	}
	for _, a := range s.Asides {
		add(OnAside, a.Name, a.Edge, "asides", a.Name)
	}
	all = append(all, rungWays(nil, s.Defaults.Silence, "defaults", "silence")...)
	add(OnNoMatch, "", Edge{Go: s.Defaults.NoMatch.Then}, "defaults", "no_match", "then")
	if s.Defaults.Turns.Limit > 0 {
		add(OnTurns, "", Edge{Go: s.Defaults.Turns.Then}, "defaults", "turns", "then")
	}
	if p := s.Fallback.Person; p != nil {
		add(OnFail, "", p.OnFail, "fallback", "person", "on_fail")
		if p.Then != "" {
			add(OnThen, "", Edge{Go: p.Then}, "fallback", "person", "then")
		}
	}
	return append(nodes, withCases(all)...)
}

// withCases adds the ways that an edge takes under a condition behind it.
func withCases(ways []Way) []Way {
	var all []Way
	for _, w := range ways {
		all = append(all, w)
		var under []Way
		for i, c := range w.Edge.When {
			way := w
			way.If, way.Edge, way.Path = c.condition(), c.Edge, append(slices.Clone(w.Path), "when", fmt.Sprint(i))
			under = append(under, way)
		}
		all = append(all, withCases(under)...)
	}
	return all
}

// Ways are a node's own ways onward, without those that hold everywhere.
func (n *Node) Ways() []Way {
	var all []Way
	add := func(on, name string, wait time.Duration, e Edge, path ...string) {
		all = append(all, Way{From: n, On: on, Name: name, Wait: wait, Edge: e, Path: append([]string{"nodes", n.Name}, path...)})
	}
	for i, c := range n.When {
		add(OnWhen, fmt.Sprint(i+1), 0, c.Edge, "when", fmt.Sprint(i))
		all[len(all)-1].If = c.condition()
	}
	for _, b := range n.Go {
		add(OnIntent, b.Intent, 0, b.Edge, "go", b.Intent)
	}
	for _, k := range n.Keys {
		add(OnKey, string(rune(k.Digit)), 0, k.Edge, "keys", string(rune(k.Digit)))
	}
	for _, w := range n.Mood {
		add(OnMood, w.Mood, 0, w.Edge, "mood", w.Mood)
	}
	if n.Exit.Go != "" {
		on := OnGo
		if n.Exit.Wait > 0 {
			on = OnWait
		}
		add(on, "", n.Exit.Wait, Edge{Go: n.Exit.Go}, "go")
	}
	if t := n.Exit.Transfer; t != nil {
		add(OnFail, "", 0, t.OnFail, "transfer", "on_fail")
		if t.Then != "" {
			add(OnThen, "", 0, Edge{Go: t.Then}, "transfer", "then")
		}
	}
	if q := n.Exit.Fetch; q != nil {
		if q.Missing != nil {
			add(OnMissing, "", 0, *q.Missing, "fetch", "not_found")
		}
		add(OnFail, "", 0, q.OnFail, "fetch", "on_fail")
	}
	if n.Silence != nil {
		all = append(all, rungWays(n, *n.Silence, "nodes", n.Name, "silence")...)
	}
	if n.NoMatch != nil && n.NoMatch.Then != "" {
		add(OnNoMatch, "", 0, Edge{Go: n.NoMatch.Then}, "no_match", "then")
	}
	return withCases(all)
}

func rungWays(n *Node, s Silence, path ...string) []Way {
	var all []Way
	for i, r := range s.Rungs {
		all = append(all, Way{From: n, On: OnSilence, Name: fmt.Sprint(i + 1), Wait: r.After, Edge: r.Edge,
			Path: append(slices.Clone(path), fmt.Sprint(i))})
	}
	return all
}

// Prompt is one place of a script where something is said.
type Prompt struct {
	Node  *Node  // nil: said in any node
	Key   string // where it stands in the node or the script: say, again, go.price, defaults.slow
	Lines []Line
	Path  []string // of keys in the file, for Script.Pos
}

// Prompts are all the places where something is said, in the order of Ways.
// What a variant or a missing variable leaves out is among them.
func (s *Script) Prompts() []Prompt {
	var all []Prompt
	add := func(n *Node, key string, lines []Line, path ...string) {
		if len(lines) > 0 {
			all = append(all, Prompt{Node: n, Key: key, Lines: lines, Path: path})
		}
	}
	for _, n := range s.Nodes {
		add(n, "say", n.Say, "nodes", n.Name, "say")
		add(n, "again", n.Again, "nodes", n.Name, "again")
		if p := n.Exit.Prose; p != nil {
			add(n, "llm", p.Fallback, "nodes", n.Name, "llm", "fallback")
		}
		for _, w := range n.Ways() {
			if w.On == OnKey && n.named(w.Name) {
				continue // the words are those of the intent that it stands for
			}
			add(n, w.key(), w.Edge.Say, append(slices.Clone(w.Path), "say")...)
		}
		if n.NoMatch != nil {
			add(n, "no_match", n.NoMatch.Say, "nodes", n.Name, "no_match", "say")
		}
	}
	for _, sl := range s.Slots {
		add(nil, "slots."+sl.Name+".retry", sl.Retry, "slots", sl.Name, "retry")
	}
	for _, w := range s.Ways() {
		if w.From == nil {
			add(nil, w.key(), w.Edge.Say, append(slices.Clone(w.Path), "say")...)
		}
	}
	d, f := s.Defaults, s.Fallback
	add(nil, "defaults.no_match", d.NoMatch.Say, "defaults", "no_match", "say")
	add(nil, "defaults.slow", d.Slow.Say, "defaults", "slow", "say")
	for _, p := range []struct {
		key  string
		line Line
	}{{"deaf", f.Deaf}, {"operator", f.Operator}, {"keypad", f.Keypad}, {"sorry", f.Sorry}, {"handover", f.Handover}, {"last", f.Last}} {
		add(nil, "fallback."+p.key, []Line{p.line}, "fallback", p.key)
	}
	return all
}

// condition is what an author wrote after if, "" for a case that always holds.
func (c Case) condition() string {
	if c.If == nil {
		return ""
	}
	return c.If.Source
}

// named tells whether a DTMF key stands for an intent or a node by name.
func (n *Node) named(digit string) bool {
	return slices.ContainsFunc(n.Keys, func(k Key) bool { return string(rune(k.Digit)) == digit && k.Label != "" })
}

// key is what stands before a way's words, in short: go.price, silence.1.
func (w Way) key() string {
	switch {
	case w.On == OnIntent:
		return "go." + w.Name
	case w.On == OnKey:
		return "keys." + w.Name
	case w.Name != "":
		return w.On + "." + w.Name
	}
	return w.On
}

// Leads is the node that a way leads to: the one it names, the one that a word
// stands for, or its own. nil when it ends the call or nothing stands behind
// the word.
func (s *Script) Leads(w Way) *Node {
	switch w.Edge.Go {
	case TargetClose:
		return nil
	case TargetHandoff:
		return s.person()
	case TargetStay, "":
		if w.Edge.End != "" {
			return nil
		}
		return w.From
	}
	return s.index[w.Edge.Go]
}

// Ends tells whether a way ends the conversation: it hangs up, comes to the last
// prompt, or to a person whom no node stands for.
func (s *Script) Ends(w Way) bool {
	return w.Edge.End != "" || w.Edge.Go == TargetClose || w.Edge.Go == TargetHandoff && s.person() == nil
}
