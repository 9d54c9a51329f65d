package dialog

import (
	"strings"
	"testing"
)

// TestRefuse holds what a model may not say: what is forbidden, figures of its own
// making, and what is no speech. P5.
func TestRefuse(t *testing.T) {
	p := &Prose{}
	for _, text := range []string{"best price", "(guarantee|guaranteed)", "/risk.?free/", "保本", "全网*低价"} {
		f, err := parseForbidden(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Forbid = append(p.Forbid, f)
	}
	facts := []string{"The warranty is two years.", "It costs 1,299 yuan, 15% less than in 2024.", "质保三年，一百五十个门店。", "Open at 9:30."}
	for sentence, why := range map[string]string{
		"It has two years of warranty.":              "",
		"It has 2 years of warranty.":                "",
		"It costs 1299 yuan.":                        "",
		"One moment, that is the one you want.":      "",
		"我们有150个门店，一定适合您。":                           "",
		"质保3年，十分放心。":                                 "",
		"We open at 9:30.":                           "",
		"It costs 1,199 yuan.":                       "1199",
		"It is 20% off.":                             "20",
		"It costs twelve hundred yuan.":              "1200",
		"It costs ninety-nine yuan.":                 "99",
		"只要九十九元。":                                    "99",
		"打八折。":                                       "8",
		"只要９９元。":                                     "none of the facts",
		"That is half of it.":                        "0.5",
		"That is ½ of it.":                           "none of the facts",
		"This is our BEST  price.":                   "forbidden",
		"It is Guaranteed, of course.":               "forbidden",
		"It is riskfree.":                            "forbidden",
		"这个产品保本。":                                    "forbidden",
		"全网最低价！":                                     "forbidden",
		"<speak>Hello</speak>":                       "no plain speech",
		"{{order.total}}":                            "no plain speech",
		"See https://x.org now.":                     "no plain speech",
		"...":                                        "no words",
		strings.Repeat("and on and on it goes ", 20): "without end",
	} {
		got := p.refuse(speakable(sentence), facts, "en")
		if (why == "") != (got == "") || !strings.Contains(got, why) {
			t.Errorf("%q: %q, want %q", sentence, got, why)
		}
	}
}

// TestAddresses holds that what a caller says stays where the author put it.
func TestAddresses(t *testing.T) {
	address, err := ParseTemplate("https://example.org/{{x}}")
	if err != nil {
		t.Fatal(err)
	}
	escape := func(value string) (string, bool) {
		text, missing := address.fill(func(string) (string, bool) { return value, true }, escaped)
		return strings.TrimPrefix(text, "https://example.org/"), len(missing) == 0
	}
	for value, want := range map[string]string{
		"5509": "5509", "a b": "a%20b", "../admin": "..%2Fadmin", "x?y=1&z#f": "x%3Fy%3D1%26z%23f", "王": "%E7%8E%8B", "a@evil.org": "a%40evil.org", "%2e": "%252e", "a\r\nX: y": "a%20X%3A%20y",
	} {
		if got, ok := escape(value); got != want || !ok {
			t.Errorf("%q: %q", value, got)
		}
	}
	for _, value := range []string{"", ".", ".."} {
		if got, ok := escape(value); ok {
			t.Errorf("%q: %q", value, got)
		}
	}
}

// TestAnswers holds what comes out of another system's answer.
func TestAnswers(t *testing.T) {
	root, err := parseAnswer([]byte(`{"a": {"b": [1.50, true, null, {"c": " two\nlines "}]}, "day": "2026-03-05T10:00:00Z", "big": 12345678901234567890, "1": "one", "yes": "true"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, typ, value, why string }{
		{"a.b.0", "number", "1.5", ""}, {"a.b.0", "text", "1.50", ""}, {"a.b.1", "flag", "true", ""}, {"a.b.2", "text", "", ""},
		{"a.b.3.c", "text", "two lines", ""}, {"a.b.4", "text", "", ""}, {"a.b.-1", "text", "", ""}, {"a.x.y", "text", "", ""}, {"day", "date", "2026-03-05", ""},
		{"day", "number", "", "is no number"}, {"a.b", "text", "", "is no single value"}, {"1", "text", "one", ""}, {"yes", "flag", "true", ""}, {"big", "text", "12345678901234567890", ""},
	} {
		if value, why := (Field{Path: c.path, Type: c.typ}).value(root); value != c.value || why != c.why {
			t.Errorf("%s as %s: %q %q", c.path, c.typ, value, why)
		}
	}
	for _, bad := range []string{"", "{", "{} {}", "<html>", strings.Repeat("[", 20_000), strings.Repeat(" ", MaxFetched+1)} {
		if _, err := parseAnswer([]byte(bad)); err == nil {
			t.Errorf("%.20q was read", bad)
		}
	}
}
