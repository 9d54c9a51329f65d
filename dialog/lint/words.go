package lint

import (
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/market"
	"github.com/parley-voice/parley/dialog/words"
)

// Markets lists the markets whose words are known.
func Markets() []string { return market.Names() }

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
	own := market.Pack{Forbidden: []market.Rule{{Why: "on the house's list", Words: c.o.Forbidden}}}
	asked, _ := market.Of(c.o.Market)
	for _, pack := range []market.Pack{asked, market.Any, own} {
		for _, rule := range pack.Forbidden {
			for _, w := range rule.Words {
				if says(text, w) && !told[w] {
					told[w] = true
					c.find(CodeForbiddenWord, p.Path, "say it in another way, one that can be kept", "%q: %s", w, rule.Why)
				}
			}
		}
	}
}

// says tells whether a text has a word or a phrase in it. Chinese is not written
// in words, so there it may stand anywhere.
func says(text, phrase string) bool {
	return words.Contains(words.Split(text), words.Split(phrase))
}
