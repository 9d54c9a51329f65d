package script

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
)

// world is one whose output can be read.
func world(stdin string) (*World, *bytes.Buffer) {
	var out bytes.Buffer
	return &World{
		Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &out,
		Env:    func(string) (string, bool) { return "", false },
		Now:    func() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) },
		Config: func(path string) (*config.Config, error) { return config.LoadFile(path, os.LookupEnv) },
	}, &out
}

// write puts a file into a folder of the test's own.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	good = "script: good\nnodes:\n  hello: {stage: close, say: {notice: recording}, end: true}\n"
	bad  = "script: bad\nnodes:\n  hello: {stage: close, sya: Hello., end: true}\n"
	warn = "script: warn\nnodes:\n  hello: {stage: close, say: Hello., end: true}\n"
)

func TestCheckTellsAndFails(t *testing.T) {
	dir := t.TempDir()
	goodFile, badFile, warnFile := write(t, dir, "good.yaml", good), write(t, dir, "bad.yaml", bad), write(t, dir, "warn.yaml", warn)
	write(t, dir, "parley.yaml", "record: false\n")
	write(t, dir, "good.test.yaml", "test: it\nsteps: [hangup]\n")
	unrecorded := filepath.Join(dir, "parley.yaml")
	house := write(t, dir, "words.txt", "# ours\nrecorded\n")
	configured := write(t, t.TempDir(), "parley.yaml", "record: false\nwords: "+house+"\n")
	for name, c := range map[string]struct {
		cmd   CheckCmd
		fails bool
		wants []string
	}{
		"clean":          {CheckCmd{Files: []string{goodFile}, Strict: true}, false, []string{"1 script: 0 errors, 0 warnings, 0 of advice"}},
		"error":          {CheckCmd{Files: []string{badFile}}, true, []string{badFile + ":3:25: error: ", `did you mean "say"?`, "[unknown-key]", "^"}},
		"warning":        {CheckCmd{Files: []string{warnFile}}, false, []string{"[recording-without-notice]", "1 warning"}},
		"strict":         {CheckCmd{Files: []string{warnFile}, Strict: true}, true, []string{"1 warning"}},
		"folder":         {CheckCmd{Files: []string{dir}}, true, []string{"3 scripts: 1 error, 1 warning"}},
		"not recorded":   {CheckCmd{Files: []string{warnFile}, Config: unrecorded, Strict: true}, false, []string{"0 warnings"}},
		"house's words":  {CheckCmd{Files: []string{warnFile}, Words: write(t, dir, "hello.txt", "hello\n")}, false, []string{"[forbidden-word]", "house's list"}},
		"words of notes": {CheckCmd{Files: []string{goodFile}, Words: house}, false, []string{"[forbidden-word]"}},
		"configured":     {CheckCmd{Files: []string{goodFile}, Config: configured}, false, []string{"[forbidden-word]", "house's list"}},
		"one that ships": {CheckCmd{Files: []string{"member-callback.en"}, Strict: true}, false, []string{"0 warnings"}},
	} {
		w, out := world("")
		err := c.cmd.Run(t.Context(), w)
		if errors.Is(err, ErrTold) != c.fails || err != nil && !c.fails {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range c.wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, out)
			}
		}
	}
}

