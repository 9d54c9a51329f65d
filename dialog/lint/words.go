package lint

import (
	"maps"
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/words"
)

// absolute are claims that nobody can keep, and that advertising law forbids in
// many places (PRC Advertising Law, art. 9; 16 CFR 238).
var absolute = strings.Split("最好|最佳|最优惠|最便宜|最低价|最高级|最先进|第一品牌|全国第一|世界第一|国家级|世界级|顶级|绝对|百分之百|独一无二|史无前例|"+
	"全网最低|永久有效|万能|包您满意|the best price|lowest price|guaranteed|guarantee you|number one|100 percent|hundred percent|"+
	"absolutely free|no risk|risk free|the cheapest|the best in|never fails", "|")

// markets are the words that a market's law or custom forbids.
var markets = map[string][]string{
	"finance": strings.Split("保本|保息|稳赚|必赚|零风险|无风险|没有风险|保证收益|刚性兑付|高收益|内部消息|内幕|只涨不跌|马上放款|无需审核|"+
		"guaranteed return|guaranteed returns|risk free|no risk|cannot lose|can not lose|double your money|insider|instant approval|no credit check", "|"),
	"health": strings.Split("治愈|根治|包治|无副作用|药到病除|疗效最佳|cure|cures|no side effects|miracle|clinically proven", "|"),
	"retail": strings.Split("最后一天|仅剩最后|不买就亏|假一赔命|清仓|last chance|only today|while stocks last", "|"),
}

// Markets lists the markets that have words of their own.
func Markets() []string { return slices.Sorted(maps.Keys(markets)) }

// forbidden finds words that must not be said.
func (c *checker) forbidden() {
	for _, p := range c.s.Prompts() {
		for _, l := range p.Lines {
			for _, text := range []string{l.Text.Source, l.Fallback.Source} {
				c.forbiddenIn(p, text)
			}
		}
	}
}

func (c *checker) forbiddenIn(p dialog.Prompt, text string) {
	told := map[string]bool{}
	for _, list := range []struct {
		why   string
		words []string
	}{{"forbidden in " + c.o.Market, markets[c.o.Market]}, {"an absolute claim", absolute}, {"on the house's list", c.o.Forbidden}} {
		for _, w := range list.words {
			if says(text, w) && !told[w] {
				told[w] = true
				c.find(CodeForbiddenWord, p.Path, "say it in another way, one that can be kept", "%q is %s", w, list.why)
			}
		}
	}
}

// says tells whether a text has a word or a phrase in it. Chinese is not written
// in words, so there it may stand anywhere.
func says(text, phrase string) bool {
	return words.Contains(words.Split(text), words.Split(phrase))
}
