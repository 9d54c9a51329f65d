package keyness

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// 2 Σ O ln(O/E) over the four cells, reckoned apart from this code.
func TestG2(t *testing.T) {
	for _, c := range []struct {
		a, n, b, m int
		want       float64
	}{{42, 1000, 78, 1000, 11.657534}, {10, 100, 10, 100, 0}, {5, 50, 0, 400, 22.434037}} {
		if got := g2(c.a, c.n, c.b, c.m); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("%v: %v", c, got)
		}
	}
}

var common = map[string][]string{
	"zh": {"我想查一下订单", "什么时候可以发货", "帮我转人工服务", "这个多少钱", "可以便宜一点吗", "我的手机号是13800138000", "好的谢谢", "你们的服务态度不错", "商品质量怎么样", "退款什么时候到账"},
	"en": {"I want to check my order", "when will it be shipped", "can I speak to a person", "how much does it cost", "my number is 555 0142", "thank you very much", "what about the warranty", "I would like a refund"},
}

// week is what people say; some of them also say one of more.
func week(dice *rand.Rand, persons int, language string, share float64, more ...string) (all [][]string) {
	for range persons {
		var said []string
		for range 1 + dice.IntN(5) {
			said = append(said, common[language][dice.IntN(len(common[language]))])
		}
		if len(more) > 0 && dice.Float64() < share {
			said = append(said, more[dice.IntN(len(more))])
		}
		all = append(all, said)
	}
	return all
}

func mine(now, before [][]string) []Phrase {
	n := NewCounter()
	for _, said := range now {
		n.Add(said)
	}
	b := n.Before()
	for _, said := range before {
		b.Add(said)
	}
	return Said(n, b)
}

func TestWhatIsNewIsFound(t *testing.T) {
	for _, c := range []struct {
		language, want string
		more           []string
	}{
		{"zh", "等待久", []string{"排队等待久了", "我觉得等待久", "太不像话等待久啊", "上次也是等待久"}},
		{"en", "screen keeps flickering", []string{"the screen keeps flickering", "my screen keeps flickering again", "well screen keeps flickering you know"}},
	} {
		for seed := range uint64(20) {
			dice := rand.New(rand.NewPCG(seed, 3))
			got := mine(week(dice, 300, c.language, 0.08, c.more...), week(dice, 2400, c.language, 0.002, c.more...))
			if len(got) == 0 || got[0].Text != c.want {
				t.Fatalf("seed %d: got %+v, want %s first", seed, got, c.want)
			}
			if got[0].Share < 0.03 || got[0].Was > 0.01 || got[0].Persons < 10 {
				t.Errorf("%+v", got[0])
			}
			for _, p := range got[1:] {
				if strings.Contains(p.Text, c.want) || strings.Contains(c.want, p.Text) {
					t.Errorf("seed %d: %s is told beside %s", seed, p.Text, c.want)
				}
			}
		}
	}
}

// Two weeks of the same kind: what is told is chance, and must be rare.
func TestNothingNewIsToldOfTheSame(t *testing.T) {
	const weeks = 100
	wrong := 0
	for seed := range uint64(weeks) {
		dice := rand.New(rand.NewPCG(seed, 9))
		language := []string{"zh", "en"}[seed%2]
		if got := mine(week(dice, 200, language, 0), week(dice, 800, language, 0)); len(got) > 0 {
			wrong++
		}
	}
	t.Logf("phrases in %d of %d weeks", wrong, weeks)
	if wrong > weeks/50 {
		t.Errorf("phrases in %d of %d weeks that are like those before", wrong, weeks)
	}
}

func TestNoNumberIsTold(t *testing.T) {
	said := func(text string, n int) (all [][]string) {
		for range n {
			all = append(all, []string{text})
		}
		return all
	}
	for _, text := range []string{"13800138000", "一三八零零一三八", "five five five zero one", "card 4111111111111111", "尾号四二七一"} {
		for _, p := range mine(said(text, 50), said("nothing special", 400)) {
			if strings.ContainsAny(p.Text, "0123456789一三八零四二七") || strings.Contains(p.Text, "five") {
				t.Errorf("%q tells %q", text, p.Text)
			}
		}
	}
	if got := mine(said("a very rare secret", LeastPersons-1), said("nothing special", 4000)); len(got) > 0 {
		t.Errorf("what %d persons said is told: %+v", LeastPersons-1, got)
	}
	if got := mine(said("the screen flickers", 50), nil); got != nil {
		t.Errorf("with nothing before: %+v", got)
	}
}

func TestRunsPartAtNumbersAndScripts(t *testing.T) {
	var got []string
	for run := range runs([]string{"等", "久", "ok", "fine", "3", "x9", "再", "来", "八", "次"}) {
		got = append(got, joined(run))
	}
	if fmt.Sprint(got) != "[等久 ok fine 再来 次]" {
		t.Errorf("%q", got)
	}
}

func BenchmarkMine(b *testing.B) {
	dice := rand.New(rand.NewPCG(1, 1))
	now, before := week(dice, 1000, "zh", 0.05, "等待久"), week(dice, 8000, "zh", 0)
	for b.Loop() {
		if len(mine(now, before)) == 0 {
			b.Fatal("nothing")
		}
	}
}
