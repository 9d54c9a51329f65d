package audio

import "testing"

func TestLanguageOfAText(t *testing.T) {
	both := []string{"zh-CN", "en-US"}
	for _, c := range []struct {
		text      string
		languages []string
		want      string
	}{
		{"您好", both, "zh-CN"}, {"English please", both, "en-US"}, {"我要 refund", both, "zh-CN"}, {"4155", both, "en-US"},
		{"Hello", []string{"zh-CN"}, "zh-CN"}, {"您好", []string{"en-US", "en-GB"}, "en-US"},
	} {
		if got := languageOf(c.text, c.languages); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}
