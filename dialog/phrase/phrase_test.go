package phrase

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog/pinyin"
	"github.com/parley-voice/parley/dialog/words"
)

func TestFind(t *testing.T) {
	for _, c := range []struct{ phrase, said, want string }{
		{"call me [back] later", "please call me later", "call me later"},
		{"call me [back] later", "call me back, later", "call me back later"},
		{"call me [back] later", "call me much later", ""},
		{"(real|human) person", "a human person", "human person"},
		{"(real|human) person", "person", ""},
		{"take * off", "take me off the list", "take me off"},
		{"take * off", "take off", "take off"},
		{"take * off", "take a b c d e f off", "take a b c d e f off"},
		{"take * off", "take a b c d e f g off", ""},
		{"person", "personal", ""},
		{"don't call", "DON’T call", "dont call"},
		{"转人工", "帮我转人工吧", "转 人 工"},
		{"(别|不要)[再]打", "不要再打了", "不 要 再 打"},
		{"(别|不要)[再]打", "别打", "别 打"},
		{"不要[再|给我]打", "不要给我打", "不 要 给 我 打"},
		{"再*一遍", "再说一遍", "再 说 一 遍"},
		{"a.c", "abc", ""},
		{"(a (b|c)|d) e", "a c e", "a c e"},
		{"(a (b|c)|d) e", "d e", "d e"},
		{"(a (b|c)|d) e", "a e", ""},
		{"x", "a b x", "x"},
	} {
		p, err := Parse(c.phrase)
		if err != nil {
			t.Fatal(err)
		}
		all, got := words.Split(c.said), ""
		if at, ok := p.Find(all); ok {
			got = strings.Join(all[at.From:at.To], " ")
		}
		if got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.phrase, c.said, got, c.want)
		}
	}
}

func TestFindSound(t *testing.T) {
	for _, c := range []struct {
		phrase, said string
		want         bool
	}{
		{"转人工", "帮我赚人工吧", true},
		{"转*人工", "砖到人公", true},
		{"(投诉|举报)你们", "头数你们", true},
		{"(投诉|举报)你们", "头数我们", false},
		{"重庆银行", "从轻隐航", true}, // chong qing yin hang, not zhong qing yin xing
		{"办 visa 卡", "半visa卡", true},
		{"办 visa 卡", "半 master 卡", false},
		{"me", "么", false},
	} {
		p, err := Parse(c.phrase)
		if err == nil {
			err = p.Sound()
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := p.FindSound(pinyin.Sounds(words.Split(c.said))); ok != c.want {
			t.Errorf("%q in %q: %t", c.phrase, c.said, ok)
		}
	}
	p, _ := Parse("转人工")
	if _, ok := p.FindSound(pinyin.Sounds(words.Split("转人工"))); ok {
		t.Error("a phrase matched by sound that was not made to")
	}
}

func TestHan(t *testing.T) {
	for text, want := range map[string]int{"转人工": 3, "(投诉|曝光)": 2, "[再]说一遍": 3, "在(忙|开车)*": 2, "call 人": 1, "call me": 0} {
		if p, err := Parse(text); err != nil || p.Han() != want {
			t.Errorf("%s: %v, %v, want %d", text, p.Han(), err, want)
		}
	}
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("a", Max+1): "is longer", "[a]": "anything", "*": "anything", "[a] *": "anything", "": "anything", "!?": "anything",
		"(a|)": "anything", "()": "anything", "(": "leaves a bracket open", "(a": "leaves a bracket open", "(a))": "is not open",
		"(a]": "is not open", "a|b": "outside of brackets", "[[[[[a]]]]]b": "deep",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestHostile bounds what a pattern may cost: RE2 and a short phrase.
func TestHostile(t *testing.T) {
	p, err := Parse("(a|[a])" + strings.Repeat("*[a]", 40) + "b")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	p.Find(words.Split(strings.Repeat("a ", 2000)))
	t.Logf("the worst phrase took %s", time.Since(began))
}

func FuzzPhrase(f *testing.F) {
	for _, s := range [][2]string{{"(a|b)[c]*d", "a c d"}, {"转*人工", "赚一下人公"}, {"[[[[a]]]]b", "b"}, {"((", ""}, {"a|b", "a"}, {"**a**", "a"}, {"~me", "么"}, {"\xff(", "\xff"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, said string) {
		p, err := Parse(pattern)
		if err != nil {
			return
		}
		all := words.Split(said)
		if at, ok := p.Find(all); ok && (at.From < 0 || at.To <= at.From || at.To > len(all)) {
			t.Fatalf("%q in %q: %v of %d words", pattern, said, at, len(all))
		}
		if err := p.Sound(); err != nil {
			t.Fatalf("%q: %v", pattern, err)
		}
		if at, ok := p.FindSound(pinyin.Sounds(all)); ok && (at.From < 0 || at.To <= at.From || at.To > len(all)) {
			t.Fatalf("%q sounds in %q: %v of %d words", pattern, said, at, len(all))
		}
	})
}
