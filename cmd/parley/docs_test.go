package main

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

func blocks(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range yamlBlock.FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	return out
}

func anyEnv(string) (string, bool) { return "x", true }

// What the first pages tell people to write is right.
func TestTheFirstScriptLoads(t *testing.T) {
	found := blocks(t, "../../README.md")
	if len(found) != 2 {
		t.Fatalf("%d YAML blocks in the README, want the script and the configuration", len(found))
	}
	s, err := dialog.Load(strings.NewReader(found[0]), "hello.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := intent.New(s); err != nil {
		t.Error(err)
	}
	c, err := config.Load(strings.NewReader(found[1]), "parley.yaml", anyEnv)
	if err != nil {
		t.Fatal(err)
	}
	if c.Numbers["4001"] != s.ID || c.Queues["shop"].To == "" {
		t.Errorf("the configuration does not fit the script: %v %v", c.Numbers, c.Queues)
	}
}

func TestConfigurationsInTheDocumentsLoad(t *testing.T) {
	example, err := os.ReadFile("../../parley.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	found := slices.Concat(blocks(t, "../../docs/trunks.md"), blocks(t, "../../docs/queues.md"), []string{string(example)})
	for _, b := range blocks(t, "../../docs/script-tools.md") {
		if strings.HasPrefix(b, "speech:") {
			found = append(found, b)
		}
	}
	if len(found) < 7 {
		t.Fatalf("%d configurations found", len(found))
	}
	for _, text := range found {
		if _, err := config.Load(strings.NewReader(text), "parley.yaml", anyEnv); err != nil {
			t.Errorf("%v in\n%s", err, text)
		}
	}
}

// Every metric and path that the operator's page names exists, and none is missing.
func TestOperationsNamesEveryMetric(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../../console/metrics.go")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`parley_[a-z_]+`)
	in := func(text []byte) map[string]bool {
		out := map[string]bool{}
		for _, n := range name.FindAllString(string(text), -1) {
			out[n] = true
		}
		return out
	}
	told, made := in(page), in(source)
	delete(told, "parley_schema") // a table of the records
	for n := range made {
		if !told[n] {
			t.Errorf("docs/operations.md does not tell of %s", n)
		}
	}
	for n := range told {
		if !made[n] {
			t.Errorf("docs/operations.md tells of %s, which is not made", n)
		}
	}
}

func TestReportIsPlain(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		code int
		want string
	}{
		"fine":    {nil, 0, ""},
		"failed":  {errors.New("no\nluck"), 1, "parley: no\nparley: luck\n"},
		"input":   {wrong{errors.New("x.yaml:1:1: odd\n  1 | odd\n    | ^")}, 2, "parley: x.yaml:1:1: odd\n  1 | odd\n    | ^\n"},
		"told":    {errQuiet, 1, ""},
		"wrapped": {errors.Join(wrong{errors.New("a")}, nil), 2, "parley: a\n"},
	} {
		var b strings.Builder
		m := &Main{Stderr: &b}
		if code := m.report(c.err); code != c.code || b.String() != c.want {
			t.Errorf("%s: %d %q", name, code, b.String())
		}
	}
}
