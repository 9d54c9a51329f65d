package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/store"
)

// A campaign with mistakes does not start, what it is warned of is shown, and its text
// as it is in the file runs.
func TestACampaignIsCheckedWhenItStarts(t *testing.T) {
	dir, configuration := cutSite(t, "127.0.0.1:9")
	yaml, records := filepath.Join(dir, "parley.yaml"), filepath.Join(dir, "var", "records.db")
	if err := os.WriteFile(yaml, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.Prepare(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	e, err := store.OpenEditor(t.Context(), records, "SG")
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	enrol(t, e, "survey", "3333")
	file := filepath.Join(dir, "campaigns", "survey.yaml")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	start := func(text string, code int, want ...string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, stdout, stderr := run(t, nil, "campaign", "start", "survey", "-c", yaml)
		if got != code {
			t.Errorf("exit code %d, want %d:\n%s%s", got, code, stdout, stderr)
		}
		for _, w := range want {
			if !strings.Contains(stderr, w) {
				t.Errorf("no %q in:\n%s", w, stderr)
			}
		}
	}
	start(strings.NewReplacer("trunk: loopback", "trunk: loopbakc", "script: quiet", "script: draft").Replace(string(good)), 2,
		"survey.yaml:5:", `"draft" is published`, "survey.yaml:6:", `"loopbakc"`, "loopback")
	if all, err := e.Campaigns(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("it is in the store: %+v, %v", all, err)
	}
	over := time.Now().UTC().AddDate(0, 0, 3).Format(time.DateOnly)
	start(strings.Replace(string(good), "until: "+over, "until: "+time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly), 1), 0, "warning: ", "the campaign is over", "survey is running")
}
