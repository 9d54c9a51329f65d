package dialog

import (
	"slices"
	"sort"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/phrase"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// intent reads {examples, keywords, match, unless, hear, label, description}.
func (r *reader) intent(name string, k, v *yaml.Node) IntentDef {
	d := IntentDef{Name: name}
	if name == IntentFilled || name == IntentElse {
		r.wrong(k, "choose another name", "%q is a word of the language", name)
	}
	r.block(v, "intent", func(key string, _, v *yaml.Node) { r.intentKey(&d, key, v) })
	r.mustMatch(&d, k)
	return d
}

func (r *reader) intentKey(d *IntentDef, key string, v *yaml.Node) {
	switch key {
	case "examples":
		d.Examples = r.texts(v, key)
	case "keywords":
		d.Keywords = r.texts(v, key)
	case "match":
		d.Match = r.phrases(v, key)
	case "unless", "not":
		d.Unless = append(d.Unless, r.phrases(v, key)...)
	case "hear":
		d.Hear = r.word(v, key, hearings)
	case "description":
		d.Description = r.text(r.pick(v, key), key)
	case "label":
		d.Label = r.text(r.pick(v, key), key)
		r.spoken = append(r.spoken, spoken{line: Line{Text: Template{Source: d.Label}}, at: v}) // in menus and questions back
	}
}

func (r *reader) mustMatch(d *IntentDef, k *yaml.Node) {
	if len(d.Examples)+len(d.Keywords)+len(d.Match) == 0 && d.Description == "" && !known(builtinIntents, d.Name) {
		r.wrong(k, "give it examples, keywords, match phrases or a description", "intent %q can never be understood", d.Name)
	}
}

// phrases reads match phrases and checks their brackets.
func (r *reader) phrases(v *yaml.Node, what string) []string {
	var good []string
	for _, item := range strictyaml.Items(r.pick(v, what)) {
		t := r.text(item, what)
		if t == "" {
			continue
		}
		if _, err := phrase.Parse(t); err != nil {
			r.wrong(item, "write (a|b) for either, [a] for optional, * for a gap", "phrase %q %s", t, err)
			continue
		}
		good = append(good, t)
	}
	return good
}

// always reads the intents that every node understands, highest priority first.
func (r *reader) always(v *yaml.Node) {
	r.entries(v, "always", func(name string, k, v *yaml.Node) {
		a := Always{IntentDef: IntentDef{Name: name}}
		r.edgeBlock(v, "always_entry", &a.Edge, func(key string, v *yaml.Node) {
			switch key {
			case "priority":
				a.Priority = r.integer(v, key, 0, 100)
			case "key":
				a.Key = r.digit(v, key)
			default:
				r.intentKey(&a.IntentDef, key, v)
			}
		})
		if known(builtinIntents, name) {
			r.wrong(k, "choose another name", "%q cannot be an always entry", name)
		}
		r.define("always entry", name, k)
		r.mustMatch(&a.IntentDef, k)
		r.script.Always = append(r.script.Always, a)
	})
	r.byPriority()
}

func (r *reader) byPriority() {
	all := r.script.Always
	sort.SliceStable(all, func(i, j int) bool { return all[i].Priority > all[j].Priority })
}

// asides reads the questions that are answered in passing.
func (r *reader) asides(v *yaml.Node) {
	r.entries(v, "asides", func(name string, k, v *yaml.Node) {
		a := Aside{IntentDef: IntentDef{Name: name}}
		seen := r.edgeBlock(v, "aside", &a.Edge, func(key string, v *yaml.Node) { r.intentKey(&a.IntentDef, key, v) })
		switch {
		case known(builtinIntents, name):
			r.wrong(k, "choose another name", "%q cannot be an aside", name)
		case v.Kind == yaml.MappingNode && !seen["say"] && !seen["do"] && !seen["when"]:
			r.wrong(k, "add say", "aside %q answers nothing", name)
		case leads(a.Edge.When):
			r.wrong(k, "make it an always entry, or let it say something only", "aside %q leads away: the conversation goes on where it was", name)
		}
		r.define("intent", name, k)
		r.define("always entry", name, k)
		r.mustMatch(&a.IntentDef, k)
		r.script.Asides = append(r.script.Asides, a)
	})
}

// leads tells whether one of the cases goes anywhere.
func leads(all []Case) bool {
	return slices.ContainsFunc(all, func(c Case) bool { return c.Edge.leaves() || leads(c.Edge.When) })
}
