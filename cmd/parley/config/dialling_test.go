package config

import (
	"strings"
	"testing"
)

func TestTrunkFor(t *testing.T) {
	r := AgentRules{Dial: map[string]string{"8xxx": "pbx", "80xx": "annex", "1xxxxxxxxxx": "carrier", "00.": "abroad", "+86.": "carrier", "*9": "pbx"}}
	for number, want := range map[string]string{
		"8123": "pbx", "8012": "annex", "812": "", "81234": "", "13800001234": "carrier", "1380000123": "", "138000012345": "", "1380000123a": "",
		"0044123": "abroad", "00": "", "00a": "", "+8613800001234": "carrier", "+86": "", "+1": "", "*9": "pbx", "": "", "x123": "", "8x23": "", "8.": "",
	} {
		if got, ok := r.TrunkFor(number); got != want || ok != (want != "") {
			t.Errorf("%s goes by %q, want %q", number, got, want)
		}
	}
}

func TestDialIsChecked(t *testing.T) {
	for dial, want := range map[string]string{
		`{"8xxx": pbx}`:    "",
		`{"8xxx": pxb}`:    `agent_rules.dial: numbers 8xxx: no trunk with a host is named "pxb"`,
		`{"8xxx": inward}`: `no trunk with a host is named "inward"`,
		`{".": pbx}`:       `"." is no pattern of numbers`,
		`{"8-1": pbx}`:     `"8-1" is no pattern of numbers`,
		`{"8.1": pbx}`:     `"8.1" is no pattern of numbers`,
	} {
		_, err := Load(strings.NewReader("trunks: [{name: pbx, host: 192.0.2.1}, {name: inward, match: [192.0.2.2]}]\nagent_rules:\n  dial: "+dial+"\n"), "test.yaml", func(string) (string, bool) { return "", false })
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", dial, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "agent_rules.dial: ")) || !strings.Contains(err.Error(), "test.yaml:3:")):
			t.Errorf("%s: %v, want %s", dial, err, want)
		}
	}
}
