package asr

import (
	"strings"
	"testing"
)

func TestSnap(t *testing.T) {
	digit := Expectation{Shape: Digits}
	four := Expectation{Shape: Digits, Min: 4, Max: 4}
	yn := Expectation{Shape: YesNo}
	depts := Expectation{Shape: Choice, Words: []string{"sales", "billing", "support", "returns"}}
	zhDepts := Expectation{Shape: Choice, Words: []string{"退货", "查账单", "技术支持"}}
	for _, c := range []struct {
		e          Expectation
		lang, said string
		want       string // "" : not snapped
	}{
		{digit, "en-US", "Four, two, seven.", "427"},
		{digit, "en-US", "for to seven", "427"},
		{digit, "en-US", "It's double five, oh one.", "5501"},
		{digit, "en-US", "triple nine", "999"},
		{digit, "en-US", "twenty one, forty", "2140"},
		{digit, "en-US", "4021", "4021"},
		{digit, "en-US", "4, 0, 2, 1.", "4021"},
		{digit, "en-US", "Tree free sex", "336"},
		{digit, "en-US", "niner", "9"},
		{digit, "en-US", "Here, six, zero nine.", "0609"},
		{digit, "en-US", "I am here", ""},
		{digit, "en-US", "The number is one two three, please.", "123"},
		{four, "en-US", "Four, seven, nine, night", "4799"},
		{four, "en-US", "One, one, eigh, two.", "1182"},
		{four, "en-US", "one night two night", ""}, // two of four are a guess
		{four, "en-US", "one two three fine", ""},  // five or nine
		{four, "en-US", "one two night", ""},
		{digit, "en-US", "Four, seven, nine, night", ""},
		{four, "en-US", "one moment please", ""},
		{four, "en-US", "please give me an agent", ""},
		{digit, "en-US", "I want to talk to a person", ""},
		{digit, "en-US", "wait", ""},
		{digit, "en-US", "fine", ""},
		{digit, "en-US", "agent", ""},
		{digit, "en-US", "one more time", ""},
		{digit, "en-US", "I don't know", ""},
		{digit, "en-US", "please", ""},
		{digit, "en-US", "", ""},
		{digit, "zh-CN", "四二七", "427"},
		{digit, "zh-CN", "幺三八零", "1380"},
		{digit, "zh-CN", "是就吧流", "986"}, // 九八六 heard wrong; 是 is a filler
		{digit, "zh-CN", "我的号码是一二三", "123"},
		{digit, "zh-CN", "转人工", ""},
		{yn, "en-US", "Yes.", "yes"},
		{yn, "en-US", "Yes, please.", "yes"},
		{yn, "en-US", "Yeah", "yes"},
		{yn, "en-US", "Yess", "yes"},
		{yn, "en-US", "No, thank you.", "no"},
		{yn, "en-US", "Know.", "no"},
		{yn, "en-US", "Nope!", "no"},
		{yn, "en-US", "yes but I have a question", ""},
		{yn, "en-US", "what do you mean", ""},
		{yn, "en-US", "maybe", ""},
		{yn, "zh-CN", "是的", "是"},
		{yn, "zh-CN", "对", "是"},
		{yn, "zh-CN", "不是", "不是"},
		{yn, "zh-CN", "不", "不是"},
		{yn, "zh-CN", "转人工", ""},
		{depts, "en-US", "Sales.", "sales"},
		{depts, "en-US", "Sails", "sales"},
		{depts, "en-US", "building", "billing"},
		{depts, "en-US", "I'd like the returns, please.", "returns"},
		{depts, "en-US", "a person", ""},
		{depts, "en-US", "not sales", ""},
		{zhDepts, "zh-CN", "退货", "退货"},
		{zhDepts, "zh-CN", "推货", "退货"},
		{zhDepts, "zh-CN", "查帐单", "查账单"},
		{zhDepts, "zh-CN", "转人工", ""},
		{Expectation{}, "en-US", "Yes.", ""},
	} {
		got, ok := Snap(c.said, c.e, c.lang)
		want, wantOK := c.want, c.want != ""
		if !wantOK {
			want = c.said
		}
		if got != want || ok != wantOK {
			t.Errorf("Snap(%q, shape %d) = %q, %v; want %q, %v", c.said, c.e.Shape, got, ok, want, wantOK)
		}
	}
}

// Every member of a set must snap to itself, whatever else is in the set.
func TestSnapKeepsMembers(t *testing.T) {
	members := []string{"sale", "sales", "tail", "red", "read", "bread", "a person", "four door", "是", "四", "退货"}
	e := Expectation{Shape: Choice, Words: members}
	for _, m := range members {
		for _, said := range []string{m, strings.ToUpper(m), " " + m + ". "} {
			if got, ok := Snap(said, e, "en"); got != m || !ok {
				t.Errorf("Snap(%q) = %q, %v", said, got, ok)
			}
		}
	}
}

func FuzzSnap(f *testing.F) {
	f.Add("Four, two seven", uint8(2), "sales", "en")
	f.Add("是的", uint8(1), "", "zh-CN")
	f.Add("y'", uint8(3), "'", "")
	f.Fuzz(func(t *testing.T, said string, shape uint8, word, lang string) {
		e := Expectation{Shape: Shape(shape % 4), Words: []string{word, "no"}}
		got, ok := Snap(said, e, lang)
		if !ok && got != said {
			t.Errorf("not snapped, yet %q became %q", said, got)
		}
		if ok && e.Shape == Digits && strings.Trim(got, "0123456789") != "" {
			t.Errorf("digits are %q", got)
		}
	})
}
