package dialog

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// maxLanguages bounds the languages of one script: each is an edition in memory.
const maxLanguages = 8

// languages are those that the script speaks, and the one it is being read in.
type languages struct {
	all []string
	now string
}

// load reads a script once for each of its languages. The editions have the same
// nodes, ways and intents; only what is said and heard differs.
func load(in io.Reader, name string, inc includes) (*Script, error) {
	data, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	first := newReader(inc, languages{})
	first.edition(bytes.NewReader(data), name)
	scripts := []*Script{first.script}
	for _, language := range first.lang.rest() {
		r := newReader(inc, languages{all: first.lang.all, now: language})
		r.edition(bytes.NewReader(data), name)
		first.Join(&r.Reader)
		scripts = append(scripts, r.script)
	}
	if !first.Sound() {
		return nil, first.Problems()
	}
	for _, s := range scripts {
		s.origin, s.tongues.all = first.script.origin, scripts
	}
	return first.script, nil
}

func (l languages) rest() []string {
	if len(l.all) < 2 {
		return nil
	}
	return l.all[1:]
}

// languages reads the languages of the script, and gives the one it is being read
// in.
func (r *reader) languages(v *yaml.Node) string {
	switch {
	case r.lang.now != "":
		return r.lang.now
	case v == nil:
		r.lang = languages{all: []string{"en"}, now: "en"}
		return "en"
	}
	for _, item := range strictyaml.Items(v) {
		t := r.language(item)
		switch {
		case t == "":
		case r.lang.speaks(t) != "":
			r.wrong(item, "keep one of them", "the language %q stands twice", t)
		case !known(houseLanguages(), primary(t)):
			r.wrong(item, "use en or zh for now", "there are no built-in prompts for the language %q", t)
		default:
			r.lang.all = append(r.lang.all, t)
		}
	}
	if len(r.lang.all) > maxLanguages {
		r.wrong(v, "make a script of its own of some", "the script has %d languages, at most %d", len(r.lang.all), maxLanguages)
	}
	if len(r.lang.all) == 0 {
		if v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
			r.wrong(v, "name one: zh-CN", "language is empty")
		}
		r.lang.all = []string{"en"}
	}
	r.lang.now = r.lang.all[0]
	return r.lang.now
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

func (r *reader) language(v *yaml.Node) string {
	t := r.text(v, "language")
	if t != "" && !languageTag.MatchString(t) {
		r.wrong(v, "use a BCP 47 tag such as en, en-GB or zh-CN", "language cannot be %q", t)
		return ""
	}
	return t
}

// speaks is a tag as the script writes it, "" when it is none of its languages.
func (l languages) speaks(tag string) string {
	i := slices.IndexFunc(l.all, func(own string) bool { return strings.EqualFold(own, tag) })
	if i < 0 {
		return ""
	}
	return l.all[i]
}

// looksLikeTag holds for what an author could mean as a language, and for no key
// of a line but "if".
var looksLikeTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// byLanguage tells whether a block has languages as its keys.
func (r *reader) byLanguage(v *yaml.Node) bool {
	if v.Kind != yaml.MappingNode || len(v.Content) == 0 {
		return false
	}
	for i := 0; i < len(v.Content); i += 2 {
		key := v.Content[i].Value
		if known(blockKeys["line"], key) {
			return false
		}
		if r.lang.speaks(key) != "" {
			return true
		}
	}
	return looksLikeTag.MatchString(v.Content[0].Value)
}

// pickLines is pick where a block may be a part as well.
func (r *reader) pickLines(v *yaml.Node, what string) *yaml.Node {
	if !r.byLanguage(v) {
		return v
	}
	return r.pick(v, what)
}

// pick takes from {zh-CN: 您好, en-US: Hello} what is for the language that the
// script is being read in. Anything but a block stands for every language.
func (r *reader) pick(v *yaml.Node, what string) *yaml.Node {
	if v.Kind != yaml.MappingNode || len(v.Content) == 0 {
		return v
	}
	var own *yaml.Node
	for i := 0; i+1 < len(v.Content); i += 2 {
		k := v.Content[i]
		switch r.lang.speaks(k.Value) {
		case "":
			r.fault(CodeUnknownLanguage, k, r.lang.hint(k.Value), "%s: the script does not speak %q", what, k.Value)
		case r.lang.now:
			own = v.Content[i+1]
		}
	}
	if own == nil {
		r.fault(CodeMissingLanguage, v, "add "+r.lang.now+": ...", "%s has no text for the language %s", what, r.lang.now)
		return v.Content[1]
	}
	return own
}

// doing reads do: replay, {opt_out: phone, language: en-US}, or a list of them.
func (r *reader) doing(e *Effects, v *yaml.Node) (replay bool) {
	for _, item := range strictyaml.Items(v) {
		if item.Kind == yaml.ScalarNode {
			replay = r.word(item, "do", []string{"replay"}) != "" || replay
			continue
		}
		r.block(item, "do", func(key string, _, v *yaml.Node) {
			if key == "opt_out" {
				e.OptOut = r.word(v, key, optOuts)
			} else {
				e.Language = r.switchTo(v)
			}
		})
	}
	if v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
		r.wrong(v, "give it a value or remove the key", "do is empty")
	}
	return replay
}

// switchTo reads the language that the conversation goes on in: one of the
// script's, or a text whose variables tell it.
func (r *reader) switchTo(v *yaml.Node) Template {
	t := r.text(v, "language")
	if t == "" {
		return Template{}
	}
	if strings.Contains(t, "{{") {
		return r.template(v, "language")
	}
	own := r.lang.speaks(t)
	if own == "" {
		r.fault(CodeUnknownLanguage, v, r.lang.hint(t), "the script does not speak %q", t)
	}
	return fixed(own).Text
}

// hint names the language that differs by its region only, else the nearest one.
func (l languages) hint(tag string) string {
	for _, own := range l.all {
		if primary(own) == primary(tag) {
			return fmt.Sprintf("did you mean %q?", own)
		}
	}
	return suggest(tag, l.all) + "; or add it under language"
}
