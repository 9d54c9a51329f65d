package intents

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog/intent/classify"
)

// sets are the small sets of the classifier's own tests.
const sets = "../../../../dialog/intent/classify/testdata/"

func measured(t *testing.T, c Command) (*Report, string) {
	t.Helper()
	c.JSON = filepath.Join(t.TempDir(), "report.json")
	var table bytes.Buffer
	if err := c.run(&table); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(c.JSON)
	if err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return &r, table.String()
}

func TestMeasures(t *testing.T) {
	r, table := measured(t, Command{Train: sets + "zh.train.tsv", Test: sets + "zh.test.tsv", Draws: 1})
	if r.Intents != 8 || r.Examples != 80 || r.TestLines != 40 || r.OOSLines != 12 {
		t.Errorf("counted %d intents, %d examples, %d and %d lines", r.Intents, r.Examples, r.TestLines, r.OOSLines)
	}
	if r.Accuracy < 90 || r.Accuracy != r.LowestAccuracy || r.Scope == nil || r.Scope.AUROC < 95 || r.Scope.RightAt90 < 85 || r.LoadCPU <= 0 || r.AnswerCPU <= 0 {
		t.Errorf("%+v %+v", r, r.Scope)
	}
	for i, name := range []string{"accept", "confirm", "fallback"} {
		if r.Bands[i].Band != name || r.Bands[i].OutOfScope == nil {
			t.Errorf("band %+v, want %s", r.Bands[i], name)
		}
	}
	if sum := r.Bands[0].Right + r.Bands[1].Right + r.Bands[2].Right; sum < 99.9 || sum > 100.1 {
		t.Errorf("right answers in all bands: %g %%", sum)
	}
	for _, want := range []string{"accuracy ", "calibration error ", "out-of-scope AUROC ", "in-scope right at 90 % out-of-scope recall ", "load ", "one answer "} {
		if !strings.Contains(table, "\n"+want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
}

func TestForeignLinesOfAnotherFile(t *testing.T) {
	r, _ := measured(t, Command{Train: sets + "zh.train.tsv", Test: sets + "zh.test.tsv", OOS: sets + "en.test.tsv", Draws: 1})
	if r.OOSLines != 12+52 {
		t.Errorf("%d lines out of scope", r.OOSLines)
	}
	without := file(t, "price\thow much is it\nprice\twhat does it cost\nrefund\tmoney back\n")
	if r, table := measured(t, Command{Train: sets + "en.train.tsv", Test: without, Draws: 1}); r.Scope != nil || strings.Contains(table, "AUROC") || r.Bands[0].OutOfScope != nil {
		t.Errorf("no line was out of scope:\n%s", table)
	}
}

func TestDrawsRepeat(t *testing.T) {
	c := Command{Train: sets + "en.train.tsv", Test: sets + "en.test.tsv", Intents: 4, Examples: 5, Draws: 3, Seed: 7}
	a, table := measured(t, c)
	b, _ := measured(t, c)
	if a.Intents != 4 || a.Examples != 20 || a.TestLines != 20 || a.Accuracy != b.Accuracy || a.Calibration != b.Calibration || a.LowestAccuracy > a.Accuracy {
		t.Errorf("%+v\n%+v", a, b)
	}
	if !strings.Contains(table, "lowest accuracy") {
		t.Errorf("the table lacks the lowest accuracy:\n%s", table)
	}
	c.Seed = 8
	if other, _ := measured(t, c); other.Calibration == a.Calibration {
		t.Error("another seed drew the same")
	}
}

func TestNotesWhatItLeavesOut(t *testing.T) {
	train := file(t, "a\thello there\na\thi\nb\tgood bye\noos\twhatever\n\n")
	test := file(t, "\ufeffa\thello\r\nc\tsomething else\n")
	_, table := measured(t, Command{Train: train, Test: test, Draws: 1})
	for _, want := range []string{"note: 1 training lines of intent oos were left out", "note: 1 test lines were left out"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
}

func TestRefuses(t *testing.T) {
	good := file(t, "a\thello\nb\tbye\n")
	for want, c := range map[string]Command{
		":2: want intent, tab, text":  {Train: file(t, "a\thello\nno tab\n"), Test: good, Draws: 1},
		":1: want intent, tab, text":  {Train: good, Test: file(t, "\thello\n"), Draws: 1},
		"nothing to measure":          {Train: good, Test: file(t, "c\thello\n"), Draws: 1},
		"--draws is 1 or more":        {Train: good, Test: good},
		"no such file":                {Train: good, Test: good, OOS: "/nowhere", Draws: 1},
		"bench intents: nothing to":   {Train: file(t, ""), Test: good, Draws: 1},
		"--intents and --examples ar": {Train: good, Test: good, Draws: 1, Intents: -1},
	} {
		if err := c.run(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", c, err, want)
		}
	}
}

func TestDraw(t *testing.T) {
	var all []classify.Example
	for _, intent := range []string{"a", "b", "c"} {
		for _, text := range []string{"one", "two", "three"} {
			all = append(all, classify.Example{Intent: intent, Text: intent + text})
		}
	}
	for _, c := range []struct{ intents, examples, want int }{{0, 0, 9}, {2, 0, 6}, {0, 2, 6}, {2, 1, 2}, {9, 9, 9}} {
		if got := draw(all, c.intents, c.examples, 1); len(got) != c.want {
			t.Errorf("%+v: drew %v", c, got)
		}
	}
}

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "lines.tsv")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
