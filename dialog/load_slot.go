package dialog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// slot reads what a node can ask for.
func (r *reader) slot(name string, k, v *yaml.Node) {
	r.define("slot", name, k)
	s := Slot{Name: name, Entry: Entry{Speech: true, Keypad: true, Terminator: '#', Between: 3 * time.Second}}
	s.Min, s.Max = 1, 32
	seen := map[string]*yaml.Node{}
	r.block(v, "slot", func(key string, _, v *yaml.Node) { seen[key] = v })
	if v := seen["type"]; v != nil { // the other keys depend on it
		s.Type = r.word(v, "type", slotTypes)
	}
	for _, key := range vocabulary.Names("slot") {
		if v := seen[key]; v != nil && !r.slotEntry(&s, key, v) {
			r.slotValue(&s, key, v)
		}
	}
	if seen["type"] == nil && v.Kind == yaml.MappingNode {
		r.wrong(k, "known: "+strings.Join(slotTypes, ", "), "slot %q has no type", name)
	}
	r.slotSense(&s, k, seen)
	r.script.Slots = append(r.script.Slots, s)
}

// slotEntry reads how a value is given and asked for.
func (r *reader) slotEntry(s *Slot, key string, v *yaml.Node) bool {
	switch key {
	case "input":
		s.Speech, s.Keypad = r.inputs(v)
	case "terminator":
		if s.Terminator = 0; !isNone(v) {
			s.Terminator = r.digit(v, key)
		}
	case "between":
		if s.Between = r.duration(v, key); s.Between < 500*time.Millisecond {
			r.wrong(v, "give the caller at least 500ms between digits", "between cannot be %s", s.Between)
		}
	case "retry":
		s.Retry = r.sayLines(v, key)
	case "keypad":
		if s.Keys = r.oneLine(v, key); !s.Keys.Text.Fixed() {
			r.wrong(v, "it is rendered ahead, for when nothing can be heard: leave variables out", "keypad must be a fixed text")
		}
	case "confirm":
		if v.Kind == yaml.ScalarNode && (v.Value == "true" || v.Value == "false") {
			s.Confirm = v.Value == "true"
			return true
		}
		s.Confirm, s.Back = true, r.oneLine(v, key, "value").Text
		if !known(s.Back.Names(), "value") && !s.Back.Empty() {
			r.wrong(v, "put {{value}} where the value is to be heard", "confirm does not say the value")
		}
	default:
		return false
	}
	return true
}

// slotValue reads which values are taken.
func (r *reader) slotValue(s *Slot, key string, v *yaml.Node) {
	switch key {
	case "length":
		s.Min, s.Max = r.length(v)
	case "min":
		s.Least = r.bound(s.Type, key, v)
	case "max":
		s.Most = r.bound(s.Type, key, v)
	case "when":
		s.When = r.word(v, key, tenses)
	case "options":
		s.Options = r.options(v)
	}
}

// slotKeys tells which keys make sense for which types only.
var slotKeys = map[string][]string{
	"length":     {"digits"},
	"min":        {"number", "amount", "date", "time", "datetime"},
	"max":        {"number", "amount", "date", "time", "datetime"},
	"when":       {"date", "datetime"},
	"options":    {"choice"},
	"confirm":    {"digits", "number", "amount", "date", "time", "datetime", "phone", "choice", "name", "text"},
	"keypad":     {"digits", "number", "amount", "date", "time", "datetime", "phone"},
	"terminator": {"digits", "number", "amount", "date", "time", "datetime", "phone"},
	"between":    {"digits", "number", "amount", "date", "time", "datetime", "phone"},
}

func (r *reader) slotSense(s *Slot, k *yaml.Node, seen map[string]*yaml.Node) {
	if s.Type == "" {
		return
	}
	for _, key := range vocabulary.Names("slot") {
		if types := slotKeys[key]; seen[key] != nil && types != nil && !known(types, s.Type) {
			r.wrong(seen[key], "it is for "+strings.Join(types, ", "), "%s means nothing for a slot of type %s", key, s.Type)
		}
	}
	if s.wordy() {
		if seen["input"] != nil && s.Keypad {
			r.wrong(seen["input"], "use input: speech", "a %s cannot be keyed in", s.Type)
		}
		s.Keypad = false
	}
	switch {
	case s.Type == "choice" && seen["options"] == nil:
		r.wrong(k, "add options: {name: [words that callers use]}", "slot %q has no options", s.Name)
	case s.Type == "choice" && s.Keypad && !s.Speech && len(s.Options) > maxOptions:
		r.wrong(seen["options"], "let it be spoken too, or ask in two steps", "keys can choose among %d options at most", maxOptions)
	case s.Least != "" && s.Most != "" && !ordered(s.Type, s.Least, s.Most):
		r.wrong(seen["max"], "swap them", "max %s is below min %s", s.Most, s.Least)
	}
}

