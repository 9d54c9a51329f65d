package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
)

var fence = regexp.MustCompile("(?s)```(\\w*)\n(.*?)```")

// docs/first-script.md is done as it says, block by block, in an empty folder.
func TestTheFirstScriptInFiveMinutes(t *testing.T) {
	page, err := os.ReadFile("../../docs/first-script.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	ran := 0
	for _, m := range fence.FindAllStringSubmatch(string(page), -1) {
		kind, block := m[1], m[2]
		if kind == "yaml" {
			yamlStep(t, block)
			continue
		}
		for line := range strings.Lines(block) {
			if strings.Contains(line, "parley serve") {
				continue // the configuration has been loaded
			}
			typeLine(t, strings.TrimSpace(line))
			ran++
		}
	}
	if ran < 8 {
		t.Errorf("only %d commands were run", ran)
	}
	for _, file := range []string{"shop.svg", filepath.Join("audio", "index.json")} {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}

// typeLine runs a command, with the text of a printf before it as its input.
func typeLine(t *testing.T, line string) {
	t.Helper()
	input := "/hangup\n"
	if text, rest, ok := strings.Cut(line, " | "); ok {
		text = strings.TrimSuffix(strings.TrimPrefix(text, "printf '"), "'")
		input, line = strings.ReplaceAll(text, `\n`, "\n"), rest
	}
	args := strings.Fields(line)
	if args[0] != "parley" {
		t.Fatalf("what is %q?", line)
	}
	var out bytes.Buffer
	p := &Main{Stdin: strings.NewReader(input), Stdout: &out, Stderr: &out, Env: os.LookupEnv, Now: time.Now, Signals: osSignals}
	if code := p.Run(t.Context(), args[1:]); code != exitOK {
		t.Errorf("%s: exit code %d\n%s", line, code, out.String())
	}
}

// yamlStep does what a block of YAML is for: a test is added, a configuration
// and a script are read, a node must be the one that is there.
func yamlStep(t *testing.T, block string) {
	t.Helper()
	switch {
	case strings.HasPrefix(block, "---"):
		f, err := os.OpenFile("shop.test.yaml", os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString(block); err != nil {
			t.Fatal(err)
		}
	case strings.HasPrefix(block, "sip:"):
		c, err := config.Load(strings.NewReader(block), "parley.yaml", os.LookupEnv)
		if err != nil {
			t.Fatal(err)
		}
		s, err := dialog.LoadFile(c.Numbers["4001"] + ".yaml")
		if err != nil || c.Queues["aftersales"].To == "" {
			t.Errorf("%v %v", s, err)
		}
	default:
		text, err := os.ReadFile("shop.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(block) {
			if !strings.Contains(string(text), line) {
				t.Errorf("shop.yaml has no line %q", line)
			}
		}
	}
}
