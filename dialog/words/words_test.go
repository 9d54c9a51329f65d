package words

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormal(t *testing.T) {
	for in, want := range map[string]string{
		"Hello, World!":   "hello world",
		"I don't — know…": "i dont know",
		"I don’t know":    "i dont know",
		"ＡＢＣ１２３":          "abc123",
		"您好，Jo！":          "您 好 jo",
		"uh-huh":          "uh huh",
		"  ":              "",
		"?!":              "",
		"3.5%":            "3 5",
		"Café":            "café",
		"\xff\xfeyes":     "yes",
		"iPhone手机":        "iphone 手 机",
	} {
		if got := Normal(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := len(Split(strings.Repeat("好", 5000))); got != Max {
		t.Errorf("%d words of a text without end, want %d", got, Max)
	}
}

func TestIndex(t *testing.T) {
	all := Split("the price of the watch")
	for part, want := range map[string]int{"price": 1, "the watch": 3, "watch the": -1, "": -1, "pric": -1, "the price of the watch now": -1} {
		if got := Index(all, Split(part)); got != want {
			t.Errorf("%q: got %d, want %d", part, got, want)
		}
	}
}

func TestOnly(t *testing.T) {
	nods := [][]string{Split("uh huh"), Split("mm"), Split("嗯"), Split("对"), Split("mm hmm")}
	for text, want := range map[string]bool{"uh-huh": true, "mm": true, "mm hmm": true, "mm mm uh huh": true, "嗯嗯对": true,
		"uh": false, "huh": false, "mm price": false, "": false, "嗯不": false} {
		if got := Only(Split(text), nods); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"Hello, World!", "您好，Jo！", "\xff", "İ", "ﷺ", "e\u0301", strings.Repeat("a ", 2000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range Split(s) {
			if w == "" || strings.ContainsAny(w, " \t\n.,!?'") || !utf8.ValidString(w) {
				t.Fatalf("%q has the word %q", s, w)
			}
		}
		if n := Normal(s); len(n) < Max && Normal(n) != n {
			t.Fatalf("%q is not the normal form of itself but %q", n, Normal(n))
		}
	})
}
