package dialog

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// What is wrong with the languages of a script is told where it stands, once.
func TestLanguageProblems(t *testing.T) {
	const two = "script: x\nlanguage: [zh-CN, en-US]\n"
	node := func(say string) string { return two + "nodes: {a: {stage: need, say: " + say + ", end: true}}\n" }
	for _, c := range []struct {
		name, yaml, where, text, hint string
	}{
		{"lacks one", node("{zh-CN: 好}"), "t:3:31", "say has no text for the language en-US", "add en-US: ..."},
		{"lacks the first", node("{en-US: Fine}"), "t:3:31", "no text for the language zh-CN", ""},
		{"lacks one in a line", node("{text: {zh-CN: 好}}"), "t:3:38", "text has no text for the language en-US", ""},
		{"lacks one in a list", node("[{zh-CN: 好, en-US: a}, {en-US: Fine}]"), "t:3:54", "no text for the language zh-CN", ""},
		{"of another region", node("{zh-CN: 好, en-GB: Fine}"), "t:3:42", `the script does not speak "en-GB"`, `did you mean "en-US"?`},
		{"of none", node("{zh-CN: 好, en-US: Fine, fr: Bien}"), "t:3:55", `the script does not speak "fr"`, "add it under language"},
		{"of one only", "script: x\nnodes: {a: {stage: need, say: {zh: 好}, end: true}}\n", "t:2:32", `the script does not speak "zh"`, `known: en`},
		{"empty", node("{zh-CN: 好, en-US: }"), "t:3:49", "is empty", "give it a value"},
		{"wrong inside", node(`{zh-CN: 好, en-US: "Hello {{nmae}}"}`), "t:3:49", `there is no variable "nmae"`, ""},
		{"misspelt line", node("{txet: Hello}"), "t:3:32", `a line has no key "txet"`, "text"},
		{"examples", two + "intents: {a: {examples: {zh-CN: [好]}}}\nnodes: {a: {stage: need, end: true}}\n", "t:3:25", "examples has no text for the language en-US", ""},
		{"phrase", two + "intents: {a: {match: {zh-CN: 好, en-US: '(a'}}}\nnodes: {a: {stage: need, end: true}}\n", "t:3:40", `phrase "(a"`, ""},
		{"label", two + "intents: {a: {keywords: 好, label: {zh-CN: 好}}}\nnodes: {a: {stage: need, end: true}}\n", "t:3:35", "label has no text for the language en-US", ""},
		{"clip", node("{clip: {zh-CN: a.wav, en-US: b.mp3}}"), "t:3:60", `clip cannot be "b.mp3"`, ""},
		{"options", two + "slots: {a: {type: choice, options: {zh-CN: [一, 二], en-US: [one, two]}}}\nnodes: {a: {stage: need, end: true}}\n", "t:3:36", "options are the same in every language", "name each option"},
		{"an option's words", two + "slots: {a: {type: choice, options: {x: {zh-CN: [一]}, y: [b]}}}\nnodes: {a: {stage: need, end: true}}\n", "t:3:40", "x has no text for the language en-US", ""},
		{"read back", two + "slots: {a: {type: digits, confirm: {zh-CN: '{{value}}？', en-US: 'Right?'}}}\nnodes: {a: {stage: need, end: true}}\n", "t:3:36", "confirm does not say the value", ""},
		{"fallback", two + "fallback: {sorry: {zh-CN: 好, en-US: '{{heard}}'}}\nnodes: {a: {stage: need, end: true}}\n", "t:3:19", "fallback.sorry must be a fixed text", ""},
		{"a name", two + "nodes: {a: {stage: need, outcome: {zh-CN: 好, en-US: good}, end: true}}\n", "t:3:35", "outcome must be a text, not a block of keys", ""},
		{"twice", "script: x\nlanguage: [zh-CN, zh-cn]\nnodes: {a: {stage: need, end: true}}\n", "t:2:19", `the language "zh-cn" stands twice`, ""},
		{"no tag", "script: x\nlanguage: [zh-CN, English please]\nnodes: {a: {stage: need, end: true}}\n", "t:2:19", `language cannot be "English please"`, "BCP 47"},
		{"no prompts", "script: x\nlanguage: [zh-CN, fr]\nnodes: {a: {stage: need, end: true}}\n", "t:2:19", `no built-in prompts for the language "fr"`, ""},
		{"none", "script: x\nlanguage: []\nnodes: {a: {stage: need, end: true}}\n", "t:2:11", "language is empty", ""},
		{"too many", "script: x\nlanguage: [en-AA, en-AB, en-AC, en-AD, en-AE, en-AF, en-AG, en-AH, en-AI]\nnodes: {a: {stage: need, end: true}}\n", "t:2:11", "the script has 9 languages, at most 8", ""},
		{"to another", two + "nodes: {a: {stage: need, do: {language: en-UK}, end: true}}\n", "t:3:41", `the script does not speak "en-UK"`, `did you mean "en-US"?`},
		{"to a variable", two + "nodes: {a: {stage: need, do: {language: '{{lang}}'}, end: true}}\n", "t:3:41", `there is no variable "lang"`, ""},
		{"nothing to do", two + "nodes: {a: {stage: need, do: [], end: true}}\n", "t:3:30", "do is empty", ""},
		{"a node replays", two + "nodes: {a: {stage: need, do: [replay], end: true}}\n", "t:3:30", "a node has nothing to replay", ""},
		{"condition", two + "nodes: {a: {stage: need, when: [{if: call.language == 'en', say: x}], end: true}}\n", "t:3:55", "", "en-US"},
		{"market", two + "market: ecommerce\nnodes: {a: {stage: need, say: [{notice: recording}, {zh-CN: 好, en-US: Last chance}, {zh-CN: 手慢无, en-US: Good}], end: true}}\n", "t:4:85", "must not be said in the market", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(strings.NewReader(c.yaml), "t")
			var ps Problems
			if !errors.As(err, &ps) {
				t.Fatalf("no problems: %v", err)
			}
			found := 0
			for _, p := range ps {
				if got := p.Error(); strings.HasPrefix(got, c.where+": ") && strings.Contains(got, c.text) && strings.Contains(got, c.hint) {
					found++
				}
			}
			if found != 1 {
				t.Errorf("%d problems at %s that say %q and %q:\n%v", found, c.where, c.text, c.hint, err)
			}
		})
	}
}

