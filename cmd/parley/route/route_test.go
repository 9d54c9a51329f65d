package route

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/store"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func world(c config.Config) (*script.World, *bytes.Buffer) {
	c.Callers.Country = "CN"
	var out bytes.Buffer
	return &script.World{Stdout: &out, Stderr: &out, Env: func(string) (string, bool) { return "", false }, Now: func() time.Time { return noon },
		Config: func(string) (*config.Config, error) { return &c, nil }}, &out
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const table = `routes: r
queues: [a, b, vips]
words: {risk: [refund]}
rules:
  - {id: often, when: calls_1h >= 3, to: {queue: b}}
  - {id: vip, when: customer.value >= 5000, to: {queue: vips}}
during:
  - {id: risky, when: "'risk' in heard", to: {queue: b}}
default: {to: {queue: a}}
`

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		strict bool
		fails  bool
		wants  []string
	}{
		"clean":    {table, true, false, []string{"1 table: 0 errors, 0 warnings, 0 of advice"}},
		"mistake":  {strings.Replace(table, "calls_1h", "calls_lh", 1), false, true, []string{`:5:23: error: there is no fact "calls_lh" [unknown-fact]; did you mean "calls_1h"?`, "^", "1 error"}},
		"shadowed": {strings.Replace(table, "calls_1h >= 3", "customer.value >= 1", 1), false, true, []string{":6:5: error: ", "[shadowed]"}},
		"warning":  {strings.Replace(table, "'risk' in heard", "no_matches > 1", 1), false, false, []string{"[unused]", "1 warning"}},
		"strict":   {strings.Replace(table, "'risk' in heard", "no_matches > 1", 1), true, true, []string{"1 warning"}},
	} {
		w, out := world(config.Config{})
		cmd := CheckCmd{Files: []string{write(t, "r.yaml", c.text)}, Strict: c.strict}
		if err := cmd.Run(w); errors.Is(err, script.ErrTold) != c.fails || err != nil && !c.fails {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range c.wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, out)
			}
		}
	}
	w, out := world(config.Config{})
	_ = (&CheckCmd{Files: []string{write(t, "r.yaml", strings.Replace(table, "calls_1h", "calls_lh", 1))}, JSON: true}).Run(w)
	var got struct {
		Tables, Errors int
		Findings       []struct {
			Line, Column int
			Code, Hint   string
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Tables != 1 || got.Errors != 1 || got.Findings[0].Column != 23 || got.Findings[0].Code != "unknown-fact" {
		t.Errorf("%v %+v", err, got)
	}
	if err := (&CheckCmd{Files: []string{"nothing.yaml"}}).Run(w); !errors.As(err, &script.Wrong{}) {
		t.Errorf("%v", err)
	}
}

func TestExplain(t *testing.T) {
	file := write(t, "r.yaml", table)
	for name, c := range map[string]struct {
		cmd   ExplainCmd
		wants []string
	}{
		"from flags": {ExplainCmd{File: file, Caller: "13800138000", With: map[string]string{"customer.value": "4999.99"}},
			[]string{"no   often: calls_1h = 1, needs calls_1h >= 3", "no   vip: customer.value = 4999.99, needs customer.value >= 5000", "yes  default", "queue a"}},
		"withheld":   {ExplainCmd{File: file}, []string{"calls_1h is not known"}},
		"mid-call":   {ExplainCmd{File: file, During: true, Heard: []string{"a refund, please"}}, []string{"yes  risky", "queue b"}},
		"stays":      {ExplainCmd{File: file, During: true}, []string{"the call stays where it is"}},
		"configured": {ExplainCmd{Caller: "1"}, []string{"queue a"}},
	} {
		w, out := world(config.Config{Routes: file, Data: t.TempDir()})
		if err := c.cmd.Run(t.Context(), w); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, want := range c.wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, out)
			}
		}
	}
	w, _ := world(config.Config{Data: t.TempDir()})
	for want, cmd := range map[string]ExplainCmd{"did you mean \"calls_1h\"": {File: file, With: map[string]string{"calls_h1": "1"}}, "--at": {File: file, At: "noon"}, "name a table": {}} {
		if err := cmd.Run(t.Context(), w); !errors.As(err, &script.Wrong{}) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", cmd, err)
		}
	}
}

func TestTestsPassAndFail(t *testing.T) {
	file := write(t, "r.yaml", table)
	beside := strings.TrimSuffix(file, ".yaml") + ".test.yaml"
	tests := "tests:\n  - {test: good, with: {calls_1h: 3}, expect: {rule: often}}\n  - {test: bad, with: {calls_1h: 2}, expect: {rule: often}}\n"
	if err := os.WriteFile(beside, []byte(tests), 0o600); err != nil {
		t.Fatal(err)
	}
	w, out := world(config.Config{})
	if err := (&TestCmd{Files: []string{beside}}).Run(w); !errors.Is(err, script.ErrTold) {
		t.Error(err)
	}
	for _, want := range []string{"ok    good", "FAIL  bad", beside + ":3", "calls_1h = 2, needs calls_1h >= 3", "rule: expected often, got default", "1 passed, 1 failed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if err := (&TestCmd{Files: []string{filepath.Dir(file)}, Match: "good"}).Run(w); err != nil {
		t.Error(err)
	}
	if err := (&TestCmd{Files: []string{file}, Match: "none"}).Run(w); !errors.As(err, &script.Wrong{}) {
		t.Error(err)
	}
}

