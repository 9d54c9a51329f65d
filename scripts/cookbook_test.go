package scripts_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/intent/overlap"
	"github.com/parley-voice/parley/dialog/lint"
	"github.com/parley-voice/parley/dialog/transcript"
)

var update = flag.Bool("update", false, "write the scripts and conversations into docs/cookbook.md")

const (
	cookbook  = "../docs/cookbook.md"
	recipes   = "../docs/cookbook/"
	maxRecipe = 25 // lines
)

var recipe = regexp.MustCompile(`(?s)<!-- recipe: ([a-z-]+) -->\n.*?<!-- /recipe -->`)

// TestCookbook loads, lints and plays every script of the cookbook, and holds the
// page to the files and to what a caller hears of them: -update writes it anew.
func TestCookbook(t *testing.T) {
	page, err := os.ReadFile(cookbook)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	want := recipe.ReplaceAllStringFunc(string(page), func(block string) string {
		name := recipe.FindStringSubmatch(block)[1]
		told = append(told, name)
		return "<!-- recipe: " + name + " -->\n" + cooked(t, name) + "<!-- /recipe -->"
	})
	if *update {
		if err := os.WriteFile(cookbook, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(page) {
		t.Error("docs/cookbook.md tells other scripts or conversations than docs/cookbook has: go test ./scripts -run Cookbook -update")
	}
	if n := strings.Count(want, "```yaml"); n < len(told) || strings.Count(want, "```")%2 != 0 {
		t.Errorf("%d blocks of YAML for %d recipes", n, len(told))
	}
	files, err := filepath.Glob(recipes + "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".yaml"), ".test"); !slices.Contains(told, name) {
			t.Errorf("docs/cookbook.md does not tell of %s", file)
		}
	}
}

// cooked is what the page shows of a recipe: its files, and the conversation of
// its first test.
func cooked(t *testing.T, name string) string {
	t.Helper()
	file := recipes + name + ".yaml"
	s, err := dialog.LoadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	measured, err := overlap.Find(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(lint.Check(s, lint.Options{}), measured...) {
		if f.Severity != lint.Advice {
			t.Errorf("%s: %v", f.Severity, f.Problem)
		}
	}
	var b strings.Builder
	for _, part := range append([]string{name + ".yaml"}, s.Files()...) {
		data, err := os.ReadFile(recipes + part)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(data, []byte("\n")); n > maxRecipe {
			t.Errorf("%s has %d lines, at most %d", part, n, maxRecipe)
		}
		if part != name+".yaml" {
			fmt.Fprintf(&b, "`%s`:\n\n", part)
		}
		fmt.Fprintf(&b, "```yaml\n%s```\n\n", data)
	}
	fmt.Fprintf(&b, "```text\n%s```\n", firstHeard(t, s, recipes+name+".test.yaml"))
	return b.String()
}

// firstHeard plays all tests, and gives the conversation of the first.
func firstHeard(t *testing.T, s *dialog.Script, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tests, err := transcript.Load(f, file)
	if err != nil {
		t.Fatal(err)
	}
	detect, err := intent.New(s)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for i, test := range tests {
		result, err := transcript.Run(t.Context(), s, detect, test)
		if err != nil {
			t.Fatal(err)
		}
		if !result.Passed() {
			t.Error("\n" + result.String())
		}
		if i == 0 {
			text = heard(result.Entries())
		}
	}
	return text
}

// outside is what happens in a test and is not the caller's doing.
var outside = regexp.MustCompile(`^\((transfer|fetch|llm|deaf|mute) `)

// heard is a conversation as somebody who listens in would write it down.
func heard(entries []transcript.Entry) string {
	var b strings.Builder
	for _, e := range entries {
		switch {
		case e.Who == "bot":
			fmt.Fprintf(&b, "Parley  %s\n", e.Text)
		case outside.MatchString(e.Text):
			kind, how, _ := strings.Cut(strings.Trim(e.Text, "()"), " ")
			fmt.Fprintf(&b, "        [%s: %s]\n", cmp.Or(map[string]string{"fetch": "answer", "llm": "model"}[kind], kind), how)
		case e.Who == "caller":
			fmt.Fprintf(&b, "Caller  %s\n", e.Text)
		case e.Who != "" || strings.HasPrefix(e.Text, "fetch = "):
		default:
			for _, shown := range []string{"transfer to ", "fetch ", "opt_out = ", "tag = ", "outcome = ", "variant = ", "grade = ", "end: "} {
				if strings.HasPrefix(e.Text, shown) {
					fmt.Fprintf(&b, "        [%s]\n", e.Text)
				}
			}
		}
	}
	return b.String()
}