// The editions of a script differ in their words alone.
func TestTongues(t *testing.T) {
	s, err := Load(strings.NewReader(`
script: x
language: [zh-CN, en-US, en-GB]
intents: {price: {keywords: {zh-CN: [价格], en-US: [price], en-GB: [cost]}}}
nodes:
  a: {stage: need, say: [{zh-CN: 一, en-US: One, en-GB: Won}, 123], go: {price: {say: {zh-CN: 二, en-US: Two, en-GB: Too}, go: b}}}
  b: {stage: close, end: true}
`), "x")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Languages(); !slices.Equal(got, []string{"zh-CN", "en-US", "en-GB"}) {
		t.Errorf("%q", got)
	}
	for tag, want := range map[string]string{"en-gb": "Won", "en": "One", "EN-AU": "One", "zh_TW": "一"} {
		e, ok := s.In(tag)
		if !ok || e.Nodes[0].Say[0].Text.Source != want || e.Nodes[0].Say[1].Text.Source != "123" {
			t.Errorf("%s: %v %+v", tag, ok, e)
		}
		if again, _ := e.In("zh-CN"); again != s {
			t.Errorf("%s does not find the first edition", tag)
		}
	}
	if _, ok := s.In("fr"); ok {
		t.Error("speaks French")
	}
	us, _ := s.In("en-US")
	for path, want := range map[string]Pos{
		"nodes a say":                 {"x", 6, 20},
		"nodes a say 0":               {"x", 6, 37},
		"intents price keywords":      {"x", 4, 43},
		"intents price keywords 0":    {"x", 4, 51},
		"nodes a go price say":        {"x", 6, 97},
		"nodes a go price not at all": {"x", 6, 73},
	} {
		if got := us.Pos(strings.Fields(path)...); got.Line != want.Line || got.Column != want.Column {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
	var heard []string
	for _, p := range s.FixedLines() {
		heard = append(heard, p.Language+" "+p.Text)
	}
	for _, want := range []string{"zh-CN 一", "en-US One", "en-GB Won", "en-US Two", "zh-CN 您是想问价格，对吗？", "en-GB You mean cost, right?"} {
		if !slices.Contains(heard, want) {
			t.Errorf("%q among the fixed lines: %q", want, heard)
		}
	}
}
