package webhook

import (
	"strings"
	"testing"

	"github.com/parley-voice/parley/customer/label"
)

// A receiver gets of labels what it is to have, and no message when that is nothing.
func TestLabelsThatAReceiverMayHave(t *testing.T) {
	one := func(name, why string) Labels {
		return Labels{Customer: "c1", Since: noon, Changes: []LabelChange{{label.Change{Label: name, Old: "a", New: "call 13812345678"}, why}}}
	}
	e := Event{Type: LabelsSet, Key: "k", At: noon, Data: Data{Labels: []Labels{one("value", "average order 5200 CNY"), one("spend_365d", "3 orders"), one("mood", "2 calls")}}}
	for fields, want := range map[string]string{
		"":                      "value",
		"money":                 "value spend_365d average",
		"profile":               "value mood",
		"money profile numbers": "value spend_365d mood average 13812345678",
	} {
		var h Hook
		for f := range strings.FieldsSeq(fields) {
			h.Fields = append(h.Fields, Field(f))
		}
		body, err := e.Fit(h, "CN")
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{`"value"`, `"spend_365d"`, `"mood"`, "average", "13812345678"} {
			if got, expected := strings.Contains(string(body), word), strings.Contains(want, strings.Trim(word, `"`)); got != expected {
				t.Errorf("with %q: %s: %v, in %s", fields, word, got, body)
			}
		}
	}
	e.Data.Labels = []Labels{one("mood", "")}
	if body, err := e.Fit(Hook{}, "CN"); err != nil || body != nil {
		t.Errorf("nothing is left, and %s is sent (%v)", body, err)
	}
}
