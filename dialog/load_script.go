package dialog

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// root reads the top of a script.
func (r *reader) root(n *yaml.Node) {
	s := r.script
	s.Version = 1
	seen := map[string]*yaml.Node{}
	ok := r.block(n, "script", func(key string, _, v *yaml.Node) { seen[key] = v })
	if !ok {
		return
	}
	// The language decides the built-in texts, so it is read first.
	s.Language = r.languages(seen["language"])
	r.builtin()
	for _, key := range vocabulary.Names("script") {
		if v := seen[key]; v != nil {
			r.part(key, v)
		}
	}
	if v := seen["include"]; v != nil {
		r.include(v)
	}
	for _, key := range []string{"script", "nodes"} {
		if seen[key] == nil {
			r.wrong(n, "see docs/scripts.md for the smallest script", "the script has no %q", key)
		}
	}
}

func (r *reader) part(key string, v *yaml.Node) {
	s := r.script
	switch key {
	case "script":
		s.ID = r.name(v, "script")
	case "version":
		s.Version = r.integer(v, "version", 1, 1_000_000)
	case "market":
		r.market(v)
	case "goal":
		s.Goal = r.text(v, "goal")
	case "answer":
		r.block(v, "answer", func(_ string, _, v *yaml.Node) {
			if s.Answer.After = r.duration(v, "after"); s.Answer.After > time.Minute {
				r.wrong(v, "use at most 1m: the caller gives up", "ringing %s is too long", s.Answer.After)
			}
		})
	case "needs":
		r.entries(v, "needs", r.needs)
	case "defaults":
		r.defaults(v)
	case "intents":
		r.entries(v, "intents", func(name string, k, v *yaml.Node) {
			r.define("intent", name, k)
			s.Intents = append(s.Intents, r.intent(name, k, v))
		})
	case "slots":
		r.entries(v, "slots", r.slot)
	case "always":
		r.always(v)
	case "asides":
		r.asides(v)
	case "hotwords":
		s.Hotwords = r.texts(v, key)
	case "grade":
		r.grade(v)
	case "nodes":
		r.entries(v, "nodes", r.node)
		if len(s.Nodes) == 0 && v.Kind == yaml.MappingNode {
			r.wrong(v, "the call begins at the first node", "nodes is empty")
		}
	case "fallback":
		r.fallback(v)
	}
}

func (r *reader) needs(name string, k, v *yaml.Node) {
	r.define("variable", name, k)
	need := Need{Name: name}
	seen := map[string]*yaml.Node{}
	r.block(v, "need", func(key string, _, v *yaml.Node) {
		seen[key] = v
		switch key {
		case "type":
			need.Type = expr.Type(max(0, slices.Index(needTypes, r.word(v, "type", needTypes))))
		case "example":
			need.Example = r.text(v, "example")
		case "default":
			need.Default, need.HasDefault = r.text(v, "default"), true
		}
	})
	need.Example = r.fits(seen["example"], need.Type, need.Example)
	need.Default = r.fits(seen["default"], need.Type, need.Default)
	r.script.Needs = append(r.script.Needs, need)
}

// defaults reads the block and leaves the built-in ladders where it says nothing.
func (r *reader) defaults(v *yaml.Node) {
	d := &r.script.Defaults
	r.block(v, "defaults", func(key string, _, v *yaml.Node) {
		switch key {
		case "barge_in":
			r.bargeIn(v, &d.BargeIn)
		case "silence":
			d.Silence = r.silence(v)
		case "no_match":
			d.NoMatch = r.noMatch(v, d.NoMatch)
		case "slow":
			r.block(v, "slow", func(key string, _, v *yaml.Node) {
				if key == "after" {
					d.Slow.After = r.duration(v, "after")
				} else {
					d.Slow.Say = r.sayLines(v, "say")
				}
			})
		case "turns":
			r.turns(v, &d.Turns)
		case "mood":
			d.Mood = r.truth(v, key)
		case "understand":
			r.doubts(v, &d.Doubts)
		}
	})
}