// records writes calls into a database as a server does.
func records(t *testing.T, calls ...call.Record) string {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range calls {
		entries := r.Entries
		r.Entries = nil
		if err := db.Begin(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		for i, e := range entries {
			e.Seq = i + 1
			db.Append(r.ID, e)
		}
		if err := db.Finish(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func inbound(id string, ago time.Duration, caller string) call.Record {
	began := noon.Add(-ago)
	return call.Record{ID: id, CallID: id, Direction: "inbound", Caller: caller, Called: "400", Script: "menu", Began: began, Answered: began, Ended: began.Add(20 * time.Second),
		State: call.Finished, EndedBy: "them"}
}

func routed(t *testing.T, r call.Record, s routing.Snapshot) call.Record {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	r.Entries = append(r.Entries, call.Entry{Kind: call.EntryRouted, At: r.Began, Text: s.To.String(), Why: string(text)})
	return r
}

func TestReplayShowsWhoWouldGoElsewhere(t *testing.T) {
	old, err := load(write(t, "old.yaml", table))
	if err != nil {
		t.Fatal(err)
	}
	keep := func(id string, f routing.Facts) call.Record {
		r := inbound(id, 2*time.Hour, "13800138000")
		d, _ := old.Decide(r.Began, f, nil)
		return routed(t, r, routing.Keep(r.Began, f, nil, d, false))
	}
	hurt, _, _ := old.Reroute(noon, routing.Facts{"heard": "risk"}, nil)
	mid := routed(t, keep("mid", routing.Facts{"calls_1h": "1"}), routing.Keep(noon.Add(-time.Hour), routing.Facts{"heard": "risk"}, nil, hurt, true))
	outbound := inbound("out", time.Hour, "x")
	outbound.Direction = "outbound"
	dir := records(t, keep("rich", routing.Facts{"customer.value": "6000"}), keep("poor", routing.Facts{"customer.value": "100"}), keep("middling", routing.Facts{"customer.value": "4000"}),
		mid, outbound, inbound("old", 25*time.Hour, "1"))
	changed := strings.NewReplacer("5000", "3000", "in heard", "in heard and no_matches > 1").Replace(table)
	cmd := ReplayCmd{Since: 24 * time.Hour, Rules: write(t, "new.yaml", changed), Examples: 3, JSON: true, Records: Records{Data: dir}}
	w, out := world(config.Config{})
	if err := cmd.Run(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	var got replayed
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Decisions != 5 || got.Same != 3 || got.Changed != 2 || got.Rebuilt != 0 || len(got.Moves) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, m := range got.Moves {
		switch m.From + " > " + m.To {
		case "queue a > queue vips":
			if m.Calls != 1 || m.Rule != "vip" || m.Examples[0] != "middling" {
				t.Errorf("%+v", m)
			}
		case "queue b > stays":
			if m.Examples[0] != "mid" {
				t.Errorf("%+v", m)
			}
		default:
			t.Errorf("%+v", m)
		}
	}
}

// Without kept facts, number, time and earlier calls are taken from the records:
// the third call within the hour, 59:59 after the first, and not at 60:01.
func TestReplayRebuildsWhatRecordsTell(t *testing.T) {
	for _, c := range []struct {
		first time.Duration
		want  string
	}{{59*time.Minute + 59*time.Second, "queue b"}, {60*time.Minute + time.Second, "queue a"}} {
		dir := records(t, inbound("first", time.Minute+c.first, "+8613800138000"), inbound("second", 10*time.Minute, "13800138000"), inbound("third", time.Minute, "sip:13800138000@carrier"))
		cmd := ReplayCmd{Since: 2 * time.Minute, Rules: write(t, "new.yaml", table), Examples: 1, Records: Records{Data: dir}}
		w, out := world(config.Config{})
		if err := cmd.Run(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"script menu", c.want, "third", "1 decision: 1 would change, 0 would not", "kept no facts"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", c.first, want, out)
			}
		}
		// Explain finds the same calls.
		w, out = world(config.Config{})
		explain := ExplainCmd{File: cmd.Rules, Caller: "13800138000", At: "2026-03-04T11:59", Records: cmd.Records}
		if err := explain.Run(t.Context(), w); err != nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: %v\n%s", c.first, err, out)
		}
	}
}
