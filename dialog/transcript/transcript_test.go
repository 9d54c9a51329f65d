package transcript

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

const script = `script: s
intents: {price: {keywords: [price]}}
nodes:
  hello: {stage: opening, say: Good day., go: ask}
  ask: {stage: need, say: What do you want to know?, go: {price: bye}}
  bye: {stage: close, say: Goodbye., outcome: done, end: true}
  person: {stage: handoff, say: A person., transfer: {queue: desk}}
`

// literally understands a word as the intent of that name.
type literally struct{}

func (literally) Understand(_ context.Context, q dialog.Query) (dialog.Intent, error) {
	for _, name := range q.Intents {
		if strings.Contains(q.Text, name) {
			return dialog.Intent{Name: name, Score: 1, Why: "the word " + name}, nil
		}
	}
	return dialog.Intent{Why: "no word"}, nil
}

func play(t *testing.T, text string) Result {
	t.Helper()
	tests, err := Load(strings.NewReader(text), "s.test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := dialog.Load(strings.NewReader(script), "s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), s, literally{}, tests[0])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPasses(t *testing.T) {
	r := play(t, `test: the way through
script: s
steps:
  - bot: hello
  - bot: ask
  - expect: {said: [Good day., What do you want], stage: need, ended: "false"}
  - caller: the price
  - expect: {node: bye, intent: price, outcome: done, ended: bye}
`)
	if !r.Passed() {
		t.Error(r)
	}
}

// TestFailsReadably holds what an author sees: the conversation, and at each
// fault what was expected and what came.
func TestFailsReadably(t *testing.T) {
	r := play(t, `test: it goes wrong
script: s
steps:
  - bot: bye
  - caller: the weather
  - expect: {node: bye, transfer: desk, said: Of course.}
  - transfer: ok
  - silence: 20s
  - expect: {ended: "false"}
  - caller: hello
`)
	got := r.String()
	for _, want := range []string{
		"FAILED: it goes wrong",
		`s.test.yaml:4: expected node "bye", the conversation is at "ask"`,
		`s.test.yaml:6: node: expected "bye", got ["ask"]`,
		`s.test.yaml:6: transfer: expected "desk", got nothing`,
		`s.test.yaml:6: said: expected "Of course.", got ["Sorry, I did not get that." "What do you want to know?"]`,
		`s.test.yaml:7: no transfer is under way`,
		`s.test.yaml:9: ended: expected false, got true`,
		`s.test.yaml:10: the call is over: caller cannot happen`,
		"   caller  the weather",
		"      bot  [ask] What do you want to know?",
		"understood nothing: no word",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the report lacks %q:\n%s", want, got)
		}
	}
}

func TestWrongScript(t *testing.T) {
	r := play(t, "test: x\nscript: other\nsteps: [{bot: hello}]\n")
	if r.Passed() || !strings.Contains(r.Failures[0], `the test is for script "other", this is "s"`) {
		t.Error(r)
	}
}

// TestDeadAir notices silence that nobody asked for.
func TestDeadAir(t *testing.T) {
	tests, err := Load(strings.NewReader("test: slow\nsteps:\n  - caller: price\n  - silence: 4s\nalways_expect: {dead_air_under: 500ms}\n"), "t")
	if err != nil {
		t.Fatal(err)
	}
	s, err := dialog.Load(strings.NewReader(script), "s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l := newLine(dialog.NewMachine(s, nil, 0), literally{}, time.Time{})
	l.timers[dialog.TimerUnderstand] = l.now.Add(time.Minute)
	l.pass(3 * time.Second)
	if l.air.worst != 3*time.Second {
		t.Errorf("3 s of waiting for a meaning were measured as %s", l.air.worst)
	}
	if r, err := Run(context.Background(), s, literally{}, tests[0]); err != nil || !r.Passed() {
		t.Errorf("%v\n%v", err, r)
	}
}

func TestLoadProblems(t *testing.T) {
	for text, want := range map[string]string{
		"":                                        "there is no test in the file",
		"test: x\n":                               "t:1:1: a test needs a name and steps",
		"test: x\nstep: []\n":                     `t:2:1: a test has no key "step"`,
		"test: x\nsteps: [{callr: hi}]\n":         `t:2:10: a step has no key "callr"`,
		"test: x\nsteps: [{silence: long}]\n":     `t:2:19: "long" is not a time`,
		"test: x\nsteps: [{expect: {nod: a}}]\n":  `expect has no key "nod"`,
		"test: x\nsteps: [{bot: a, caller: b}]\n": "a step must be one key",
		"test: x\nsteps: [{bot: }]\n":             "bot has no value",
		"test: [\n":                               "this is not YAML",
		"- a\n":                                   "a test must be a block of keys",
	} {
		if _, err := Load(strings.NewReader(text), "t"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: want %q, got %v", text, want, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	data, err := os.ReadFile("../../scripts/member-callback.en.test.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Add("test: x\nsteps: [{bot: a}]\n---\ntest: &a [*a]\n")
	s, err := dialog.Load(strings.NewReader(script), "s.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tests, err := Load(strings.NewReader(text), "t")
		if err != nil {
			return
		}
		for _, test := range tests[:min(len(tests), 3)] {
			test.Steps = test.Steps[:min(len(test.Steps), 20)]
			r, err := Run(context.Background(), s, literally{}, test)
			if err != nil || r.String() == "" {
				t.Fatal(err)
			}
		}
	})
}
