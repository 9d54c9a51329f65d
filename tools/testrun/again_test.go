package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A module of tests, some of which fail once: a file tells that they ran before.
const moody = `package p

import (
	"os"
	"testing"
)

func once(t *testing.T) {
	if _, err := os.Stat(t.Name()); err != nil {
		os.WriteFile(t.Name(), nil, 0o600)
		t.Error("the first time")
	}
}

func TestSteady(t *testing.T) {}

`

func TestAgain(t *testing.T) {
	for name, c := range map[string]struct {
		tests string
		ok    bool
		last  string
	}{
		"passes then":       {`func TestOnce(t *testing.T) { once(t) }`, true, "2 passed, 0 failed, 0 skipped, 1 of the passed on a second run only: see FAIL above"},
		"fails twice":       {`func TestNever(t *testing.T) { t.Error("no") }`, false, "1 passed, 1 failed, 0 skipped"},
		"a panic is final":  {`func TestPanic(t *testing.T) { once(t); if t.Failed() { panic("oh") } }`, false, "1 passed, 1 failed, 0 skipped"},
		"a race is final":   {`func TestRace(t *testing.T) { once(t); if t.Failed() { t.Error("race detected during execution of test") } }`, false, "1 passed, 1 failed, 0 skipped"},
		"too many":          {"func TestA(t *testing.T) { once(t) }\nfunc TestB(t *testing.T) { once(t) }\nfunc TestC(t *testing.T) { once(t) }\nfunc TestD(t *testing.T) { once(t) }", false, "1 passed, 4 failed, 0 skipped"},
		"outside the tests": {"func TestOnce(t *testing.T) { once(t) }\nfunc TestMain(m *testing.M) { m.Run(); os.Exit(3) }", false, "1 passed, 1 failed, 0 skipped"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range map[string]string{"go.mod": "module p\n\ngo 1.24\n", "p.go": "package p\n", "p_test.go": moody + c.tests} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			var b strings.Builder
			tl := newTally(&b)
			ok := tl.all(t.Context(), nil, [][]string{{"p"}})
			if lines := strings.Split(strings.TrimSpace(b.String()), "\n"); ok != c.ok || lines[len(lines)-1] != c.last {
				t.Errorf("%v\n%s", ok, b.String())
			}
		})
	}
}
