package script

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
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
