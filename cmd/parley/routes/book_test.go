package routes

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/routing"
)

const small = "routes: r\nversion: 1\nqueues: [a, b]\noverflow: {below: 85, until: 90}\nrules: []\ndefault: {to: {queue: a}, overflow: {queue: b}}\n"

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, text string, scripts ...string) (*Book, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "routes.yaml")
	write(t, file, text)
	b, err := Open(file, func() routing.Names { return routing.Names{Scripts: scripts} }, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return b, file
}

func TestAChangeIsInUseWithinASecondAndABadOneIsNot(t *testing.T) {
	b, file := open(t, small)
	ctx, cancel := context.WithCancel(t.Context())
	told, done := make(chan Status, 16), make(chan struct{})
	go func() { defer close(done); b.Watch(ctx, func(s Status) { told <- s }) }()
	defer func() { cancel(); <-done }()
	wait := func() Status {
		t.Helper()
		select {
		case s := <-told:
			return s
		case <-time.After(10 * time.Second):
			t.Fatal("the change was not noticed")
		}
		return Status{}
	}
	before := b.Table()
	write(t, file, strings.Replace(small, "version: 1", "version: 2", 1))
	began := time.Now()
	if s := wait(); s.Version != 2 || s.Wrong != nil || s.Reloads != 1 || b.Table().Version != 2 {
		t.Fatalf("%+v", s)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if before.Version != 1 {
		t.Error("the table that calls have in hand was changed")
	}
	write(t, file, strings.Replace(small, "rules: []", "rules: [{id: x, when: calls_1hr > 2, to: {queue: a}}]", 1))
	s := wait()
	if s.Wrong == nil || s.Refused != 1 || s.Version != 2 || b.Table().Version != 2 {
		t.Fatalf("%+v", s)
	}
	if want := file + `:5:23: there is no fact "calls_1hr"; did you mean "calls_1h"?`; s.Told() != want {
		t.Errorf("told %q, want %q", s.Told(), want)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if s := wait(); s.Refused != 2 || !strings.Contains(s.Told(), "no such file") || b.Table().Version != 2 {
		t.Errorf("%+v", s)
	}
	write(t, file, strings.Replace(small, "version: 1", "version: 4", 1))
	if s := wait(); s.Wrong != nil || b.Table().Version != 4 {
		t.Errorf("%+v", s)
	}
}

func TestTablesThatCannotWorkAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		strings.Replace(small, "rules: []", "rules: [{id: x, to: {queue: a}}]", 1):                                      "always holds",
		strings.Replace(small, "rules: []", "rules: [{id: x, when: first_call, to: {script: survye}}]", 1):              `did you mean "survey"?`,
		strings.Replace(small, "rules: []", "rules: [{id: x, when: calls_1h > 2 and calls_1h < 2, to: {queue: a}}]", 1): "never holds",
		strings.Replace(small, "[a, b]", "[a, b, salse]", 1):                                                            `r.yaml:3:16: the queue salse is not configured`,
		strings.Replace(small, "[a, b]", "[a, b, bb]", 1):                                                               `did you mean "b"?`,
		strings.Replace(small, "rules: []", "rules: [{id: x, when: first_call, to: {agent: bob}}]", 1):                  `leads to the agent bob`,
	} {
		file := filepath.Join(t.TempDir(), "r.yaml")
		write(t, file, text)
		if _, err := Read(file, routing.Names{Scripts: []string{"survey"}, Queues: []string{"a", "b"}, Agents: []string{"1001"}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.yaml"), nil, time.Unix(0, 0)); err == nil {
		t.Error("a file that is not there is opened")
	}
}

func TestOverflowIsRememberedAcrossCallsAndReloads(t *testing.T) {
	b, file := open(t, small)
	call := func(rate string) string {
		d, kept := b.Route(time.Unix(0, 0), routing.Facts{"caller.region": "east", "region.answer_rate": rate, "region.calls": "20"})
		if again, _ := b.Table().Replay(kept); again.To != d.To {
			t.Errorf("at %s the snapshot gives %s, the decision was %s", rate, again.To, d.To)
		}
		return d.To.Name
	}
	got := call("88") + call("84") + call("88")
	write(t, file, strings.Replace(small, "version: 1", "version: 2", 1))
	if _, ok := b.Refresh(time.Unix(1, 0)); !ok {
		t.Fatal("not noticed")
	}
	if got += call("88") + call("91") + call("88"); got != "abbbaa" {
		t.Errorf("%s", got)
	}
}