func ordered(typ, least, most string) bool {
	if typ == "number" || typ == "amount" {
		a, _ := strconv.ParseFloat(least, 64)
		b, _ := strconv.ParseFloat(most, 64)
		return a <= b
	}
	return least <= most
}

// bound reads a limit in the form that the type's values have.
func (r *reader) bound(typ, what string, v *yaml.Node) string {
	t := r.text(v, what)
	layout := map[string]string{"date": dateLayout, "datetime": dateLayout, "time": timeLayout}[typ]
	switch {
	case t == "":
	case typ == "number" || typ == "amount":
		if _, err := strconv.ParseFloat(t, 64); err != nil {
			r.wrong(v, "write a number", "%s cannot be %q", what, t)
			return ""
		}
	case layout != "":
		if _, err := time.Parse(layout, t); err != nil {
			r.wrong(v, "write it like "+layout, "%s cannot be %q", what, t)
			return ""
		}
	}
	return t
}

// options reads {value: words} or a list of values.
func (r *reader) options(v *yaml.Node) []Option {
	var all []Option
	if v.Kind == yaml.MappingNode && len(v.Content) > 0 && r.lang.speaks(v.Content[0].Value) != "" {
		r.wrong(v, "name each option, and give its words in each language: {gold: {zh: [金卡], en: [gold card]}}", "options are the same in every language")
		return nil
	}
	if v.Kind == yaml.MappingNode {
		r.entries(v, "options", func(name string, _, v *yaml.Node) {
			all = append(all, Option{Value: name, Words: r.texts(v, name)})
		})
	} else {
		for _, t := range r.texts(v, "options") {
			all = append(all, Option{Value: t, Words: []string{t}})
		}
	}
	if len(all) < 2 && r.Sound() {
		r.wrong(v, "give at least two", "a choice among %d is none", len(all))
	}
	for i, o := range all {
		if slices.ContainsFunc(all[:i], func(p Option) bool { return p.Value == o.Value }) {
			r.wrong(v, "keep one of them", "the option %q stands twice", o.Value)
		}
	}
	return all
}

// length reads "4" or "4-8".
func (r *reader) length(v *yaml.Node) (int, int) {
	t := r.text(v, "length")
	from, to, ranged := strings.Cut(t, "-")
	low, err := strconv.Atoi(strings.TrimSpace(from))
	high := low
	if ranged && err == nil {
		high, err = strconv.Atoi(strings.TrimSpace(to))
	}
	if t != "" && (err != nil || low < 1 || high < low || high > 32) {
		r.wrong(v, "write a number from 1 to 32, or two: 4-8", "length cannot be %q", t)
		return 1, 32
	}
	return low, high
}

func (r *reader) inputs(v *yaml.Node) (speech, keypad bool) {
	for _, item := range strictyaml.Items(v) {
		switch r.word(item, "input", inputs) {
		case "speech":
			speech = true
		case "dtmf":
			keypad = true
		}
	}
	return speech, keypad
}

// optionKeys refuses a node whose own keys are the numbers of its options.
func (r *reader) optionKeys(n *Node) {
	sl, ok := r.script.Slot(n.Ask)
	if !ok || sl.Type != "choice" || !sl.Keypad {
		return
	}
	for _, k := range n.Keys {
		if i := int(k.Digit) - '1'; i >= 0 && i < len(sl.Options) {
			r.wrong(r.slotRef(n.Ask), fmt.Sprintf("use a key above %d", len(sl.Options)), "key %c is the option %q of slot %q", k.Digit, sl.Options[i].Value, sl.Name)
		}
	}
}

// slotRef is a place where a slot is asked for.
func (r *reader) slotRef(name string) *yaml.Node {
	for _, ref := range r.refs {
		if ref.kind == "slot" && ref.name == name {
			return ref.at
		}
	}
	return nil
}
