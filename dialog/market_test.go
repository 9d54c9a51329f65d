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

// TestMarketsElsewhere holds the texts outside of say to the market, and refuses
// moods where nobody has asked for them (E2, P5, P7).
func TestMarketsElsewhere(t *testing.T) {
	const node = "nodes:\n  a: {stage: need, say: [{notice: recording}, Hello.], go: {affirm: b, deny: b}%s}\n  b: {stage: close, say: Bye., end: true}\n"
	with := func(market, more, key string) string {
		return "script: x\n" + more + market + strings.Replace(node, "%s", key, 1)
	}
	llm := "script: x\nmarket: finance\nnodes:\n  a: {stage: need, say: {notice: recording}, llm: {goal: Sell., fallback: Bye.}, go: b}\n  b: {stage: close, say: Bye., end: true}\n"
	for _, c := range []struct{ name, script, want string }{
		{"a model speaks", llm, "t:4:3: in the market finance only fixed wording is said: no language model speaks"},
		{"read back", with("market: retail\n", "slots: {s: {type: text, confirm: \"Only today, {{value}}?\"}}\n", ""), `t:2:34: "only today" must not be said`},
		{"read back a value", with("market: finance\n", "slots: {s: {type: text, confirm: \"{{value}}, right?\"}}\n", ""), ""},
		{"read back a rate", with("market: finance\n", "needs: {rate: {}}\nslots: {s: {type: text, confirm: \"{{value}} at {{rate}}?\"}}\n", ""), `cannot have the variable "rate"`},
		{"the house's own", with("market: retail\n", "fallback: {last: Only today. Bye.}\n", ""), `"only today" must not be said`},
		{"a label", with("market: retail\n", "intents: {affirm: {label: only today}}\n", ""), `"only today" must not be said`},
		{"far into a text", with("market: retail\n", "", ", again: \""+strings.Repeat("so ", 700)+"only today\""), `"only today" must not be said`},
		{"mood unasked", with("market: finance\n", "", ", mood: {angry: b}"), `moods are not judged in the market finance unless the script asks for it; remove it, or write mood: true under defaults`},
		{"mood by the law", with("market: retail.eu\n", "", ", mood: {angry: b}"), `moods are not judged in the market retail.eu`},
		{"mood in a condition", with("market: finance\n", "", ", when: [{if: mood == 'angry', go: b}]"), `moods are not judged in the market finance`},
		{"mood in a text", with("market: health\n", "", ", again: \"You are {{mood}}.\""), `moods are not judged in the market health`},
		{"mood asked for", with("market: finance\n", "defaults: {mood: true}\n", ", mood: {angry: b}"), ""},
		{"mood allowed", with("market: retail\n", "", ", mood: {angry: b}"), ""},
	} {
		_, err := Load(strings.NewReader(c.script), "t")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want %q, got %v", c.name, c.want, err)
		}
	}
}

// A script says nothing of moods: the market decides whether callers are judged.
func TestMarketsJudgeNobody(t *testing.T) {
	for market, want := range map[string]bool{"retail": true, "finance": false, "retail.uk": false} {
		s, err := Load(strings.NewReader("defaults: {slow: {after: 1s}}\nscript: x\nnodes: {a: {stage: close, say: [{notice: recording}, Bye.], end: true}}\nmarket: "+market+"\n"), "t")
		if err != nil || s.Defaults.Mood != want {
			t.Errorf("%s: %+v, %v", market, s, err)
		}
	}
}
