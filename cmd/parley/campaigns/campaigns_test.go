package campaigns

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/script"
)

func world(t *testing.T) (*script.World, *bytes.Buffer) {
	out := &bytes.Buffer{}
	return &script.World{Stdout: out, Stderr: out, Env: func(string) (string, bool) { return "", false },
		Now: func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) },
		Config: func(string) (*config.Config, error) {
			c := config.Default()
			c.Data = t.TempDir()
			c.Trunks = []config.Trunk{{Name: "carrier", Host: "192.0.2.1"}, {Name: "inbound"}}
			c.Queues = map[string]config.Queue{"members": {}, "aftersales": {}}
			return c, nil
		}}, out
}

func TestTheSamplesPass(t *testing.T) {
	for _, configuration := range []string{"", "parley.yaml"} {
		w, out := world(t)
		if err := (&CheckCmd{Files: []string{"../../../campaigns"}, Config: configuration, Strict: true}).Run(t.Context(), w); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

func TestCheckLooksAtTheConfiguration(t *testing.T) {
	data, err := os.ReadFile("../../../campaigns/warranty.en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("trunk: carrier", "trunk: inbound", "queue: aftersales", "queue: sales", "script: warranty.en", "script: mine").Replace(string(data))
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w, out := world(t)
	if err := (&CheckCmd{Files: []string{file}, Config: "parley.yaml"}).Run(t.Context(), w); err == nil {
		t.Error("three mistakes pass")
	}
	for _, want := range []string{"unknown-trunk", "unknown-queue", "not-approved", "c.yaml:11:30", "3 errors"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}

func TestSimulateShowsTheDays(t *testing.T) {
	w, out := world(t)
	c := &SimulateCmd{File: "../../../campaigns/warranty.en.yaml", People: 120, Days: 3, Agents: 3, Seed: 1, Answer: 35}
	if err := c.Run(w); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-11-23", "2026-11-25", "answer rate", "no_consent", "human", "nobody was called over the caps"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		t.Fatal(err)
	}
	windowed := *c
	windowed.File = filepath.Join(t.TempDir(), "new.yaml")
	if err := os.WriteFile(windowed.File, regexp.MustCompile(`(?m)^  segment: .*$`).ReplaceAll(text, []byte("  segment: reachable\n  window: new")), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := windowed.Run(w); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"uncalled", "The window opened ", "Why people left it uncalled", "outside their window"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	for _, bad := range []SimulateCmd{{People: 0, Days: 1, Answer: 35}, {People: 1, Days: 0, Answer: 35}, {People: 1, Days: 1, Agents: -1, Answer: 35}, {People: 1, Days: 1, Answer: 100}} {
		bad.File = c.File
		if err := bad.Run(w); err == nil || !strings.Contains(err.Error(), "cannot be") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// The site's own hours and groups count, not those that ship.
func TestTheSitesOwnRules(t *testing.T) {
	law, folder := t.TempDir(), t.TempDir()
	put := func(path, text string) string {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	put(filepath.Join(law, "us.yaml"), "jurisdiction: US\ncountries: [US]\nhours: {mon: 09:00-09:30}\nsource: house rule\n")
	groups := put(filepath.Join(folder, "groups"), "segments: ours\ngroups:\n  ours: lifecycle == new\n")
	data, err := os.ReadFile("../../../campaigns/warranty.en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := put(filepath.Join(folder, "c.yaml"), regexp.MustCompile(`segment: .*`).ReplaceAllString(string(data), "segment: ours"))
	for _, site := range []bool{false, true} {
		w, out := world(t)
		plain := w.Config
		w.Config = func(name string) (*config.Config, error) {
			c, err := plain(name)
			c.Consent.Jurisdictions, c.Segments = law, groups
			return c, err
		}
		check := &CheckCmd{Files: []string{file}}
		simulate := &SimulateCmd{File: file, People: 120, Days: 3, Agents: 3, Seed: 1, Answer: 35}
		if site {
			check.Config, simulate.Config = "parley.yaml", "parley.yaml"
		}
		_ = check.Run(t.Context(), w) // whatever else it finds
		if got := out.String(); strings.Contains(got, "bad-segment") == site || strings.Contains(got, "few-hours") != site {
			t.Errorf("with the site %v check tells:\n%s", site, got)
		}
		out.Reset()
		if err := simulate.Run(w); err != nil {
			t.Fatal(err)
		}
		if idle := regexp.MustCompile(`2026-11-24 +0 `).MatchString(out.String()); idle != site {
			t.Errorf("with the site %v simulate shows:\n%s", site, out)
		}
	}
}
