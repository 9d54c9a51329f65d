package strictyaml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab"
)

// Block walks a mapping whose keys are a closed list; what names it in messages:
// a node, the defaults block. It is false when n is no mapping.
func (r *Reader) Block(n *yaml.Node, name, what string, keys []string, each func(key string, k, v *yaml.Node)) bool {
	if !r.IsMap(n, name) {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || !slices.Contains(keys, k.Value) {
			r.Fault(UnknownKey, k, vocab.Suggest(k.Value, keys), "%s has no key %q", what, k.Value)
			continue
		}
		each(k.Value, k, v)
	}
	return true
}

// Entries walks a mapping whose keys the author chooses.
func (r *Reader) Entries(n *yaml.Node, what string, each func(name string, k, v *yaml.Node)) {
	if !r.IsMap(n, what) {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || !IsName(k.Value) {
			r.Wrong(k, "use letters, digits, dots, dashes and underscores, beginning with a letter",
				"%q cannot be a name in %s", k.Value, what)
			continue
		}
		each(k.Value, k, v)
	}
}

// IsMap refuses what is no mapping.
func (r *Reader) IsMap(n *yaml.Node, what string) bool {
	if n.Kind == yaml.MappingNode {
		return true
	}
	r.Wrong(n, "write keys and values, as in "+r.Kind.Page, "%s must be a block of keys, not %s", what, Kinds(n))
	return false
}

// Text reads one scalar as words. An empty one is a problem.
func (r *Reader) Text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode {
		r.Wrong(n, "put texts with { or [ or : in quotes", "%s must be a text, not %s", what, Kinds(n))
		return ""
	}
	if strings.TrimSpace(n.Value) == "" || n.Tag == "!!null" {
		r.Wrong(n, "give it a value or remove the key", "%s is empty", what)
		return ""
	}
	return n.Value
}

// Texts reads one text or a list of them.
func (r *Reader) Texts(n *yaml.Node, what string) []string {
	var all []string
	for _, item := range Items(n) {
		if t := r.Text(item, what); t != "" {
			all = append(all, t)
		}
	}
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.Wrong(n, "give it a value or remove the key", "%s is empty", what)
	}
	return all
}

// Items is the elements of a list, or the single value that stands for one.
func Items(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// Word reads one of a closed list.
func (r *Reader) Word(n *yaml.Node, what string, allowed []string) string {
	t := r.Text(n, what)
	if t != "" && !slices.Contains(allowed, t) {
		r.Wrong(n, vocab.Suggest(t, allowed), "%s cannot be %q", what, t)
		return ""
	}
	return t
}

// Name reads an author's own name.
func (r *Reader) Name(n *yaml.Node, what string) string {
	t := r.Text(n, what)
	if t != "" && !IsName(t) {
		r.Wrong(n, "use letters, digits, dots, dashes and underscores, beginning with a letter", "%s cannot be %q", what, t)
		return ""
	}
	return t
}

// Duration reads a time such as 700ms, 6s or 1m30s.
func (r *Reader) Duration(n *yaml.Node, what string) time.Duration {
	t := r.Text(n, what)
	if t == "" {
		return 0
	}
	d, err := time.ParseDuration(t)
	if err != nil {
		r.Wrong(n, "write a number and a unit: 700ms, 6s, 1m30s", "%s cannot be %q", what, t)
		return 0
	}
	if d < 0 || d > time.Hour {
		r.Wrong(n, "use a time between 0s and 1h", "%s cannot be %q", what, t)
		return 0
	}
	return d
}

// Integer reads a whole number in a range.
func (r *Reader) Integer(n *yaml.Node, what string, from, to int) int {
	t := r.Text(n, what)
	if t == "" {
		return from
	}
	i, err := strconv.Atoi(t)
	if err != nil || i < from || i > to {
		r.Wrong(n, fmt.Sprintf("use a whole number from %d to %d", from, to), "%s cannot be %q", what, t)
		return from
	}
	return i
}

// Truth reads true or false.
func (r *Reader) Truth(n *yaml.Node, what string) bool {
	return r.Word(n, what, []string{"true", "false"}) == "true"
}

// Kinds names the kind of a value in a sentence.
func Kinds(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a block of keys"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.Tag == "!!null" || n.Value == "" {
		return "nothing"
	}
	return fmt.Sprintf("the text %q", Shorten(n.Value))
}

// IsName tells whether a text can be an author's own name.
func IsName(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for i, r := range s {
		letter := unicode.IsLetter(r) || r == '_'
		if !letter && (i == 0 || !unicode.IsDigit(r) && r != '.' && r != '-') {
			return false
		}
	}
	return true
}
