package vocab

import (
	"slices"
	"strings"
)

// Schema is a piece of JSON Schema, draft 2020-12.
type Schema map[string]any

// Schema describes a file of the language for editors: its keys, what each
// takes and what it is for. root is the block that the file itself is.
func (t Table) Schema(title, root string) Schema {
	blocks := Schema{}
	for _, b := range t {
		blocks[b.Name] = t.block(b.Name)
	}
	return Schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   title,
		"$ref":    "#/$defs/" + root,
		"$defs":   blocks,
	}
}

func (t Table) block(name string) Schema {
	keys, required := Schema{}, []string{}
	for _, k := range t.Keys(name) {
		s := k.Value.schema()
		s["description"] = k.describe()
		keys[k.Name] = s
		if k.Default == Required {
			required = append(required, k.Name)
		}
	}
	out := Schema{"type": "object", "properties": keys, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// describe is what an editor shows beside a key.
func (k Key) describe() string {
	text := k.Doc
	if k.Default != "" && k.Default != Required {
		text += ". Default: " + k.Default
	}
	return strings.ReplaceAll(text, "`", "")
}

// Patterns of scalars. YAML makes numbers and truths of some texts before the
// schema sees them, so texts may be those too.
const (
	patternName     = `^[\p{L}_][\p{L}\p{Nd}_.-]*$`
	patternTime     = `^([0-9]+(\.[0-9]+)?(h|m|s|ms|us|µs|ns))+$`
	patternLength   = `^[0-9]+( *- *[0-9]+)?$`
	patternDigit    = `^[0-9*#]$`
	patternClip     = `\.[wW][aA][vV]$`
	patternSIP      = `^sips?:[^ <>"{}]+$`
	patternSpoken   = `^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$` // stricter than a tag: "text" is a key of a line
	patternLanguage = `^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`
)

func pattern(p string) Schema { return Schema{"type": "string", "pattern": p} }

func (v Value) schema() Schema {
	switch v.Kind {
	case KindName, KindTarget:
		return pattern(patternName)
	case KindClip:
		return pattern(patternClip)
	case KindSIP:
		return pattern(patternSIP)
	case KindLanguage:
		return pattern(patternLanguage)
	case KindTime:
		return pattern(patternTime)
	case KindLength:
		return Schema{"type": []string{"string", "integer"}, "pattern": patternLength, "minimum": 1}
	case KindDigit:
		return Schema{"type": []string{"string", "integer"}, "pattern": patternDigit, "minimum": 0, "maximum": 9}
	case KindWhole:
		return Schema{"type": "integer", "minimum": v.Min, "maximum": v.Max}
	case KindTruth:
		return Schema{"type": "boolean"}
	case KindWord:
		return Schema{"enum": words(v.Words)}
	case KindBlock:
		return Schema{"$ref": "#/$defs/" + v.Block}
	case KindList:
		one := v.Of[0].schema()
		return anyOf(one, Schema{"type": "array", "items": one, "minItems": 1})
	case KindMap:
		return Schema{"type": "object", "additionalProperties": v.Of[0].schema()}
	case KindSpoken:
		one := v.Of[0].schema()
		return anyOf(one, Schema{"type": "object", "patternProperties": Schema{patternSpoken: one}, "additionalProperties": false, "minProperties": 1})
	case KindEither:
		ways := make([]Schema, len(v.Of))
		for i, w := range v.Of {
			ways[i] = w.schema()
		}
		return anyOf(ways...)
	}
	return Schema{"type": []string{"string", "number", "boolean"}, "minLength": 1}
}

func anyOf(ways ...Schema) Schema { return Schema{"anyOf": ways} }

// words may be written bare, where YAML takes true for a truth.
func words(list []string) []any {
	var all []any
	for _, w := range list {
		all = append(all, w)
	}
	if slices.Contains(list, "true") {
		all = append(all, true)
	}
	if slices.Contains(list, "false") {
		all = append(all, false)
	}
	return all
}
