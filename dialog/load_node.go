package dialog

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// node reads one node.
func (r *reader) node(name string, k, v *yaml.Node) {
	n := &Node{Name: name}
	r.define("node", name, k)
	if known(targets, name) {
		r.wrong(k, "choose another name", "%q is a word of the language", name)
	}
	seen := map[string]*yaml.Node{}
	r.block(v, "node", func(key string, _, v *yaml.Node) {
		seen[key] = v
		if !r.nodeSpeech(n, key, v) && !r.effect(&n.Effects, key, v) {
			r.nodeWay(n, key, v)
		}
	})
	r.script.Nodes = append(r.script.Nodes, n)
	r.script.index[name] = n
	if v.Kind == yaml.MappingNode {
		r.nodeSense(n, k, seen)
	}
}

// nodeSpeech reads what a node says and awaits.
func (r *reader) nodeSpeech(n *Node, key string, v *yaml.Node) bool {
	switch key {
	case "stage":
		n.Stage = r.word(v, key, stages)
	case "say":
		n.Say = r.sayLines(v, key)
	case "again":
		n.Again = r.sayLines(v, key)
	case "protect":
		if v.Kind == yaml.ScalarNode && v.Value == "all" {
			n.Protect = ProtectAll
		} else {
			n.Protect = r.duration(v, key)
		}
	case "ask":
		if n.Ask = r.name(v, key); n.Ask != "" {
			r.need("slot", n.Ask, v)
		}
	case "expect":
		n.Expect = r.word(v, key, shapes)
	case "hotwords":
		n.Hotwords = r.texts(v, key)
	case "endpoint":
		if n.Endpoint = r.duration(v, key); n.Endpoint < minEndpoint || n.Endpoint > maxEndpoint {
			r.wrong(v, "use a time from 100ms to 3s", "endpoint cannot be %s", n.Endpoint)
		}
	case "silence":
		s := r.silence(v)
		n.Silence = &s
	case "no_match":
		m := r.noMatch(v, NoMatch{})
		n.NoMatch = &m
	default:
		return false
	}
	return true
}

// nodeWay reads where a node leads.
func (r *reader) nodeWay(n *Node, key string, v *yaml.Node) {
	switch key {
	case "when":
		n.When = r.cases(v)
	case "go":
		if v.Kind == yaml.ScalarNode {
			n.Exit.Go = r.target(v)
			return
		}
		n.Go = r.branches(v)
	case "keys":
		r.keys(n, v)
	case "mood":
		r.block(v, "mood", func(key string, k, v *yaml.Node) {
			r.need("mood", key, k)
			n.Mood = append(n.Mood, MoodWay{Mood: key, Edge: r.edge(v)})
		})
	case "end":
		n.Exit.End = r.ending(v, n.Name)
	case "transfer":
		n.Exit.Transfer = r.handoff(v)
	case "wait":
		n.Exit.Wait = r.duration(v, key)
	case "echo":
		n.Exit.Echo = r.echo(v)
	case "fetch":
		n.Exit.Fetch = r.fetch(v)
	case "llm":
		n.Exit.Prose = r.prose(v)
	case "loop":
		n.Exit.Loop = r.truth(v, key)
	}
}

// nodeSense refuses ways onward that contradict each other, and none at all.
func (r *reader) nodeSense(n *Node, k *yaml.Node, seen map[string]*yaml.Node) {
	if n.Ask != "" && n.Exit.Go != "" { // ask: x, go: y is short for go: {filled: y}
		n.Go = append(n.Go, Branch{Intent: IntentFilled, Edge: Edge{Go: n.Exit.Go}})
		n.Exit.Go = ""
	}
	ways := 0
	for _, key := range []string{"go", "end", "transfer", "echo", "loop"} {
		if seen[key] != nil {
			ways++
		}
	}
	switch {
	case ways == 0 && seen["keys"] == nil && !certain(n.When):
		r.fault(CodeLeadsNowhere, k, "add go, ask with go, end, transfer, echo or loop", "node %q leads nowhere", n.Name)
	case ways > 1:
		r.wrong(k, "keep one; put the other in a node of its own", "node %q has more than one of go, end, transfer, echo and loop", n.Name)
	case n.Ask != "" && len(n.Go) == 0:
		r.wrong(seen["ask"], "add go: {filled: next}", "node %q asks, but has no go", n.Name)
	case len(n.Mood) > 0 && !n.Listens():
		r.wrong(seen["mood"], "put it into a node with go or ask", "node %q listens to nobody, so no mood can lead on", n.Name)
	case n.Exit.Wait > 0 && n.Listens():
		r.wrong(seen["wait"], "use silence for the time that a caller may stay silent", "wait does not go with listening")
	case n.Exit.Go == TargetStay:
		r.wrong(seen["go"], "name the next node", "node %q would go on to itself for ever", n.Name)
	}
	r.errandSense(n, seen)
	if n.Stage == "" && seen["stage"] == nil {
		r.fault(CodeMissingStage, k, "add stage: "+strings.Join(stages, ", "), "node %q has no stage", n.Name)
	}
}

