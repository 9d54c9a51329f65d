package config

import (
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

type position struct{ line, column int }

// decoder fills a struct from nodes and collects every problem it meets.
type decoder struct {
	file      string
	env       Env
	problems  Problems
	positions map[string]position // by dotted path
}

func (d *decoder) fail(n *yaml.Node, hint, format string, args ...any) {
	d.problems = append(d.problems, Problem{d.file, n.Line, n.Column, fmt.Sprintf(format, args...), hint})
}

// decode fills v from n. tag is the struct tag of the field that holds v.
func (d *decoder) decode(n *yaml.Node, v reflect.Value, path string, tag reflect.StructTag) {
	d.positions[path] = position{n.Line, n.Column}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.fail(n, "write the value out", "anchors and aliases are not read here")
		return
	}
	if v.Kind() == reflect.Pointer {
		p := reflect.New(v.Type().Elem())
		setDefaults(p.Elem())
		v.Set(p)
		v = p.Elem()
	}
	switch {
	case isScalar(v.Type()):
		d.scalar(n, v, path, tag)
	case v.Kind() == reflect.Struct && n.Kind == yaml.ScalarNode && !isNull(n) && short(v) != nil:
		f := short(v)
		d.decode(n, f.value, path, f.tag)
	case isNull(n): // a section whose lines are all commented out
	case v.Kind() == reflect.Struct:
		d.mapping(n, v, path)
	case v.Kind() == reflect.Map:
		d.table(n, v, path, tag)
	case v.Kind() == reflect.Slice:
		d.list(n, v, path, tag)
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "", "%s must hold keys, one a line, not %s", label(path), kindName(n))
		return
	}
	fields := fieldsOf(v)
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	for key, value := range d.pairs(n) {
		i := slices.Index(names, key.Value)
		if i < 0 {
			d.fail(key, Suggest(key.Value, names), "unknown key %q", key.Value)
			continue
		}
		d.decode(value, fields[i].value, join(path, key.Value), fields[i].tag)
	}
	for _, f := range fields {
		if f.tag.Get("required") == "true" && f.value.IsZero() {
			d.fail(n, "", "%s needs a %s", label(path), f.name)
		}
	}
}

func (d *decoder) table(n *yaml.Node, v reflect.Value, path string, tag reflect.StructTag) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "", "%s must hold keys, one a line, not %s", label(path), kindName(n))
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for key, value := range d.pairs(n) {
		elem := reflect.New(v.Type().Elem()).Elem()
		setDefaults(elem)
		d.decode(value, elem, join(path, key.Value), tag)
		v.SetMapIndex(reflect.ValueOf(key.Value), elem)
	}
}

// pairs walks a mapping and refuses a key that comes twice: YAML libraries let
// the last one win, and the first is then silently lost.
func (d *decoder) pairs(n *yaml.Node) func(func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		first := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode {
				d.fail(key, "", "a key must be a word, not %s", kindName(key))
				continue
			}
			if line, twice := first[key.Value]; twice {
				d.fail(key, "keep one of them", "%q is here twice, first on line %d", key.Value, line)
				continue
			}
			first[key.Value] = key.Line
			if !yield(key, n.Content[i+1]) {
				return
			}
		}
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string, tag reflect.StructTag) {
	if n.Kind != yaml.SequenceNode {
		d.fail(n, "write [a, b] or one item a line, each behind a dash", "%s must be a list, not %s", label(path), kindName(n))
		return
	}
	out := reflect.MakeSlice(v.Type(), 0, len(n.Content))
	for i, item := range n.Content {
		elem := reflect.New(v.Type().Elem()).Elem()
		setDefaults(elem)
		d.decode(item, elem, fmt.Sprintf("%s[%d]", path, i), tag)
		out = reflect.Append(out, elem)
	}
	v.Set(out)
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string, tag reflect.StructTag) {
	if n.Kind != yaml.ScalarNode || isNull(n) {
		d.fail(n, "", "%s must be %s, not %s", label(path), typeName(v.Type()), kindName(n))
		return
	}
	text, err := expand(n.Value, d.env)
	if err != nil {
		d.fail(n, err.hint, "%s: %s", label(path), err.text)
		return
	}
	if err := setScalar(v, text, tag); err != nil {
		what := err.Error()
		what, hint, _ := strings.Cut(what, "; ")
		d.fail(n, hint, "%s: %s", label(path), what)
	}
}

// setScalar reads text into v and checks it against the tag's bounds.
func setScalar(v reflect.Value, text string, tag reflect.StructTag) error {
	switch x := v.Addr().Interface().(type) {
	case *time.Duration:
		return setDuration(x, text, tag)
	case *netip.Prefix:
		return setPrefix(x, text)
	case *netip.Addr:
		a, err := netip.ParseAddr(text)
		if err != nil {
			return fmt.Errorf("%q is not an IP address", text)
		}
		*x = a
		return nil
	case encoding.TextUnmarshaler:
		return x.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%q is not true or false", text)
		}
		v.SetBool(text == "true")
	case reflect.Int:
		return setInt(v, text, tag)
	default:
		if set := tag.Get("oneof"); set != "" && !slices.Contains(strings.Split(set, "|"), text) {
			words := strings.Split(set, "|")
			return fmt.Errorf("%q is not one of %s%s", text, strings.Join(words, ", "), didYouMean(text, words))
		}
		v.SetString(text)
	}
	return nil
}

func setInt(v reflect.Value, text string, tag reflect.StructTag) error {
	i, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("%q is not a whole number", text)
	}
	low, _ := strconv.Atoi(tag.Get("min"))
	high, _ := strconv.Atoi(tag.Get("max"))
	if tag.Get("max") != "" && (i < low || i > high) {
		return fmt.Errorf("%d is out of range, %d to %d", i, low, high)
	}
	v.SetInt(int64(i))
	return nil
}

func setDuration(x *time.Duration, text string, tag reflect.StructTag) error {
	t, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is not a duration; write a number and a unit, like 500ms, 2s or 3m", text)
	}
	low, _ := time.ParseDuration(tag.Get("min"))
	high, _ := time.ParseDuration(tag.Get("max"))
	if tag.Get("max") != "" && (t < low || t > high) {
		return fmt.Errorf("%s is out of range, %s to %s", text, tag.Get("min"), tag.Get("max"))
	}
	*x = t
	return nil
}

func setPrefix(x *netip.Prefix, text string) error {
	if a, err := netip.ParseAddr(text); err == nil {
		*x = netip.PrefixFrom(a, a.BitLen())
		return nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return fmt.Errorf("%q is not a network; write one like 203.0.113.0/24 or 203.0.113.7", text)
	}
	if p != p.Masked() {
		return fmt.Errorf("%s has host bits set; did you mean %s?", text, p.Masked())
	}
	*x = p
	return nil
}
