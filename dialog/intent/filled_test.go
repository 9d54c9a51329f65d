package intent

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// TestValuesBesideIntents holds how a value that is asked for ranks against what
// else the words could mean.
func TestValuesBesideIntents(t *testing.T) {
	s, err := dialog.Load(strings.NewReader(`script: visit
language: zh-CN
intents:
  delivery: {examples: [我的包裹还没有到, 快递怎么还没送来, 两个包裹都没有收到, my parcels are missing, where is my parcel]}
  refuse: {keywords: [不需要, not interested]}
  cancel: {examples: [我想取消预约, 我明天不来了帮我取消吧]}
always:
  human: {match: [转人工, "speak to (a|an|some) *"], go: a}
nodes: {a: {stage: need, go: {delivery: a, refuse: a, cancel: a, affirm: a, deny: a}}}
`), "visit.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct{ typ, said, intent, value string }{
		{"digits", "五五零九", "filled", "5509"},
		{"digits", "我的尾号是五五零九", "filled", "5509"},
		{"digits", "不是五五零八是五五零九", "filled", "5509"},
		{"digits", "我一个都不要", "deny", ""},
		{"digits", "帮我转人工，五五零九", "human", ""},
		{"number", "两个", "filled", "2"},
		{"number", "我要两个", "filled", "2"},
		{"number", "不，两个", "filled", "2"},
		{"number", "两个包裹都没有收到", "delivery", ""},
		{"number", "不需要，一个也不需要", "refuse", ""},
		{"date", "明天", "filled", "2026-11-23"},
		{"date", "那就下周三吧", "filled", "2026-11-25"},
		{"datetime", "明天下午三点", "filled", "2026-11-23T15:00"},
		{"datetime", "明天", "filled", "2026-11-23"},
		{"datetime", "下午三点", "filled", "15:00"},
		{"text", "门口的灯坏了", "filled", "门口的灯坏了"},
		{"text", "转人工", "human", ""},
		{"text", "我想取消预约", "cancel", ""},
		{"number", "where are my two missing parcels", "delivery", ""},
	} {
		in, err := d.Understand(t.Context(), dialog.Query{
			Text: c.said, Language: "zh-CN", Now: now, Want: &dialog.Want{Slot: "v", Type: c.typ},
			Intents: []string{"human", dialog.IntentFilled, "delivery", "refuse", "cancel", dialog.IntentAffirm, dialog.IntentDeny},
		})
		if err != nil || in.Name != c.intent || in.Slots["v"] != c.value {
			t.Errorf("%s %s: %s %q because %s (%v), want %s %q", c.typ, c.said, in.Name, in.Slots["v"], in.Why, err, c.intent, c.value)
		}
	}
}

// A part of a telephone number is understood: the machine waits for the rest.
func TestPartOfAPhoneNumber(t *testing.T) {
	s, err := dialog.Load(strings.NewReader("script: p\nslots: {phone: {type: phone}}\nnodes:\n  a: {stage: need, say: Your number?, ask: phone, go: b}\n  b: {stage: close, say: Bye., end: true}\n"), "p.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, language, want string }{
		{"one three eight", "en-US", "138"}, {"double oh one two", "en-US", "0012"}, {"两个零一二", "zh-CN", "0012"}, {"幺三八", "zh-CN", "138"}, {"零零幺三", "zh-CN", "0013"}, {"八千", "zh-CN", "8000"},
		{"幺三八零零幺三八零零零", "zh-CN", "+8613800138000"}, {"what for", "en-US", ""}, {"为什么要我的号码", "zh-CN", ""},
	} {
		q := dialog.Query{Text: c.text, Language: c.language, Intents: []string{dialog.IntentFilled}, Want: &dialog.Want{Slot: "phone", Type: "phone"}}
		in, err := d.Understand(t.Context(), q)
		if err != nil || in.Slots["phone"] != c.want {
			t.Errorf("%q: %+v, %v", c.text, in, err)
		}
	}
}