// branches reads go: {intent: where}.
func (r *reader) branches(v *yaml.Node) []Branch {
	var all []Branch
	r.entries(v, "go", func(name string, k, v *yaml.Node) {
		r.need("intent", name, k)
		all = append(all, Branch{Intent: name, Edge: r.edge(v)})
	})
	if len(all) == 0 && v.Kind == yaml.MappingNode {
		r.wrong(v, "write intent: node", "go is empty")
	}
	return all
}

// edge reads a node's name or an inline {say, go, ...}.
func (r *reader) edge(v *yaml.Node) Edge {
	if v.Kind == yaml.ScalarNode {
		return Edge{Go: r.target(v)}
	}
	var e Edge
	r.edgeBlock(v, "edge", &e, nil)
	return e
}

// edgeBlock reads the keys of an edge, and gives the others to rest.
func (r *reader) edgeBlock(v *yaml.Node, name string, e *Edge, rest func(key string, v *yaml.Node)) map[string]bool {
	seen := map[string]bool{}
	r.block(v, name, func(key string, _, v *yaml.Node) {
		seen[key] = true
		switch {
		case key == "when":
			e.When = r.cases(v)
		case key == "say":
			e.Say = r.sayLines(v, key)
		case key == "go":
			e.Go = r.target(v)
		case key == "end":
			e.End = r.ending(v, "end")
		case key == "do":
			e.Replay = r.doing(&e.Effects, v)
		case r.effect(&e.Effects, key, v):
		case rest != nil:
			rest(key, v)
		}
	})
	if e.End != "" && e.Go != "" {
		r.wrong(v, "keep one of them", "this both ends and goes to %q", e.Go)
	}
	r.script.number(e)
	return seen
}

// effect reads the facts that a node or an edge records.
func (r *reader) effect(e *Effects, key string, v *yaml.Node) bool {
	switch key {
	case "set":
		r.entries(v, "set", func(name string, _, v *yaml.Node) {
			e.Set = append(e.Set, Setting{Name: name, Value: r.template(v, name)})
			r.need("set", name, v)
		})
	case "tag":
		for _, item := range strictyaml.Items(v) {
			if t := r.name(item, key); t != "" {
				e.Tags = append(e.Tags, t)
				r.need("tag", t, item)
			}
		}
	case "outcome":
		e.Outcome = r.name(v, key)
		r.need("outcome", e.Outcome, v)
	case "do":
		if r.doing(e, v) {
			r.wrong(v, "leave it out: entering a node says its words", "a node has nothing to replay")
		}
	default:
		return false
	}
	return true
}

// ending reads end: true, or the reason in a word.
func (r *reader) ending(v *yaml.Node, name string) string {
	switch t := r.name(v, "end"); t {
	case "true":
		return name
	case "false":
		r.wrong(v, "remove the key", "end: false says nothing")
		return ""
	default:
		return t
	}
}

// keys reads what DTMF keys do: {1: intent or node, 2: {say, go}}.
func (r *reader) keys(n *Node, v *yaml.Node) {
	if !r.IsMap(v, "keys") {
		return
	}
	for i := 0; i+1 < len(v.Content); i += 2 {
		k, w := v.Content[i], v.Content[i+1]
		key := Key{Digit: r.digit(k, "a key")}
		if w.Kind == yaml.ScalarNode {
			if key.Label = r.name(w, "keys"); key.Label != "" {
				r.need("choice", n.Name+" "+key.Label, w)
			}
		} else {
			key.Edge = r.edge(w)
		}
		if key.Digit != 0 {
			n.Keys = append(n.Keys, key)
		}
	}
	slices.SortStableFunc(n.Keys, func(a, b Key) int { return keyOrder(a.Digit) - keyOrder(b.Digit) })
}

