package routing

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/expr"
)

var update = flag.Bool("update", false, "write the tables of docs/routing.md anew")

const page = "../docs/routing.md"

// factRows is the table of facts, in Markdown.
func factRows(facts []Fact) []string {
	kinds := map[expr.Type]string{expr.Text: "text", expr.Number: "number", expr.Date: "date", expr.Flag: "true or false", expr.List: "list"}
	all := []string{"| fact | kind | what it is |", "|---|---|---|"}
	for _, f := range facts {
		doc := f.Doc
		if f.Mid {
			doc += " (mid-call only)"
		}
		all = append(all, fmt.Sprintf("| `%s` | %s | %s |", f.Name, kinds[f.Type], doc))
	}
	return all
}

func rewrite(text string) string {
	var out []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		var rows []string
		switch lines[i] {
		case "<!-- facts -->":
			rows = factRows(known)
		case "<!-- queue facts -->":
			rows = factRows(ofQueues)
		default:
			continue
		}
		for out = append(out, rows...); i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|"); i++ {
		}
	}
	return strings.Join(out, "\n")
}

// The tables of docs/routing.md are those of the code: -update writes them anew.
func TestReferenceIsGenerated(t *testing.T) {
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text, missing := vocabulary.Rewrite(string(data))
	for _, block := range missing {
		t.Errorf("docs/routing.md has no table of %s", block)
	}
	text = rewrite(text)
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if text != string(data) {
		t.Error("the tables of docs/routing.md are not those of the code: run go test ./routing/... -run Reference -update")
	}
	for _, code := range append(strings.Fields(CodesOfLint), string(BadExpression), string(UnknownFact), string(Undefined)) {
		if !strings.Contains(text, "`"+code+"`") {
			t.Errorf("docs/routing.md does not explain %s", code)
		}
	}
}

func examples(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, b := range strings.Split(string(data), "```yaml\n")[1:] {
		b, _, _ = strings.Cut(b, "```")
		all = append(all, b)
	}
	return all
}

func TestTheExampleOfTheDocumentIsClean(t *testing.T) {
	table := text(t, examples(t)[0])
	for _, f := range table.Lint() {
		t.Error(f.Error())
	}
}

// What loads, the schema takes, and what it does not know it refuses.
func TestSchema(t *testing.T) {
	encoded, err := json.Marshal(vocabulary.Schema("Parley routes", "routes"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(encoded)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("routes.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("routes.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := func(source string) error {
		var v map[string]any
		if err := yaml.Unmarshal([]byte(source), &v); err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(encoded)))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(doc)
	}
	for _, file := range []string{"../routes/hotline.zh.yaml", "../routes/hotline.en.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(string(data)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, bad := range []string{head + "rules: []\n", head + "rules: [{id: x, too: {queue: a}}]\n" + tail, head + "rules: [{id: x, to: {reject: 200}}]\n" + tail, head + "rules: [{id: x, to: {queue: a}, context: [gift]}]\n" + tail} {
		if valid(bad) == nil {
			t.Errorf("the schema takes\n%s", bad)
		}
	}
}
