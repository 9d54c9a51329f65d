package routetest

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/parley-voice/parley/routing"
)

func table(t *testing.T, file string) *routing.Table {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := routing.Load(f, file)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// Every test that ships passes, and every rule is tested.
func TestShippedTestsPass(t *testing.T) {
	for _, name := range []string{"hotline.zh", "hotline.en"} {
		tab := table(t, "../../routes/"+name+".yaml")
		f, err := os.Open("../../routes/" + name + ".test.yaml")
		if err != nil {
			t.Fatal(err)
		}
		tests, err := Load(f, name, tab)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		decided := map[string]bool{}
		for _, one := range tests {
			r := Run(tab, one)
			for _, failure := range r.Failures {
				t.Errorf("%s:%d %s: %s\n%s", name, one.Line, one.Name, failure, strings.Join(r.Decision.Explain(), "\n"))
			}
			decided[r.Decision.Rule] = true
		}
		for _, rule := range tab.Names() {
			if !decided[rule] {
				t.Errorf("%s: no test leads to the rule %q", name, rule)
			}
		}
	}
}

func TestWrongExpectationsFail(t *testing.T) {
	tab := table(t, "../../routes/hotline.en.yaml")
	for expect, want := range map[string]string{
		"rule: vip":                     "rule: expected vip, got default",
		"to: queue seniors":             "to: expected queue seniors, got queue service",
		"priority: 51":                  "priority: expected 51, got 50",
		"skills: [senior]":              "skills: expected senior, got none",
		"promise: \"30s, queue a\"":     "promise: expected 30s, queue a, got none",
		"greeting: Good night":          "greeting: expected Good night, got Thank you",
		"context: [profile, purchases]": "context: expected profile | purchases, got profile",
		"context: []":                   "context: expected none, got profile",
		"follow_up: 1h":                 "follow_up: expected 1h, got 0s",
		"reason: calls_1h = 9":          "reason: expected calls_1h = 9, got no   closed",
	} {
		tests, err := Load(strings.NewReader("tests:\n  - {test: x, with: {calls_1h: 1}, expect: {"+expect+"}}\n"), "t", tab)
		if err != nil {
			t.Fatal(err)
		}
		if r := Run(tab, tests[0]); len(r.Failures) != 1 || !strings.HasPrefix(r.Failures[0], want) {
			t.Errorf("%s: %q", expect, r.Failures)
		}
	}
}

func TestMistakesInTests(t *testing.T) {
	tab := table(t, "../../routes/hotline.en.yaml")
	for text, want := range map[string]string{
		"tests:\n  - {test: x, with: {calls_1hr: 1}, expect: {rule: vip}}\n":  `t:2:22: there is no fact "calls_1hr"; did you mean "calls_1h"?`,
		"tests:\n  - {test: x, with: {calls_1h: one}, expect: {rule: vip}}\n": "t:2:22: calls_1h cannot be",
		"tests:\n  - {test: x, expect: {rule: vipp}}\n":                       `t:2:30: the table has no rule "vipp"; did you mean "vip"?`,
		"tests:\n  - {test: x, expect: {rul: vip}}\n":                         `t:2:24: expect has no key "rul"`,
		"tests:\n  - {test: x}\n":                                             "t:2:5: a test needs a name and something to expect",
		"tests:\n  - {test: x, at: tomorrow, expect: {rule: vip}}\n":          "t:2:19: at cannot be",
		"tests: []\n": "t:1:1: there is no test",
		"":            "t: the file is empty",
	} {
		_, err := Load(strings.NewReader(text), "t", tab)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

var update = flag.Bool("update", false, "write the tables of docs/routing.md anew")

const page = "../../docs/routing.md"

func TestReferenceIsGenerated(t *testing.T) {
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text, missing := vocabulary.Rewrite(string(data))
	if len(missing) > 0 {
		t.Errorf("docs/routing.md has no tables of %q", missing)
	}
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if text != string(data) {
		t.Error("the tables of docs/routing.md are not those of the code: run go test ./routing/... -run Reference -update")
	}
}

// The tests in the document pass against the table in it.
func TestTheTestsOfTheDocumentPass(t *testing.T) {
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, b := range strings.Split(string(data), "```yaml\n")[1:] {
		b, _, _ = strings.Cut(b, "```")
		blocks = append(blocks, b)
	}
	tab, err := routing.Load(strings.NewReader(blocks[0]), page)
	if err != nil {
		t.Fatal(err)
	}
	tests, err := Load(strings.NewReader(blocks[1]), page, tab)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range tests {
		if r := Run(tab, one); len(r.Failures) > 0 {
			t.Errorf("%s: %q", one.Name, r.Failures)
		}
	}
}
