package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/store"
)

const tried = `
campaign: spring
purpose: marketing
who: {segment: all}
variants:
  - {name: plain, script: offer}
  - {name: warm, script: warmer}
  - {name: short, script: shorter}
line: {trunk: carrier, numbers: ["+864001234567"]}
when: {start: 2026-03-01, until: 2026-05-20, timezone: Asia/Shanghai}
`

// The command line shows how wordings do, and a decision is kept with its name, in the
// audit log too.
func TestExperimentCommand(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), filepath.Join(dir, "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	look := experiment.Look{At: now, Tallies: []experiment.Tally{{Variant: "plain", Assigned: 1000, Called: 1000, Answered: 300, Converted: 42},
		{Variant: "short", Assigned: 1000, Called: 1000, Answered: 300, Converted: 43}, {Variant: "warm", Assigned: 1000, Called: 1000, Answered: 300, Converted: 61}}}
	memory := `{"version": 1, "tallies": {"plain": {"variant": "plain", "assigned": 1002, "called": 1002, "answered": 301, "converted": 42, "complained": 1, "negative": 3}}}`
	if _, err = s.StartCampaign(t.Context(), now, "spring", tried, "li"); err == nil {
		_, err = s.TakeLook(t.Context(), "spring", 1, now, look)
	}
	if err == nil {
		err = s.RememberCampaign(t.Context(), "spring", "me", memory)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	run := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		m := &Main{Stdout: &out, Stderr: &out, Env: func(string) (string, bool) { return "", false }, Now: func() time.Time { return now.Add(time.Hour) }}
		if code := m.Run(t.Context(), append(append([]string{"experiment"}, args...), "--data", dir)); code != want {
			t.Fatalf("%v: exit code %d, want %d\n%s", args, code, want, &out)
		}
		return out.String()
	}
	shown := run(0, "show", "spring")
	for _, want := range []string{"spring, version 1: running; converted decides", "30.0 % (27.3 to 33.0)", "0.1 % (0.0 to 0.6)", "shares as meant: p 1", "+1.9 (", "3.316", "0.069", "continue:", "no verdict yet"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in\n%s", want, shown)
		}
	}
	if got := run(0); !strings.Contains(got, "spring") || !strings.Contains(got, "continue") {
		t.Errorf("listed: %s", got)
	}
	run(2, "show", "summer")
	run(2, "decide", "spring", "--adopt", "warm", "--drop", "short", "--as", "Li Na", "--why", "x")
	run(2, "decide", "spring", "--adopt", "worm", "--as", "Li Na", "--why", "x")
	run(2, "decide", "spring", "--drop", "plain", "--as", "Li Na", "--why", "x")
	run(2, "decide", "spring", "--drop", "short", "--as", " ", "--why", "x")
	run(0, "decide", "spring", "--drop", "short", "--as", "Li Na", "--why", "the press wrote of it")
	run(0, "decide", "spring", "--adopt", "warm", "--as", "Li Na", "--why", "the shops ask for it")
	var e api.Experiment
	if err := json.Unmarshal([]byte(run(0, "show", "spring", "--json")), &e); err != nil || e.Verdict.Act != "adopt" || e.Verdict.Variant != "warm" || len(e.Looks) != 1 ||
		len(e.Decisions) != 2 || e.Decisions[0].Act != "drop" || e.Decisions[1].Who != "Li Na" || e.Decisions[1].Why != "the shops ask for it" || e.Variants[1].Dropped || !e.Variants[2].Dropped {
		t.Errorf("%+v, %v", e, err)
	}
	a, err := store.OpenAccess(t.Context(), filepath.Join(dir, "access.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	deeds, err := a.Deeds(t.Context(), store.DeedFilter{Who: "Li Na"})
	if err != nil || len(deeds) < 2 || deeds[0].After != "adopt warm" || deeds[0].Reason != "the shops ask for it" || deeds[0].Target != "campaign spring" {
		t.Errorf("audited: %+v, %v", deeds, err)
	}
}
