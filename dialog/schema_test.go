package dialog

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab"
)

// compile gives the schema of a vocabulary, which must be a schema itself.
func compile(t *testing.T, s vocab.Schema) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("script.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("script.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// plain is a YAML tree as editors give it to a schema (YAML 1.2, JSON values).
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		all := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			all[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return all
	case yaml.SequenceNode:
		all := []any{}
		for _, item := range n.Content {
			all = append(all, plain(item))
		}
		return all
	}
	switch {
	case n.Style != 0:
	case n.Value == "true" || n.Value == "false":
		return n.Value == "true"
	case n.Tag == "!!int" || n.Tag == "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	}
	return n.Value
}

func tree(t *testing.T, path string) any {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := newReader(includes{}, languages{})
	r.Begin(path)
	root := r.Parse(f)
	if root == nil {
		t.Fatal(r.Problems())
	}
	return plain(root)
}

// What loads, the schema takes; it is for editors and knows less than the
// loader, but never complains of what is right.
func TestSchemaTakesWhatLoads(t *testing.T) {
	schema := compile(t, vocabulary.Schema("Parley script", "script"))
	n := 0
	for _, pattern := range []string{"../scripts/*.yaml", "../scripts/*/*.yaml", "lint/testdata/*.good.yaml", "testdata/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, ".test.yaml") {
				continue
			}
			if _, err := LoadFile(file); err != nil {
				continue
			}
			n++
			if err := schema.Validate(tree(t, file)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if n < 20 {
		t.Errorf("%d scripts", n)
	}
}

func TestSchemaRefusesWhatDoesNotLoad(t *testing.T) {
	schema := compile(t, vocabulary.Schema("Parley script", "script"))
	for _, code := range []Code{CodeUnknownKey, CodeBadValue, CodeMissingStage} {
		file := "lint/testdata/" + string(code) + ".bad.yaml"
		if err := schema.Validate(tree(t, file)); err == nil {
			t.Errorf("%s passes", file)
		}
	}
}

// Every key of the schema tells what it is for.
func TestSchemaExplainsEachKey(t *testing.T) {
	for _, block := range vocabulary {
		for _, k := range block.Keys {
			if len(k.Doc) < 5 {
				t.Errorf("%s of %s: %q", k.Name, block.Name, k.Doc)
			}
		}
	}
}
