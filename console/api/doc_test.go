package api

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/parley-voice/parley/console/access"
)

type operation = huma.Operation

func readAll(r *http.Response) ([]byte, error) {
	defer func() { _ = r.Body.Close() }()
	return io.ReadAll(r.Body)
}

var update = flag.Bool("update", false, "write docs/api.md and testdata anew")

func roleTable[T access.Action | access.Field](b *strings.Builder, head string, rules []access.Rule[T]) {
	fmt.Fprintf(b, "| %s | |", head)
	for _, r := range access.Roles() {
		fmt.Fprintf(b, " %s |", r)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(access.Roles())) + "\n")
	for _, rule := range rules {
		fmt.Fprintf(b, "| `%s` | %s |", rule.What, rule.Means)
		for _, r := range access.Roles() {
			mark := " |"
			if slices.Contains(rule.Roles, r) {
				mark = " yes |"
			}
			b.WriteString(mark)
		}
		b.WriteString("\n")
	}
}

// each gives every operation of the document, in the order of the paths.
func each(doc *huma.OpenAPI) (all []*operation) {
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		p := doc.Paths[path]
		for _, o := range []*operation{p.Get, p.Post, p.Put, p.Patch, p.Delete} {
			if o != nil {
				all = append(all, o)
			}
		}
	}
	return all
}

// docs/api.md has the tables that the code has.
func TestDocument(t *testing.T) {
	const path = "../../docs/api.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var roles, fields, operations strings.Builder
	roleTable(&roles, "action", access.Actions())
	roleTable(&fields, "field", access.Fields())
	operations.WriteString("| operation | | action |\n|---|---|---|\n")
	for _, o := range each(newRig(t).api.OpenAPI()) {
		about := o.Summary
		if o.Description != "" {
			about += ". " + o.Description
		}
		fmt.Fprintf(&operations, "| `%s %s` | %s | `%s` |\n", o.Method, o.Path, strings.TrimSuffix(about, "."), o.Extensions["x-action"])
	}
	want := string(text)
	for name, table := range map[string]string{"roles": roles.String(), "fields": fields.String(), "operations": operations.String()} {
		head, rest, ok1 := strings.Cut(want, "<!-- "+name+": ")
		mark, rest, ok2 := strings.Cut(rest, "-->\n")
		_, tail, ok3 := strings.Cut(rest, "<!-- end -->")
		if !ok1 || !ok2 || !ok3 {
			t.Fatalf("docs/api.md has no place for %s", name)
		}
		want = head + "<!-- " + name + ": " + mark + "-->\n" + table + "<!-- end -->" + tail
	}
	golden(t, path, want)
}

func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != want {
		t.Errorf("%s is not what the code gives (%v): go test ./console/api -run %s -update, and read the difference", path, err, t.Name())
	}
}

var randoms = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{12}\b`)

// Each operation answers as the document says it does: the body fits its schema.
func TestAnswersFitTheDocument(t *testing.T) {
	r := newRig(t)
	doc := r.api.OpenAPI()
	var all strings.Builder
	for _, o := range each(doc) {
		e := examples[o.OperationID]
		r.forget()
		a := r.send(access.Admin, o.Method, e.path, e.body, e.heads...)
		status := fmt.Sprint(cmp.Or(e.code, 200))
		if a.code == 426 {
			continue // events_test.go connects
		}
		fmt.Fprintf(&all, "%s %s\n%d %s\n", o.Method, e.path, a.code, a.body)
		described := o.Responses[status]
		if described == nil {
			t.Errorf("%s answers %d, which the document does not know", o.OperationID, a.code)
			continue
		}
		media := described.Content["application/json"]
		if media == nil {
			continue
		}
		var body any
		if err := json.Unmarshal([]byte(a.body), &body); err != nil {
			t.Errorf("%s: %v", o.OperationID, err)
			continue
		}
		var res huma.ValidateResult
		huma.Validate(doc.Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, body, &res)
		for _, err := range res.Errors {
			t.Errorf("%s: %v in %s", o.OperationID, err, a.body)
		}
	}
	golden(t, "testdata/answers.txt", randoms.ReplaceAllString(all.String(), "ID"))
}

func TestTheDocumentIsServed(t *testing.T) {
	r := newRig(t)
	a := r.send("", http.MethodGet, "/openapi.json", "")
	var doc struct {
		OpenAPI    string
		Paths      map[string]map[string]struct{ OperationID, Summary string }
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || a.code != 200 || !strings.HasPrefix(doc.OpenAPI, "3.1") || doc.Components.Schemas["Event"] == nil {
		t.Fatalf("%v %d %.200s", err, a.code, a.body)
	}
	n := 0
	for path, methods := range doc.Paths {
		for method, o := range methods {
			if n++; o.OperationID == "" || o.Summary == "" {
				t.Errorf("%s %s has no name", method, path)
			}
		}
	}
	if n != len(examples) {
		t.Errorf("%d operations, want %d", n, len(examples))
	}
}

// Whatever is sent as JSON is answered with what the document knows, and never
// with 500.
func FuzzBodies(f *testing.F) {
	for _, e := range examples {
		if e.body != "" {
			f.Add(e.body)
		}
	}
	f.Add(`{"to":null,"vars":{"":""}}`)
	f.Add(`[[[[{"a":"\ud800"}]]]]`)
	r := newRig(f)
	f.Fuzz(func(t *testing.T, body string) {
		if body == "" {
			return
		}
		r.t = t
		for _, id := range []string{"placeCall", "joinCall", "pauseAgent", "logInAgent", "setCustomerTags", "explainRoute", "checkRoutes"} {
			method := "POST"
			if id == "setCustomerTags" {
				method = "PUT"
			}
			r.forget()
			heads := append([]string{"Content-Type", "application/json"}, examples[id].heads...)
			if a := r.send(access.Admin, method, examples[id].path, body, heads...); a.code >= 500 || a.code < 200 {
				t.Errorf("%s %q: %d %s", id, body, a.code, a.body)
			}
		}
	})
}
