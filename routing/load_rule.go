package routing

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// maxRules bounds a table: each call asks them all.
const maxRules = 500

// standardPriority is that of rules which name none.
const standardPriority = 50

func (l *loader) rules(v *yaml.Node, mid bool) (all []Rule) {
	if v.Kind != yaml.SequenceNode {
		l.Wrong(v, "write one rule a line, each behind a dash", "rules must be a list, not %s", strictyaml.Kinds(v))
		return nil
	}
	if len(v.Content) > maxRules {
		l.Wrong(v.Content[maxRules], "put rules together", "there are more than %d rules", maxRules)
		return nil
	}
	for _, item := range v.Content {
		r := l.rule(item, "rule", mid)
		if item.Kind != yaml.MappingNode {
			continue
		}
		switch {
		case r.ID == "":
			l.Wrong(item, "give it an id: reasons and records name it", "the rule has no id")
		case r.ID == "default":
			l.Wrong(item, "give it another", "a rule cannot have the id default")
		case l.table.places.has(r.ID):
			l.Fault(strictyaml.DuplicateKey, item, "give one of them another id", "there are two rules %q", r.ID)
		}
		l.table.places.note(r.ID, item)
		all = append(all, r)
	}
	return all
}

func (l *loader) rule(n *yaml.Node, block string, mid bool) Rule {
	r := Rule{Plan: Plan{Priority: standardPriority}}
	ok := l.block(n, block, func(key string, v *yaml.Node) {
		switch key {
		case "id":
			r.ID = l.Name(v, key)
		case "when":
			r.When = l.condition(v, mid)
		case "at":
			if r.Later = l.Word(v, key, []string{"now", "handoff"}) == "handoff"; !mid {
				l.Wrong(v, "take it out", "a call that has not begun cannot wait for its script: at is for rules under during")
			}
		case "to":
			r.To = l.to(v)
		case "overflow":
			to := l.to(v)
			r.Overflow = &to
			if l.table.Overflow.Sample == 0 {
				l.Wrong(v, "add overflow: {below: 85, until: 90} to the file", "nothing says when a region overflows")
			}
		case "greeting":
			r.Greeting = l.greeting(v, mid)
		default:
			l.plan(key, v, &r.Plan)
		}
	})
	if ok && r.To.Kind == "" && l.Sound() {
		l.Wrong(n, "add to: {queue: ...}", "the %s does not say where the call goes", block)
	}
	if mid && !r.To.Person() && r.To.Kind != "" {
		l.Wrong(n, "name a queue, an agent or a number", "a call in progress cannot go to the %s", r.To)
	}
	return r
}

func (l *loader) plan(key string, v *yaml.Node, p *Plan) {
	switch key {
	case "priority":
		p.Priority = l.Integer(v, key, 0, 100)
	case "skills":
		p.Skills = l.steps(v)
	case "promise":
		p.Promise = l.promise(v)
	case "context":
		for _, item := range strictyaml.Items(v) {
			if w := l.Word(item, key, contexts); w != "" {
				p.Context = append(p.Context, w)
			}
		}
	case "follow_up":
		if p.FollowUp = l.long(v, key); p.FollowUp < time.Minute {
			l.Wrong(v, "give people a minute at least", "follow_up cannot be %s", p.FollowUp)
		}
	}
}

// long reads a time of up to 30 days.
func (l *loader) long(v *yaml.Node, what string) time.Duration {
	text := l.Text(v, what)
	d, err := time.ParseDuration(text)
	if text != "" && (err != nil || d < 0 || d > 30*24*time.Hour) {
		l.Wrong(v, "write 30m, 1h or 24h", "%s cannot be %q", what, text)
		return time.Hour
	}
	return d
}

