package market

import (
	"slices"
	"strings"
	"testing"
)

func TestPacks(t *testing.T) {
	for _, name := range []string{"retail", "ecommerce", "finance", "manufacturing", "health", "finance.cn", "retail.eu"} {
		if p, ok := Of(name); !ok || p.Name != name || !slices.Contains(Names(), name) {
			t.Errorf("%s: %v %+v", name, ok, p)
		}
	}
	for _, name := range []string{"", "moon", "finance.moon", "moon.cn", "any", ".cn", "finance."} {
		if _, ok := Of(name); ok {
			t.Errorf("%q is a market", name)
		}
	}
	for _, name := range Names() {
		p, _ := Of(name)
		for _, n := range p.Notices {
			if n != "recording" && n != "ai" {
				t.Errorf("%s asks for the notice %q, which no script can give", name, n)
			}
		}
		for _, r := range slices.Concat(p.Forbidden, Any.Forbidden) {
			if r.Why == "" || len(r.Words) == 0 {
				t.Errorf("%s: a rule without words or a reason: %+v", name, r)
			}
			for i, w := range r.split {
				if len(w) == 0 {
					t.Errorf("%s: %q has no words", name, r.Words[i])
				}
			}
		}
	}
}

func TestJoined(t *testing.T) {
	finance, _ := Of("finance")
	cn, _ := Of("finance.cn")
	retail, _ := Of("retail")
	retailEU, _ := Of("retail.eu")
	switch {
	case finance.Fixed == nil || cn.Fixed == nil || retail.Fixed != nil:
		t.Error("only finance has fixed wording, in every country")
	case finance.Wants("ai") || !cn.Wants("ai") || !cn.Wants("recording"):
		t.Error("China asks for both notices")
	case !retail.MoodAllowed() || retailEU.MoodAllowed() || finance.MoodAllowed():
		t.Error("mood is off in finance and in the EU")
	}
}

func TestSays(t *testing.T) {
	finance, _ := Of("finance.cn")
	for text, want := range map[string]string{
		"这款产品保本保息。":                  "保本",
		"A GUARANTEED return, sir.":  "guaranteed return",
		"Returns are not guaranteed": "",
		"您的贷款 8 月 1 日到期。":            "",
		"":                           "",
	} {
		word, why, found := finance.Says(text)
		if word != want || found != (want != "") || found && !strings.Contains(why, "(") {
			t.Errorf("%q: %q %q", text, word, why)
		}
	}
}
