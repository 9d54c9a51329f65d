package lint_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/lint"
)

var update = flag.Bool("update", false, "write the golden files")

// options that a code cannot do without.
var options = map[string]lint.Options{
	"recording-without-notice": {Recorded: true},
	"late-notice":              {Recorded: true},
	"forbidden-word":           {Market: "finance", Forbidden: []string{"mate"}},
	"language-not-set-up": {Lacks: func(language string, listens bool) []string {
		if language != "zh-CN" || !listens {
			return nil
		}
		return []string{"no recogniser hears zh-CN: moonshine hears English only (speech.asr); set speech.asr.languages.zh-CN"}
	}},
	"changed-since-review": {Changed: "version 3 was approved with other words"},
}

// elsewhere are the codes whose files lie beside the package that measures.
var elsewhere = []string{"overlapping-intents", "example-without-words"}

func check(t *testing.T, file string, o lint.Options) []lint.Finding {
	t.Helper()
	s, err := dialog.LoadFile(file)
	if err != nil {
		return lint.FromLoad(err)
	}
	return lint.Check(s, o)
}

func has(found []lint.Finding, code string) bool {
	return slices.ContainsFunc(found, func(f lint.Finding) bool { return string(f.Code) == code })
}

// Every code has a script that brings it and one that does not, and the words
// are those of the golden file.
func TestEachCode(t *testing.T) {
	for _, c := range lint.Codes() {
		code := string(c)
		if slices.Contains(elsewhere, code) {
			continue
		}
		t.Run(code, func(t *testing.T) {
			found := check(t, filepath.Join("testdata", code+".bad.yaml"), options[code])
			if !has(found, code) {
				t.Errorf("not found in the bad script: %v", found)
			}
			var b strings.Builder
			for _, f := range found {
				if f.Severity != lint.SeverityOf(f.Code) {
					t.Errorf("%s is a %s", f.Code, f.Severity)
				}
				if string(f.Code) == code {
					if f.Line == 0 || f.Hint == "" {
						t.Errorf("no place or no remedy: %+v", f)
					}
					b.WriteString(f.Error() + "\n")
				}
			}
			golden := filepath.Join("testdata", code+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || string(want) != b.String() {
				t.Errorf("%v; got\n%s", err, b.String())
			}
			o := options[code]
			o.Changed = ""
			if good := check(t, filepath.Join("testdata", code+".good.yaml"), o); has(good, code) {
				t.Errorf("found in the good script: %v", good)
			}
		})
	}
}

// What the loader refuses and what is found beyond it are told apart.
func TestGoodScriptsLoad(t *testing.T) {
	files, err := filepath.Glob("testdata/*.good.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		if _, err := dialog.LoadFile(file); err != nil {
			t.Error(err)
		}
	}
}

func TestACommentAllows(t *testing.T) {
	const body = "nodes:\n  hello: {stage: opening, say: Hello., go: bye}%s\n%s  lost: {stage: need, say: Lost., go: bye}%s\n  bye: {stage: close, say: Goodbye., end: true}\n"
	for name, c := range map[string]struct {
		head, same, before string
		found              bool
	}{
		"nothing":         {"", "", "", true},
		"on the line":     {"", " # lint: allow unreachable-node", "", false},
		"the line before": {"", "", "  # lint: allow unused, unreachable-node\n", false},
		"the file":        {"# A script.\n# lint: allow unreachable-node\n", "", "", false},
		"another code":    {"# lint: allow unused\n", "", "", true},
	} {
		text := c.head + "script: s\n" + strings.Replace(strings.Replace(strings.Replace(body, "%s", "", 1), "%s", c.before, 1), "%s", c.same, 1)
		s, err := dialog.Load(strings.NewReader(text), "s.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if got := has(lint.Check(s, lint.Options{}), "unreachable-node"); got != c.found {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// docs/linter.md has a paragraph on each code, with its severity, and on nothing
// else.
func TestEachCodeIsExplained(t *testing.T) {
	data, err := os.ReadFile("../../docs/linter.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	for _, code := range lint.Codes() {
		_, after, ok := strings.Cut(page, "\n### "+string(code)+"\n")
		if !ok {
			t.Errorf("docs/linter.md does not explain %s", code)
			continue
		}
		text, _, _ := strings.Cut(after, "\n### ")
		if !strings.Contains(text, "*"+string(lint.SeverityOf(code))+"*") {
			t.Errorf("docs/linter.md does not say that %s is of severity %s", code, lint.SeverityOf(code))
		}
		if len(strings.Fields(text)) < 20 {
			t.Errorf("docs/linter.md says little of %s: %q", code, text)
		}
	}
	for _, line := range strings.Split(page, "\n") {
		if code, ok := strings.CutPrefix(line, "### "); ok && !slices.Contains(lint.Codes(), dialog.Code(code)) {
			t.Errorf("docs/linter.md explains %s, which no check brings", code)
		}
	}
}

// The scripts that ship are an example to others: no errors and no warnings.
func TestShippedScriptsAreClean(t *testing.T) {
	n := 0
	for _, pattern := range []string{"../../scripts/*.yaml", "../../scripts/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, ".test.yaml") {
				continue
			}
			n++
			for _, f := range check(t, file, lint.Options{Recorded: true}) {
				if f.Severity != lint.Advice {
					t.Error(f.Error())
				}
			}
		}
	}
	if n < 8 {
		t.Errorf("%d scripts", n)
	}
}
