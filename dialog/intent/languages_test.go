package intent

import (
	"context"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
)

const bilingual = `
script: hotline
language: [zh-CN, en-US]
always:
  english: {match: [english, 英文], go: a}
  human:   {match: {zh-CN: [转人工], en-US: ["(speak|talk) to (a|an) *"]}, unless: {zh-CN: [不用转人工], en-US: [no need]}, go: a}
intents:
  price:  {examples: {zh-CN: [多少钱, 一个月要付多少, 贵不贵], en-US: [how much is it, what would i pay a month, is it expensive]}}
  cancel: {keywords: {zh-CN: [取消], en-US: [cancel]}, examples: {zh-CN: [我不想要了, 帮我退掉], en-US: [i want to leave, close my account]}}
  hours:  {keywords: [8 点, opening hours, 营业时间]}
nodes: {a: {stage: need, go: {price: a, cancel: a, hours: a, affirm: a, deny: a}}}
`

// One detector serves every language of a script: what is said in the other one,
// and in both at once, is understood as well.
func TestSeveralLanguages(t *testing.T) {
	s, err := dialog.Load(strings.NewReader(bilingual), "hotline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range s.Tongues() {
		d, err := New(in)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(d.rules["hours"].keywords); n != 3 {
			t.Errorf("%d keywords of a plain list", n)
		}
		for _, language := range s.Languages() {
			for said, want := range map[string]string{
				"English please": "english", "说英文": "english", "我要转人工": "human", "can I talk to a person": "human",
				"no need to talk to a person": "", "多少钱": "price", "how much is it?": "price", "一个月付多少": "price", "what do i pay a month": "price",
				"帮我 cancel 掉": "cancel", "what would I pay 一个月": "price", "营业时间": "hours", "opening hours": "hours", "好的": "affirm", "no": "deny",
				"外面在下雨": "", "my dog is barking": "",
			} {
				got, err := d.Understand(context.Background(), dialog.Query{Text: said, Language: language, Shape: "open",
					Intents: []string{"english", "human", "price", "cancel", "hours", "affirm", "deny"}})
				if err != nil || got.Name != want {
					t.Errorf("%s, of %s: %q is %q (%s), want %q; %v", language, in.Language, said, got.Name, got.Why, want, err)
				}
			}
		}
	}
}
