package config

import (
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Reference writes the table of every key to w, in Markdown, from the tags of
// Config.
func Reference(w io.Writer) error {
	_, err := io.WriteString(w, head)
	if err != nil {
		return err
	}
	var b strings.Builder
	c := reflect.ValueOf(&Config{}).Elem()
	section(&b, "Top level", "", "", c)
	_, err = io.WriteString(w, b.String())
	return err
}

const head = `# Configuration

<!-- Generated from cmd/parley/config by go generate; do not edit. -->

` + "`parley serve -c parley.yaml`" + ` reads one YAML file. Every key may be left out; the table tells what is used then.
` + "`parley serve`" + ` without ` + "`-c`" + ` reads ` + "`./parley.yaml`" + ` if it is there.

The file is read strictly: an unknown key, a key that comes twice, a value out of range or of the wrong kind stops the
start with one line for each mistake, ` + "`file:line:column: what; what to do`" + `, and exit code 2.

Any value may take environment variables: ` + "`${NAME}`" + ` (an error when NAME is not set), ` + "`${NAME:-default}`" + `, and
` + "`$$`" + ` for a dollar sign. Keep passwords and keys out of the file this way; Parley never prints or logs them.

Durations are a number and a unit: ` + "`500ms`, `2s`, `3m`, `1h`" + `.

`

// section writes one struct's table, then those of the structs inside it.
func section(b *strings.Builder, title, doc, prefix string, v reflect.Value) {
	fmt.Fprintf(b, "## %s\n\n", title)
	if doc != "" {
		fmt.Fprintf(b, "%s\n\n", doc)
	}
	b.WriteString("| key | kind | default | meaning |\n|---|---|---|---|\n")
	var inside []field
	for _, f := range fieldsOf(v) {
		if inner(f.value.Type()) != nil {
			inside = append(inside, f)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.name, describe(f), defaultOf(f), escape(f.tag.Get("doc")))
	}
	b.WriteString("\n")
	for _, f := range inside {
		t := inner(f.value.Type())
		path := join(prefix, f.name)
		title := "`" + path + "`"
		switch f.value.Kind() {
		case reflect.Slice:
			title += ", each item"
		case reflect.Map:
			path += ".NAME"
			title = "`" + path + "`"
		}
		section(b, title, f.tag.Get("doc"), path, reflect.New(t).Elem())
	}
}

// inner is the struct that a section or a list of sections holds, or nil.
func inner(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct && !isScalar(t) {
		return t
	}
	return nil
}

// describe tells what a key takes.
func describe(f field) string {
	t := f.value.Type()
	low, high := f.tag.Get("min"), f.tag.Get("max")
	switch {
	case f.tag.Get("oneof") != "":
		return "`" + strings.Join(strings.Split(f.tag.Get("oneof"), "|"), "`, `") + "`"
	case t.Kind() == reflect.Slice && inner(t) != nil:
		return "list of sections"
	case t.Kind() == reflect.Map && inner(t) != nil:
		return "sections by name"
	case inner(t) != nil:
		return "section"
	case t.Kind() == reflect.Slice:
		return "list"
	case t.Kind() == reflect.Map:
		return "keys and values"
	case high != "":
		return fmt.Sprintf("%s, %s to %s", strings.TrimPrefix(typeName(t), "a "), low, high)
	case t.Kind() == reflect.Bool:
		return "`true`, `false`"
	}
	return "text"
}

func defaultOf(f field) string {
	text, has := f.tag.Lookup("default")
	switch {
	case f.tag.Get("required") == "true":
		return "required"
	case has:
		return "`" + text + "`"
	}
	return ""
}

func escape(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