func TestCheckRefusesWhatItCannotRead(t *testing.T) {
	empty := t.TempDir()
	for _, c := range []CheckCmd{
		{Files: []string{"nothing.yaml"}}, {Files: []string{"no-such-script"}}, {Files: []string{empty}},
		{Files: []string{"member-callback.en"}, Market: "moon"}, {Files: []string{"member-callback.en"}, Words: "nothing.txt"},
	} {
		w, _ := world("")
		if err := c.Run(t.Context(), w); !errors.As(err, &Wrong{}) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestCheckAsJSON(t *testing.T) {
	w, out := world("")
	c := CheckCmd{Files: []string{write(t, t.TempDir(), "bad.yaml", bad)}, JSON: true}
	if err := c.Run(context.Background(), w); !errors.Is(err, ErrTold) {
		t.Error(err)
	}
	var got struct {
		Scripts, Errors int
		Findings        []findingJSON
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Scripts != 1 || got.Errors != 1 || len(got.Findings) != 1 || got.Findings[0].Code != "unknown-key" || got.Findings[0].Line != 3 || got.Findings[0].Hint == "" {
		t.Errorf("%+v", got)
	}
}

func TestTestPlays(t *testing.T) {
	dir := t.TempDir()
	script := write(t, dir, "shop.yaml", "script: shop\nnodes:\n  hello: {stage: opening, say: Hello?, go: {affirm: bye, deny: bye}}\n  bye: {stage: close, say: Goodbye., end: done}\n")
	write(t, dir, "shop.test.yaml", "test: it ends\nscript: shop\nsteps:\n  - caller: yes\n  - expect: {ended: done}\n---\ntest: it does not\nscript: shop\nsteps:\n  - caller: yes\n  - expect: {ended: other}\n")
	for name, c := range map[string]struct {
		cmd   TestCmd
		fails bool
		wants []string
	}{
		"all":       {TestCmd{Files: []string{script}}, true, []string{"ok    shop: it ends", "FAIL  shop: it does not", "caller yes", ":11: ended", "2 tests: 1 passed, 1 failed"}},
		"some":      {TestCmd{Files: []string{dir}, Match: "ends$"}, false, []string{"1 test: 1 passed"}},
		"test file": {TestCmd{Files: []string{filepath.Join(dir, "shop.test.yaml")}, Match: "ends$", Verbose: true}, false, []string{"[hello] Hello?"}},
		"json":      {TestCmd{Files: []string{script}, JSON: true}, true, []string{`"failed": 1`, `"text": "Hello?"`, `"passed": true`}},
	} {
		w, out := world("")
		err := c.cmd.Run(t.Context(), w)
		if errors.Is(err, ErrTold) != c.fails || err != nil && !c.fails {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range c.wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, out)
			}
		}
	}
	for _, c := range []TestCmd{{Files: []string{script}, Match: "nothing like it"}, {Files: []string{script}, Match: "("}, {Files: []string{write(t, dir, "alone.yaml", good)}}} {
		w, _ := world("")
		if err := c.Run(t.Context(), w); !errors.As(err, &Wrong{}) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestTheHousesWordsHold holds that what is tried or submitted keeps to the words of
// the configuration, as serve does.
func TestTheHousesWordsHold(t *testing.T) {
	dir := t.TempDir()
	conf := write(t, dir, "parley.yaml", "data: ./var\nwords: "+write(t, dir, "words.txt", "casino\n")+"\n")
	script := write(t, dir, "shop.yaml", "script: shop\nneeds: {firm: {type: text, example: Casino Royal}}\nnodes:\n"+
		"  hello: {stage: opening, say: {text: \"This is {{firm}}.\", fallback: This is us.}, go: bye}\n  bye: {stage: close, say: \"No casino, goodbye.\", end: done}\n")
	write(t, dir, "shop.test.yaml", "test: it ends\nscript: shop\nwith: {firm: Casino Royal}\nsteps:\n  - expect: {ended: done}\n")
	for file, want := range map[string]string{"": "This is Casino Royal.", conf: "This is us."} {
		for name, c := range map[string]command{"chat": &ChatCmd{File: script, Config: file}, "test": &TestCmd{Files: []string{script}, Verbose: true, ByPhone: ByPhone{Config: file}}} {
			w, out := world("")
			if err := c.Run(t.Context(), w); err != nil || !strings.Contains(out.String(), want) {
				t.Errorf("%s with %q: %v, no %q in\n%s", name, file, err, want, out)
			}
		}
	}
	w, out := world("")
	if err := (&SubmitCmd{Who: Who{As: "Li Na", Config: conf}, File: script}).Run(t.Context(), w); err != nil || !strings.Contains(out.String(), "[forbidden-word]") {
		t.Errorf("submit: %v\n%s", err, out)
	}
}

func TestChat(t *testing.T) {
	w, out := world("yes\n/barge tell me about the battery\n/vars\n/silence 7s\n/silence soon\n/nonsense\n/press 9\n/help\nI want to talk to a person\nhello?\n/transfer busy\nnever read\n")
	if err := (&ChatCmd{File: "member-callback.en", Var: map[string]string{"customer.name": "Kim"}}).Run(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Hello Kim", "[need] Thank you", "(0.", "→ features", "customer.name", "still there", "say how long", `"/nonsense" is not known`,
		"Type what the caller says", "transfer to aftersales", "a transfer is under way", "[nobody]", "end: transfer_failed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out.String(), "never read") {
		t.Error("it went on after the end")
	}
	w, out = world("") // the input ends at once
	if err := (&ChatCmd{File: "member-callback.en"}).Run(t.Context(), w); err != nil || !strings.Contains(out.String(), "Hello Jordan") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestGraphAndDiffAndWords(t *testing.T) {
	dir := t.TempDir()
	svg := filepath.Join(dir, "a.svg")
	run := func(c interface{ Run(*World) error }) string {
		w, out := world("")
		if err := c.Run(w); err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		return out.String()
	}
	for _, c := range []struct {
		cmd   interface{ Run(*World) error }
		wants []string
	}{
		{&GraphCmd{File: "member-callback.zh"}, []string{"flowchart LR", "优惠"}},
		{&GraphCmd{File: "member-callback.zh", Format: "svg"}, []string{"<svg", "优惠"}},
		{&GraphCmd{File: "member-callback.zh", Out: svg}, nil},
		{&DiffCmd{Old: "member-callback.en", New: "member-callback.en"}, []string{"Callers hear the same"}},
		{&DiffCmd{Old: "member-callback.en", New: "member-callback.zh"}, []string{"node hello", "+ ", "changes, "}},
		{&DiffCmd{Old: "member-callback.en", New: "member-callback.en", JSON: true}, []string{`"changes": []`}},
		{&WordsCmd{File: "member-callback.zh"}, []string{"hello\n", "varies", "in any node", "zh-CN"}},
		{&WordsCmd{File: "member-callback.zh", JSON: true}, []string{`"fixed": false`, `"seconds": `}},
		{&SchemaCmd{}, []string{"2020-12", `"barge_in"`}},
		{&SchemaCmd{Tests: true}, []string{"dead_air_under"}},
		{&NewCmd{List: true}, []string{"member-callback.zh"}},
	} {
		out := run(c.cmd)
		for _, want := range c.wants {
			if !strings.Contains(out, want) {
				t.Errorf("%+v: no %q in\n%s", c.cmd, want, out)
			}
		}
	}
	if text, err := os.ReadFile(svg); err != nil || !bytes.Contains(text, []byte("<svg")) {
		t.Errorf("%v", err)
	}
}

// What is begun loads, has no mistakes, and passes its tests.
func TestNewBeginsWell(t *testing.T) {
	dir := t.TempDir()
	packs := slices.DeleteFunc(shipped(), func(name string) bool { return strings.Contains(name, "/") })
	if len(packs) < 14 {
		t.Errorf("only %d packs", len(packs))
	}
	for _, pack := range packs {
		c := NewCmd{Name: "shop-" + pack, Pack: pack, Out: dir}
		w, out := world("")
		if err := c.Run(w); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, c.Name+".yaml")
		if err := (&CheckCmd{Files: []string{file}, Strict: true}).Run(t.Context(), w); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		if err := (&TestCmd{Files: []string{file}}).Run(t.Context(), w); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		if err := c.Run(w); !errors.As(err, &Wrong{}) {
			t.Errorf("it was written over: %v", err)
		}
		c.Force = true
		if err := c.Run(w); err != nil {
			t.Error(err)
		}
	}
	for _, c := range []NewCmd{{Name: "../x", Pack: "member-callback.en", Out: dir}, {Name: "x", Pack: "nothing", Out: dir}} {
		w, _ := world("")
		if err := c.Run(w); !errors.As(err, &Wrong{}) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestRenderSpeaksEveryLine(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "shop.yaml", "script: shop\nneeds: {name: {example: Jordan}}\nnodes:\n  hello: {stage: opening, say: \"Hello {{name}}.\", go: bye}\n  bye: {stage: close, say: Goodbye., end: done}\n")
	w, out := world("")
	w.Config = func(string) (*config.Config, error) { return config.Default(), nil }
	if err := (&RenderCmd{File: file, Out: filepath.Join(dir, "audio")}).Run(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "audio", "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index []rendered
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	if len(index) < 5 || index[0].Heard != "Hello Jordan." || index[0].Took <= 0 {
		t.Errorf("%+v\n%s", index, out)
	}
	for _, r := range index {
		if info, err := os.Stat(filepath.Join(dir, "audio", r.File)); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v", r.File, err)
		}
	}
}