func (r *reader) bargeIn(v *yaml.Node, b *BargeIn) {
	if v.Kind == yaml.ScalarNode {
		b.Mode = r.word(v, "barge_in", modes)
		return
	}
	r.block(v, "barge_in", func(key string, _, v *yaml.Node) {
		switch key {
		case "mode":
			b.Mode = r.word(v, "mode", modes)
		case "decide_within":
			if b.Decide = r.duration(v, key); b.Decide < 100*time.Millisecond || b.Decide > 2*time.Second {
				r.wrong(v, "use a time from 100ms to 2s", "decide_within cannot be %s", b.Decide)
			}
		case "ignore":
			b.Ignore = r.texts(v, key)
		case "always":
			b.Always = r.texts(v, key)
		}
	})
}

func (r *reader) turns(v *yaml.Node, t *Turns) {
	if isNone(v) {
		*t = Turns{}
		return
	}
	r.block(v, "turns", func(key string, _, v *yaml.Node) {
		if key == "limit" {
			t.Limit = r.integer(v, "limit", 1, 1000)
			return
		}
		t.Then = r.target(v)
	})
}

func (r *reader) doubts(v *yaml.Node, d *Doubts) {
	r.block(v, "understand", func(key string, _, v *yaml.Node) {
		if key == "llm" {
			d.Model = r.truth(v, key)
			return
		}
		if d.Within = r.duration(v, key); d.Within < 100*time.Millisecond || d.Within > 1200*time.Millisecond {
			r.wrong(v, "use a time from 100ms to 1200ms: the caller waits", "within cannot be %s", d.Within)
		}
	})
}

func isNone(v *yaml.Node) bool { return v.Kind == yaml.ScalarNode && v.Value == "none" }

// silence reads "none" or the rungs of the ladder.
func (r *reader) silence(v *yaml.Node) Silence {
	var s Silence
	if isNone(v) {
		return s
	}
	if v.Kind == yaml.ScalarNode {
		r.wrong(v, "write a list of {after, say}, or none", "silence cannot be %q", v.Value)
		return s
	}
	for _, item := range strictyaml.Items(v) {
		var rung Rung
		seen := r.edgeBlock(item, "rung", &rung.Edge, func(key string, v *yaml.Node) {
			rung.After = r.duration(v, key)
			if rung.After < 500*time.Millisecond {
				r.wrong(v, "give the caller at least 500ms", "after cannot be %s", rung.After)
			}
		})
		if item.Kind == yaml.MappingNode && !seen["after"] {
			r.wrong(item, "say how long the caller is silent first: after: 6s", "this step has no \"after\"")
			rung.After = 6 * time.Second
		}
		s.Rungs = append(s.Rungs, rung)
	}
	if len(s.Rungs) == 0 {
		r.wrong(v, "write none to wait for ever", "silence has no steps")
	}
	return s
}

func (r *reader) noMatch(v *yaml.Node, n NoMatch) NoMatch {
	r.block(v, "no_match", func(key string, _, v *yaml.Node) {
		switch key {
		case "limit":
			n.Limit = r.integer(v, "limit", 1, 20)
		case "say":
			n.Say = r.sayLines(v, "say")
		case "then":
			n.Then = r.target(v)
		}
	})
	return n
}

// target reads the name of a node, or a word that stands for one.
func (r *reader) target(v *yaml.Node) string {
	t := r.name(v, "go")
	if t != "" && !known(targets, t) {
		r.need("node", t, v)
	}
	return t
}

func (r *reader) fallback(v *yaml.Node) {
	f := &r.script.Fallback
	prompts := map[string]*Line{"deaf": &f.Deaf, "menu": &f.Menu, "operator": &f.Operator, "keypad": &f.Keypad,
		"sorry": &f.Sorry, "confirm": &f.Confirm, "read_back": &f.ReadBack, "handover": &f.Handover, "last": &f.Last}
	r.block(v, "fallback", func(key string, _, v *yaml.Node) {
		if key == "person" {
			f.Person = r.handoff(v)
			return
		}
		if own := map[string][]string{"menu": {"choice", "digit"}, "confirm": {"choice"}, "read_back": {"value"}}[key]; own != nil {
			*prompts[key] = r.oneLine(v, key, own...)
			return
		}
		*prompts[key] = r.oneLine(v, key)
		if !prompts[key].Text.Fixed() {
			r.wrong(v, "it is rendered ahead, for when nothing else works: leave variables out",
				"fallback.%s must be a fixed text", key)
		}
	})
}
