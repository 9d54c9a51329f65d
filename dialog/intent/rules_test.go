package intent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
)

const shop = `script: shop
language: %s
intents:
  price:   {keywords: [price, discount, how much, 价格, 优惠], examples: [how much does it cost, 多少钱]}
  feature: {keywords: [battery, 功能], examples: [what can it do, tell me about the functions]}
  want:    {keywords: [need, 需要, 想买], examples: [i want to buy the watch]}
  refuse:  {examples: [不需要, 不感兴趣, i am not interested], not: [不是不需要, "not * refuse"]}
  affirm:  {examples: [fire away]}
always:
  stop:      {match: ["(stop|quit) calling [me]", "别再打", "(do not|don't) call * again"], go: a}
  complaint: {match: ["complain", 投诉], priority: 1, go: a}
  human:     {match: ["(speak|talk) to (a|an|some) *", 转人工], keywords: [real person], go: a}
nodes: {a: {stage: need, go: {price: a, feature: a, want: a, refuse: a, affirm: a, deny: a, hesitate: a}}}
`

func detectorOf(t testing.TB, language string) *Detector {
	t.Helper()
	s, err := dialog.Load(strings.NewReader(fmt.Sprintf(shop, language)), "shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var candidates = []string{"complaint", "stop", "human", "price", "feature", "want", "refuse", "affirm", "deny", "hesitate"}

func TestUnderstand(t *testing.T) {
	for _, c := range []struct{ said, want, why string }{
		{"How much does it cost?", "price", `example "how much does it cost"`},
		{"well, and the PRICE?", "price", `keyword "price"`},
		{"so how much does it really cost", "price", "how much"},
		{"could you tell me something about its functions", "feature", "nearest is feature"},
		{"I want to buy that watch", "want", `like "i want to buy the watch"`},
		{"I don't need it", "deny", "no: negated"},
		{"I need it", "want", `keyword "need"`},
		{"yes", "affirm", `yes: "yes"`},
		{"yes, how much is the discount?", "price", "discount"},
		{"no, I don't care about the price", "deny", "no"},
		{"fire away", "affirm", "example"},
		{"let me think about it", "hesitate", "wavering"},
		{"stop calling me", "stop", "phrase"},
		{"please do not call me ever again", "stop", "phrase"},
		{"I will complain, stop calling me about the price", "complaint", `phrase "complain"`},
		{"can I speak to a real human being", "human", "phrase"},
		{"I'm not interested", "refuse", ""},
		{"the weather is nice", "", "nothing matched"},
		{"...", "", "no words"},
		{"多少钱啊", "price", "example"},
		{"价格呢", "price", "keyword"},
		{"我不需要", "refuse", "example"},
		{"不是不需要", "want", "keyword"},
		{"我需要一个", "want", "keyword"},
		{"你们别再打了", "stop", "phrase"},
		{"帮我转人工", "human", "phrase"},
		{"没问题", "affirm", "yes"},
		{"再考虑一下", "hesitate", "wavering"},
		{"我不是不感兴趣，是没时间", "deny", ""},
	} {
		r := detectorOf(t, "zh")
		in, err := r.Understand(context.Background(), dialog.Query{Text: c.said, Language: "zh", Intents: candidates})
		if err != nil || in.Name != c.want || !strings.Contains(in.Why, c.why) {
			t.Errorf("%q: got %q because %s (%.2f, %v), want %q because of %s", c.said, in.Name, in.Why, in.Score, err, c.want, c.why)
		}
		if in.Name != "" && (in.Score < 0.4 || in.Score > 1) {
			t.Errorf("%q: score %.2f", c.said, in.Score)
		}
	}
}

func TestOnlyCandidates(t *testing.T) {
	r := detectorOf(t, "en")
	in, err := r.Understand(context.Background(), dialog.Query{Text: "what is the price, stop calling", Intents: []string{"feature", "affirm", "nobody knows this"}})
	if err != nil || in.Name != "" {
		t.Errorf("understood %+v, %v", in, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Understand(ctx, dialog.Query{Text: "yes"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled question was answered: %v", err)
	}
}

// TestDigitsBesideOthers holds that a number counts only where one is asked for,
// and that a person wanted wins over it.
func TestDigitsBesideOthers(t *testing.T) {
	r := detectorOf(t, "en")
	ask := func(text string, intents ...string) dialog.Intent {
		in, err := r.Understand(context.Background(), dialog.Query{Text: text, Language: "en", Shape: "digits", Intents: intents, Want: &dialog.Want{Slot: "code", Type: "digits"}})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	if in := ask("four two seven one", "human", dialog.IntentFilled, "refuse"); in.Name != dialog.IntentFilled || in.Slots["code"] != "4271" {
		t.Errorf("%+v", in)
	}
	if in := ask("let me speak to a person at extension four two", "human", dialog.IntentFilled); in.Name != "human" {
		t.Errorf("%+v", in)
	}
	if in := ask("four two seven one", "human", "price"); in.Name != "" {
		t.Errorf("%+v", in)
	}
}

func FuzzUnderstand(f *testing.F) {
	for _, s := range []string{"yes", "不是不需要", "four to seven one", "double", "一百", "万万万万", "no no no", "(a|b)", "\xff", "不不不", strings.Repeat("one ", 500), strings.Repeat("万", 900)} {
		f.Add(s)
	}
	r := detectorOf(f, "zh")
	f.Fuzz(func(t *testing.T, text string) {
		in, err := r.Understand(context.Background(), dialog.Query{Text: text, Language: "zh", Shape: "digits", Intents: append(candidates, dialog.IntentFilled), Want: &dialog.Want{Slot: "code", Type: "digits"}})
		if err != nil || in.Score < 0 || in.Score > 1 || in.Why == "" {
			t.Fatalf("%q: %+v, %v", text, in, err)
		}
		for _, d := range in.Slots["code"] {
			if d < '0' || d > '9' {
				t.Fatalf("%q: digits %q", text, in.Slots["code"])
			}
		}
	})
}

func BenchmarkUnderstand(b *testing.B) {
	r := detectorOf(b, "en")
	q := dialog.Query{Text: "could you tell me something about the functions of the watch that I saw", Language: "en", Intents: candidates}
	for b.Loop() {
		if _, err := r.Understand(context.Background(), q); err != nil {
			b.Fatal(err)
		}
	}
}
