package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// field is one key of a section.
type field struct {
	name  string
	tag   reflect.StructTag
	value reflect.Value
}

// fieldsOf lists a struct's keys; inlined structs count as its own.
func fieldsOf(v reflect.Value) []field {
	var out []field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("yaml")
		switch {
		case name == ",inline":
			out = append(out, fieldsOf(v.Field(i))...)
		case name != "":
			out = append(out, field{name, f.Tag, v.Field(i)})
		}
	}
	return out
}

// short is the key that a section written as one word stands for, or nil.
func short(v reflect.Value) *field {
	for _, f := range fieldsOf(v) {
		if f.tag.Get("short") == "true" {
			return &f
		}
	}
	return nil
}

// setDefaults fills v from the default tags. A wrong tag is a programmer's
// mistake, found by the first test that runs.
func setDefaults(v reflect.Value) {
	if v.Kind() != reflect.Struct || isScalar(v.Type()) {
		return
	}
	for _, f := range fieldsOf(v) {
		text, has := f.tag.Lookup("default")
		if !has {
			setDefaults(f.value)
			continue
		}
		if err := setDefault(f.value, text); err != nil {
			panic(fmt.Sprintf("config: default of %s: %v", f.name, err))
		}
	}
}

func setDefault(v reflect.Value, text string) error {
	switch {
	case isScalar(v.Type()):
		return setScalar(v, text, "")
	case v.Kind() == reflect.Slice:
		for item := range strings.SplitSeq(text, ", ") {
			elem := reflect.New(v.Type().Elem()).Elem()
			if err := setScalar(elem, item, ""); err != nil {
				return err
			}
			v.Set(reflect.Append(v, elem))
		}
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for item := range strings.SplitSeq(text, ", ") {
			key, value, _ := strings.Cut(item, "=")
			elem := reflect.New(v.Type().Elem()).Elem()
			if err := setScalar(elem, value, ""); err != nil {
				return err
			}
			v.SetMapIndex(reflect.ValueOf(key), elem)
		}
	}
	return nil
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// isScalar tells whether t is written as one word in YAML.
func isScalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.String:
		return true
	}
	return reflect.PointerTo(t).Implements(textUnmarshaler)
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func kindName(n *yaml.Node) string {
	switch {
	case isNull(n):
		return "nothing"
	case n.Kind == yaml.MappingNode:
		return "a group of keys"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("%q", n.Value)
}

func typeName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return "a duration"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	}
	return "one value"
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func label(path string) string {
	if path == "" {
		return "the configuration"
	}
	return path
}