// keyOrder is 1 to 9, 0, *, #, as on the phone.
func keyOrder(d byte) int { return strings.IndexByte("1234567890*#", d) }

func (r *reader) echo(v *yaml.Node) Echo {
	var e Echo
	if v.Kind == yaml.ScalarNode {
		w := r.word(v, "echo", echoes)
		return Echo{Audio: w == "audio" || w == "both", Digits: w == "digits" || w == "both"}
	}
	r.block(v, "echo", func(key string, _, v *yaml.Node) {
		if key == "audio" {
			e.Audio = r.truth(v, key)
		} else {
			e.Digits = r.truth(v, key)
		}
	})
	return e
}

// handoff reads {queue | agent | sip, ...}.
func (r *reader) handoff(v *yaml.Node) *Handoff {
	h := &Handoff{Wait: 30 * time.Second, OnFail: Edge{Go: TargetClose}}
	r.block(v, "transfer", func(key string, k, v *yaml.Node) {
		switch key {
		case "queue":
			h.Queue = r.name(v, key)
		case "agent":
			h.Agent = r.name(v, key)
		case "sip":
			h.SIP = r.sipTarget(v)
		case "style":
			h.Style = r.word(v, key, styles)
		case "brief":
			if v.Kind == yaml.MappingNode {
				r.wrong(v, "write it in the first language of the script: it is for the person, whatever the caller speaks", "brief cannot be given for each language")
				return
			}
			h.Brief = r.template(v, key)
		case "headers":
			h.Headers = r.headers(v)
		case "wait":
			if h.Wait = r.duration(v, key); h.Wait < time.Second || h.Wait > 5*time.Minute {
				r.wrong(v, "use a time from 1s to 5m", "wait cannot be %s", h.Wait)
			}
		case "hold":
			h.Hold = r.clip(v, key)
		case "on_fail":
			h.OnFail = r.edge(v)
		case "then":
			h.Then = r.target(v)
			if h.Then == TargetStay {
				r.wrong(v, "name the next node", "stay would put the caller through for ever")
			}
		}
	})
	if h.Then != "" && (h.Style == "blind" || h.Style == "attended") {
		r.wrong(v, "use bridge or warm", "a caller who was sent away with %s does not come back for then", h.Style)
	}
	targets := 0
	for _, t := range []string{h.Queue, h.Agent, h.SIP} {
		if t != "" {
			targets++
		}
	}
	if targets != 1 && v.Kind == yaml.MappingNode {
		r.wrong(v, "give exactly one of queue, agent and sip", "a transfer must go to one place, this one names %d", targets)
	}
	return h
}

func (r *reader) sipTarget(v *yaml.Node) string {
	t := r.text(v, "sip")
	uri := strings.TrimPrefix(strings.TrimPrefix(t, "sips:"), "sip:")
	if t != "" && (uri == t || uri == "" || strings.ContainsAny(uri, " <>\"\r\n\t{}")) {
		r.wrong(v, "write sip:name@host", "sip cannot be %q", t)
		return ""
	}
	return t
}

// headers reads X-* headers for the person's leg. Others belong to the protocol.
func (r *reader) headers(v *yaml.Node) []Setting {
	var all []Setting
	r.entries(v, "headers", func(name string, k, v *yaml.Node) {
		token := len(name) > 2
		for _, c := range name {
			token = token && (c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
		}
		if !token || !strings.EqualFold(name[:2], "X-") {
			r.wrong(k, "use a name such as X-Intent", "%q cannot be a header here", name)
			return
		}
		all = append(all, Setting{Name: name, Value: r.template(v, name)})
	})
	return all
}

// clip reads the path of a WAV inside the script's folder.
func (r *reader) clip(v *yaml.Node, what string) string {
	v = r.pick(v, what)
	t := r.text(v, what)
	if t == "" {
		return ""
	}
	if !filepath.IsLocal(t) || strings.Contains(t, "\\") || strings.ContainsRune(t, 0) {
		r.wrong(v, "name a file in the script's folder or below it", "%s cannot be %q", what, t)
		return ""
	}
	if !strings.EqualFold(path.Ext(t), ".wav") {
		r.wrong(v, "use a WAV file (PCM 16 bit, A-law or mu-law)", "%s cannot be %q", what, t)
		return ""
	}
	r.need("clip", t, v)
	return t
}
