package dialog

import (
	"strings"
	"testing"
)

// TestMarkets holds scripts to their markets (P3, P7).
func TestMarkets(t *testing.T) {
	script := func(market, say string) string {
		return "script: x\nmarket: " + market + "\nneeds: {customer.name: {}, rate: {}}\nnodes:\n  a:\n    stage: need\n    say: " + say + "\n    end: true\n"
	}
	for _, c := range []struct{ market, say, want string }{
		{"retail", "Hello.", ""},
		{"retail", "Only today!", `t:7:10: "only today" must not be said in the market retail`},
		{"retial", "Hello.", `t:2:9: there is no market "retial"; did you mean "retail"?`},
		{"finance.moon", "Hello.", `did you mean "finance.`},
		{"moon", "Hello.", `there is no market "moon"; known: ecommerce, finance`},
		{"finance", "Hello.", `t:2:9: the market finance asks for the notice "recording"`},
		{"finance", "[{notice: recording}, \"Hello {{customer.name}}.\"]", ""},
		{"finance", "[{notice: recording}, \"At {{rate}}.\"]", `t:7:38: in the market finance a text cannot have the variable "rate"`},
		{"finance", "[{notice: recording}, \"At {{customer.name + 'x'}}.\"]", `t:7:38: in the market finance only fixed wording is said: no expressions`},
		{"finance", "[{notice: recording}, {text: One., variant: A}]", `each variant is approved`},
		{"finance", "[{notice: recording}, {text: One., variant: A, approved: Li}]", ""},
		{"finance", "[{notice: recording}, 本产品保本。]", `"保本" must not be said`},
		{"finance.cn", "[{notice: recording}, Hello.]", `asks for the notice "ai"`},
		{"finance.cn", "[{notice: recording}, {notice: ai, text: I am a machine.}]", ""},
	} {
		_, err := Load(strings.NewReader(script(c.market, c.say)), "t")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %s: want %q, got %v", c.market, c.say, c.want, err)
		}
	}
}
