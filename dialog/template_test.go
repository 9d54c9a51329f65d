package dialog

import (
	"strings"
	"testing"
	"time"
)

func TestFill(t *testing.T) {
	values := map[string]string{"name": "Jo", "empty": "", "evil": "{{name}}\r\nX-Evil: 1\x00", "long": strings.Repeat("x", 10_000)}
	value := func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	for _, c := range []struct{ text, want, missing string }{
		{"Hello {{name}}.", "Hello Jo.", ""},
		{"Hello {{ name }}.", "Hello Jo.", ""},
		{"Hello {{other}}.", "Hello .", "other"},
		{"Hello {{other | there}}.", "Hello there.", ""},
		{"Hello {{empty | there}}.", "Hello there.", ""},
		{"Hello {{empty}}.", "Hello .", "empty"},
		{"Hello {{other|}}!", "Hello !", ""},
		{"{{evil}}", "{{name}} X-Evil: 1", ""},
		{"您好{{name}}。", "您好Jo。", ""},
		{"{name} is one", "{name} is one", ""},
		{"{{long}}", strings.Repeat("x", maxValue), ""},
	} {
		tpl, err := ParseTemplate(c.text)
		if err != nil {
			t.Fatal(err)
		}
		got, missing := tpl.Fill(value)
		if got != c.want || strings.Join(missing, ",") != c.missing {
			t.Errorf("%q: got %q lacking %v, want %q lacking %q", c.text, got, missing, c.want, c.missing)
		}
	}
}

func TestFillWhole(t *testing.T) {
	value := func(name string) (string, bool) { return "Jo", name == "name" }
	for _, c := range []struct{ text, want string }{
		{"Hello. I am {{who}}. It costs 3.5 dollars. Bye {{name}}!", "Hello. It costs 3.5 dollars. Bye Jo!"},
		{"您好。我是{{who}}，很高兴。您是{{name}}？", "您好。您是Jo？"},
		{"{{who}}", ""},
	} {
		tpl, err := ParseTemplate(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := tpl.FillWhole(value); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestTemplateFaults(t *testing.T) {
	for _, text := range []string{"{{", "}}", "{{a", "a}}", "{{}}", "{{a b}}", "{{ | x}}", "{{1}}", "{{a{{b}}}}", "}}{{", "{{.a}}"} {
		if _, err := ParseTemplate(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"Hello {{name}}.", "{{a | b}}", "{{", "}}", "{{a}}{{b}}", "您好{{名}}。", "{{a|{{b}}", "\xff{{a}}", "{{a}}. {{b}}! c?"} {
		f.Add(s, "value")
		f.Add(s, "{{a}}\x00\n")
	}
	f.Fuzz(func(t *testing.T, text, v string) {
		tpl, err := ParseTemplate(text)
		if err != nil {
			return
		}
		marks := strings.Count(text, "{{")
		read := 0
		for _, p := range tpl.pieces {
			if !p.literal() {
				read++
			}
			if p.expr != nil {
				return // its names are for the loader to find
			}
		}
		if read != marks {
			t.Fatalf("%q has %d variables, %d were read", text, marks, read)
		}
		filled, missing := tpl.Fill(func(string) (string, bool) { return v, true })
		if clean(v) != "" && len(missing) > 0 {
			t.Fatalf("%q lacks %v though all are known", text, missing)
		}
		if !strings.ContainsAny(clean(v), "{}") && strings.Contains(filled, "{{") {
			t.Fatalf("%q leaves braces: %q", text, filled)
		}
		tpl.FillWhole(func(string) (string, bool) { return v, v != "" })
		if c := clean(v); strings.ContainsAny(c, "\r\n\x00") || len([]rune(c)) > maxValue {
			t.Fatalf("%q is not clean", c)
		}
	})
}

// TestExact holds that an expression reckons with values as they are kept, while
// a name is said as people say it.
func TestExact(t *testing.T) {
	s, err := Load(strings.NewReader("script: x\nslots: {code: {type: digits}}\nnodes:\n  a: {stage: close, say: \"{{code}}, {{code == '12' ? 'yes' : 'no'}}.\", end: true}\n"), "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range NewMachine(s, map[string]string{"code": "12"}, 1).Step(time.Time{}, Answered{}) {
		if say, ok := a.(Say); ok && say.Parts[0].Text != "one two, yes." {
			t.Errorf("%q", say.Parts[0].Text)
		}
	}
}
