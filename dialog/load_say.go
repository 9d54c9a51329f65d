package dialog

import (
	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// sayLines reads what is said: a text, a part, or a list of either.
func (r *reader) sayLines(v *yaml.Node, what string) []Line {
	v = r.pickLines(v, what)
	var all []Line
	for _, item := range strictyaml.Items(v) {
		if l, ok := r.sayLine(item, what); ok {
			all = append(all, l)
			r.spoken = append(r.spoken, spoken{line: l, at: item})
		}
	}
	if v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
		r.wrong(v, "give it a text or remove the key", "%s is empty", what)
	}
	return all
}

// oneLine reads a single text. own are the variables that the machine gives it.
func (r *reader) oneLine(v *yaml.Node, what string, own ...string) Line {
	l := Line{Text: r.template(v, what, own...)}
	r.spoken = append(r.spoken, spoken{line: l, at: v, own: own})
	return l
}

// sayLine reads a text, or {text | clip | notice, fallback, variant}.
func (r *reader) sayLine(v *yaml.Node, what string) (Line, bool) {
	if v = r.pickLines(v, what); v.Kind != yaml.MappingNode {
		l := Line{Text: r.template(v, what)}
		return l, !l.Text.Empty()
	}
	var l Line
	seen := map[string]bool{}
	r.block(v, "line", func(key string, _, w *yaml.Node) {
		seen[key] = true
		switch key {
		case "text":
			l.Text = r.template(w, key)
		case "fallback":
			if l.Fallback = r.template(w, key); !l.Fallback.Fixed() {
				r.wrong(w, "leave variables out: it is said when they are unknown", "fallback must be a fixed text")
			}
		case "clip":
			l.Clip = r.clip(w, key)
		case "approved":
			l.Approved = r.text(w, key)
		case "if":
			l.If = r.condition(w, key)
		case "variant":
			l.Variant = r.name(w, key)
		case "notice":
			if l.Notice = r.word(w, key, notices); l.Notice != "" && !seen["text"] {
				l.Text = r.noticeText(l.Notice)
			}
		}
	})
	kinds := 0
	for _, key := range []string{"text", "clip", "notice"} {
		if seen[key] {
			kinds++
		}
	}
	own := seen["notice"] && (seen["text"] || seen["clip"]) && kinds == 2 // a notice in the house's own words
	if kinds != 1 && !own {
		r.wrong(v, "give one of text, clip and notice; list the parts that follow each other", "a part of %s has %d of them", what, kinds)
	}
	if seen["clip"] && own {
		l.Text = Template{}
	}
	if seen["fallback"] && !seen["text"] {
		r.wrong(v, "it stands in for a text with variables", "fallback needs a text beside it")
	}
	return l, l.Clip != "" || !l.Text.Empty()
}