func (l *loader) to(n *yaml.Node) (t Target) {
	if !l.block(n, "to", func(key string, v *yaml.Node) {
		if t.Kind != "" {
			l.Wrong(v, "keep one of them: a call goes to one place", "this goes to a %s and a %s", t.Kind, key)
			return
		}
		t.Kind = TargetKind(key)
		switch t.Kind {
		case Reject:
			t.Code = l.Integer(v, key, 400, 699)
		case Dial:
			t.Name = l.number(v)
		case Queue:
			t.Name = l.defined(v, "queue", "queues", l.table.Queues)
		default:
			t.Name = l.script(v, key)
		}
	}) {
		return t
	}
	if t.Kind == "" {
		l.Wrong(n, "write {queue: ...}, {script: ...}, {agent: ...}, {number: ...}, {voicemail: ...} or {reject: 486}", "this says not where the call goes")
	}
	return t
}

// script reads a script's name, which may have a folder, and its like.
func (l *loader) script(v *yaml.Node, what string) string {
	t := l.Text(v, what)
	for part := range strings.SplitSeq(t, "/") {
		if t != "" && !strictyaml.IsName(part) {
			l.Wrong(v, "use letters, digits, dots, dashes and underscores, beginning with a letter", "%s cannot be %q", what, t)
			return ""
		}
	}
	return t
}

func (l *loader) number(v *yaml.Node) string {
	t := l.Text(v, "number")
	if t != "" && !strings.HasPrefix(t, "sip:") && !strings.HasPrefix(t, "sips:") && strings.Trim(t, "+0123456789 -()*#") != "" {
		l.Wrong(v, "write digits, or sip:name@host", "number cannot be %q", t)
	}
	return t
}

func (l *loader) defined(v *yaml.Node, what, list string, names []string) string {
	t := l.Name(v, what)
	if t != "" && !slices.Contains(names, t) {
		hint := vocab.Suggest(t, names)
		if vocab.Nearest(t, names) == "" {
			hint = strings.TrimPrefix(hint+"; or add it to "+list, "; ")
		}
		l.Fault(Undefined, v, hint, "there is no %s %q", what, t)
	}
	return t
}

func (l *loader) steps(v *yaml.Node) (all []Step) {
	for _, item := range strictyaml.Items(v) {
		var s Step
		l.block(item, "step", func(key string, v *yaml.Node) {
			if key == "after" {
				s.After = l.Duration(v, key)
				return
			}
			for _, one := range strictyaml.Items(v) {
				if name := l.defined(one, "skill", "skills", l.table.Skills); name != "" {
					s.Need = append(s.Need, name)
				}
			}
		})
		if len(all) > 0 && s.After <= all[len(all)-1].After {
			l.Wrong(item, "put the steps in the order of their times, each with an after", "this step is never reached: the one before begins at %s", all[len(all)-1].After)
		}
		all = append(all, s)
	}
	return all
}

func (l *loader) promise(n *yaml.Node) *Promise {
	var p Promise
	if !l.block(n, "promise", func(key string, v *yaml.Node) {
		if key == "else" {
			p.Else = l.to(v)
			return
		}
		if p.Within = l.Duration(v, key); p.Within < time.Second {
			l.Wrong(v, "give the queue a second at least", "a promise within %s cannot be kept", p.Within)
		}
	}) {
		return nil
	}
	if p.Else.Kind != "" && p.Else.Kind != Queue && p.Else.Kind != Voicemail {
		l.Wrong(n, "name a queue whose agents then take the call too, or a voicemail", "a caller who waits in line cannot go to the %s", p.Else)
	}
	if p.Within == 0 || p.Else.Kind == "" {
		l.Wrong(n, "write {within: 30s, else: {queue: ...}}", "a promise needs within and else")
	}
	return &p
}

func (l *loader) greeting(v *yaml.Node, mid bool) Greeting {
	g := Greeting{}
	if v.Kind != yaml.MappingNode {
		g[""] = l.template(v, mid)
		return g
	}
	l.Entries(v, "greeting", func(language string, _, v *yaml.Node) { g[language] = l.template(v, mid) })
	return g
}

func (l *loader) template(v *yaml.Node, mid bool) Template {
	t, err := parseTemplate(l.Text(v, "greeting"))
	if err == nil {
		err = t.bind(l.table.scope(mid))
	}
	if err != nil {
		l.faulty(v, err)
	}
	return t
}
