package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/cmd/parley/config"
)

func TestPolicyIsTheSitesOwn(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	env := func(string) (string, bool) { return "", false }
	site := put("parley.yaml", "consent:\n  jurisdictions: law\n  person: {day: 1, week: 1}\n  refusal: 1440h\n  service: [delivery]\n")
	put("law/sg.yaml", "jurisdiction: Singapore\ncountries: [SG]\nhours: {mon-fri: 10:00-12:00}\nsource: house rule\n")
	c, err := config.LoadFile(site, env)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Policy()
	if err != nil {
		t.Fatal(err)
	}
	if p.Person != (permit.Caps{Day: 1, Week: 1}) || p.Number != (permit.Caps{Day: 3, Week: 2}) || p.Refusal != 1440*time.Hour ||
		p.Complaint != 720*time.Hour || p.Marketing("delivery") || !p.Marketing("callback") {
		t.Errorf("%+v", p)
	}
	for _, country := range []string{"SG", "CN"} {
		if _, err := p.Book.For(country); err != nil {
			t.Error(err)
		}
	}
	put("law/xx.yaml", "jurisdiction: Nowhere\ncountries: [xx]\nhours: {mon-fri: 10:00-12:00}\nsource: none\n")
	put("law/zz.yaml", "jurisdiction: Singapore\ncountries: [SG]\nhours: {mon-fri: 10:00-12:00}\nsource: again\n")
	_, err = c.Policy()
	for _, want := range []string{"xx.yaml:2:", `"xx" is no country code`, "zz.yaml", "names must differ"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	c.Consent.Jurisdictions = filepath.Join(dir, "none")
	if _, err := c.Policy(); err == nil || !strings.Contains(err.Error(), "no *.yaml") {
		t.Errorf("an empty folder: %v", err)
	}
	looser := put("looser.yaml", "consent:\n  person: {week: 3}\n  refusal: 24h\n")
	if _, err := config.LoadFile(looser, env); err == nil || !strings.Contains(err.Error(), "looser.yaml:2:") || !strings.Contains(err.Error(), "looser.yaml:3:") {
		t.Errorf("looser than the rules: %v", err)
	}
}
