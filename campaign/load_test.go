package campaign

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

func sample(t *testing.T, name string) *Campaign {
	t.Helper()
	file := filepath.Join("..", "campaigns", name)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := Load(f, name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheSamplesLoad(t *testing.T) {
	files, err := filepath.Glob("../campaigns/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, f := range files {
		sample(t, filepath.Base(f))
	}
}

const whole = `campaign: spring
purpose: marketing
who: {segment: potential_loss}
variants: [{name: a, script: member-callback.en}]
line: {trunk: carrier, numbers: ["+12125550123"], queue: members}
when: {start: 2026-11-23, until: 2026-12-04, timezone: America/New_York}
`

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"purpose: marketing\n", "", `the file has no "purpose"`},
		{"trunk: carrier", "trunks: carrier", "trunk"},
		{"script: member-callback.en", "script: member-callback.en, version: v2", "the first 8 of the digits"},
		{"when:", "stop: {rollback: never}\nwhen:", "automatic"},
		{"campaign: spring", "campain: spring", "campaign"},
		{"+12125550123", "12345", "c.yaml:5:34"},
		{"2026-12-04", "2026-11-20", "ends before it begins"},
		{"2026-11-23", "23.11.2026", "write 2026-11-23"},
		{"America/New_York", "New York", "IANA"},
		{"segment: potential_loss", "segment: potential_loss, pilot: 10", "write a percentage"},
		{"segment: potential_loss", "segment: potential_loss, window: repurchse", "c.yaml:3:40"},
		{"segment: potential_loss", "segment: potential_loss, refill: 5m", "from 10m to 7d"},
		{"segment: potential_loss", "segment: potential_loss, window: new, triggers: [{on: cart}]", "make two campaigns of it"},
		{"segment: potential_loss", "segment: potential_loss, pilot: 120%", "from 0.01 % to 100 %"},
		{"queue: members", "ring: 5s", "from 15s to 2m"},
		{"queue: members", "ring: soon", "a number and a unit"},
		{"purpose: marketing", "purpose: marketing\nretry: {empty_number: 1d}", "write never"},
		{"purpose: marketing", "purpose: marketing\nretry: {busy: {tries: 2}}", "at once"},
		{"purpose: marketing", "purpose: marketing\nstop: {complete: 80%}", "from 90 % to 100 %"},
		{"purpose: marketing", "purpose: marketing\nstop: {fresh: 8d}", "c.yaml:3:15"},
		{"purpose: marketing", "purpose: marketing\noutcomes: {yes_please: nead}", "need"},
		{"purpose: marketing", "purpose: marketing\noutcomes: {yes_please: {means: need, template: x}}", "template is for do: promotion"},
		{"queue: members", "ring: 20s}\noutcomes: {yes_please: need", "there is no queue"},
		{"queue: members", "ring: 20s}\npacing: {mode: predictive", "has no agents"},
		{"queue: members", "pickup: sometimes", "listen"},
		{"queue: members", "pickup: {how: wait, within: 9s}", "from 1s to 5s"},
		{"queue: members", "pickup: off, voicemail: go_on", "no machine is ever found"},
		{"queue: members", "voicemail: member-callback.en", "write hang_up, go_on"},
		{"queue: members", "voicemail: {}", "one of say and clip"},
		{"queue: members", "voicemail: {say: a, clip: b.wav}", "one of say and clip"},
		{"queue: members", "voicemail: {say: \"hello {{customer.name}}\"}", "has no variables"},
		{"queue: members", "voicemail: {say: " + strings.Repeat("a", 501) + "}", "501 letters"},
		{"purpose: marketing", "purpose: marketing\npacing: {abandoned: 5%}", "to 3 %"},
		{"script: member-callback.en}", "script: x}, {name: a, script: y}", `two variants are named "a"`},
	} {
		_, err := Load(strings.NewReader(strings.Replace(whole, tt.from, tt.to, 1)), "c.yaml")
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "c.yaml:") {
			t.Errorf("%s for %s: want %q, got %v", tt.to, tt.from, tt.want, err)
		}
	}
	c, err := Load(strings.NewReader(whole), "c.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.When.Deadline.In(c.When.Zone).Format("2006-01-02 15:04"); got != "2026-12-05 00:00" {
		t.Errorf("a day alone is called in to its end: %s", got)
	}
}

func TestLint(t *testing.T) {
	book, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	groups, err := segment.Default()
	if err != nil {
		t.Fatal(err)
	}
	site := Site{Policy: permit.Standard(book), Groups: groups, Trunks: []string{"carrier"}, Queues: []string{"members"},
		Script: func(v experiment.Variant) string {
			if v.Script == "member-callback.en" && v.Version == "" {
				return ""
			}
			return "it is a draft"
		},
		Clips: func(string) []string { return []string{"left.wav"} },
		Forbidden: func(text string) (word, why string) {
			if strings.Contains(text, "guaranteed") {
				return "guaranteed", "a promise"
			}
			return "", ""
		}}
	for _, tt := range []struct {
		from, to string
		code     strictyaml.Code
	}{
		{"", "", ""},
		{"potential_loss", "potential_lose", BadSegment},
		{"segment: potential_loss", "segment: potential_loss, order: value", BadOrder},
		{"trunk: carrier", "trunk: carier", UnknownTrunk},
		{"queue: members", "queue: member", UnknownQueue},
		{"member-callback.en", "mine", NotApproved},
		{"member-callback.en", "member-callback.en, version: 0123456789ab", NotApproved},
		{"timezone: America/New_York", "timezone: America/New_York, hours: {mon-fri: 05:00-06:00}", NoHours},
		{"timezone: America/New_York", "timezone: America/New_York, hours: {mon: 10:00-11:00}", FewHours},
		{"+12125550123", "+81312345678", NoRulesThere},
		{"+12125550123\"], queue: members}\nwhen: {start: 2026-11-23, until: 2026-12-04", "+862165550123\"], queue: members}\nwhen: {start: 2026-12-23, until: 2027-01-04", YearUnknown},
		{"2026-12-04", "2026-11-25", TooManyTries},
		{"start: 2026-11-23, until: 2026-12-04", "start: 2025-11-03, until: 2025-11-20", OverAlready},
		{"segment: potential_loss", "segment: potential_loss, pilot: 10%", SmallTrial},
		{"queue: members", "queue: members, pickup: wait, voicemail: {say: We call again.}", ""},
		{"queue: members", "queue: members, voicemail: {clip: left.wav}", ""},
		{"queue: members", "queue: members, voicemail: {clip: lefd.wav}", UnknownClip},
		{"queue: members", "queue: members, voicemail: {say: It is guaranteed.}", ForbiddenWord},
	} {
		c, err := Load(strings.NewReader(strings.Replace(whole, tt.from, tt.to, 1)), "c.yaml")
		if err != nil {
			t.Errorf("%s: %v", tt.to, err)
			continue
		}
		found := c.Lint(tuesday, site)
		if tt.code == "" && len(found) > 0 {
			t.Errorf("nothing is wrong: %v", found)
		}
		if tt.code != "" && !slices.ContainsFunc(found, func(f strictyaml.Finding) bool { return f.Code == tt.code && f.Line > 0 && f.Hint != "" }) {
			t.Errorf("%s: want %s, got %v", tt.to, tt.code, found)
		}
	}
}
