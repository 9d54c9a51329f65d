package intent

import (
	"fmt"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/phrase"
	"github.com/parley-voice/parley/dialog/pinyin"
	"github.com/parley-voice/parley/dialog/words"
)

// Scores of the ways to match. Examples said to the letter are surest; an
// intent with a subject of its own beats a yes that stands among other words.
const (
	scoreExact   = 1.0
	scorePhrase  = 0.95
	scoreDigits  = 0.93
	scorePlain   = 0.90 // yes or no and nothing else, or an example inside the words
	scoreKeyword = 0.85
	scoreSound   = 0.82 // a phrase, keyword or example by its sound only
	scoreLearned = 0.70 // yes or no by the examples that ship
	scoreAmong   = 0.80 // yes or no among other words, or a wish (I want it): the author's own intents come first
)

// Least syllables of what is compared by its sound as well: where the author
// says nothing, and where the intent says hear: sound. Two syllables alone have
// too many neighbours; docs/intents.md has the counts.
const (
	soundUnasked = 3
	soundAsked   = 2
)

// rule is one intent as its author described it, compiled.
type rule struct {
	name     string
	match    []*phrase.Phrase
	unless   []*phrase.Phrase
	keywords []literal
	examples []literal
}

// literal is a text of the author's.
type literal struct {
	text   string
	words  []string
	sounds []string // nil: compared letter by letter only
}

func newRule(d dialog.IntentDef) (*rule, error) {
	c := &rule{name: d.Name}
	least := soundUnasked
	if d.Hear == dialog.HearSound {
		least = soundAsked
	}
	bySound := func(han int) bool { return d.Hear != dialog.HearExact && han >= least }
	for _, list := range []struct {
		from []string
		to   *[]*phrase.Phrase
	}{{d.Match, &c.match}, {d.Unless, &c.unless}} {
		for _, text := range list.from {
			p, err := phrase.Parse(text)
			if err == nil && bySound(p.Han()) {
				err = p.Sound()
			}
			if err != nil {
				return nil, fmt.Errorf("intent %q: the phrase %s %w", d.Name, quote(text), err)
			}
			*list.to = append(*list.to, p)
		}
	}
	for _, text := range d.Keywords {
		c.keywords = append(c.keywords, literalOf(text, bySound))
	}
	for _, text := range d.Examples {
		c.examples = append(c.examples, literalOf(text, bySound))
	}
	return c, nil
}

// join adds how the same intent is said in another language.
func (c *rule) join(other *rule) {
	c.match = union(c.match, other.match, (*phrase.Phrase).String)
	c.unless = union(c.unless, other.unless, (*phrase.Phrase).String)
	c.keywords = union(c.keywords, other.keywords, literal.String)
	c.examples = union(c.examples, other.examples, literal.String)
}

func (l literal) String() string { return l.text }

// union adds what is not there yet: a plain list is the same in every language.
func union[T any](all, more []T, text func(T) string) []T {
	seen := map[string]bool{}
	for _, x := range all {
		seen[text(x)] = true
	}
	for _, x := range more {
		if !seen[text(x)] {
			all = append(all, x)
		}
	}
	return all
}

func literalOf(text string, bySound func(han int) bool) literal {
	l := literal{text: text, words: words.Split(text)}
	han := 0
	for _, w := range l.words {
		if isHan(w) {
			han++
		}
	}
	if bySound(han) {
		l.sounds = pinyin.Sounds(l.words)
	}
	return l
}

// barred tells whether a phrase forbids the intent.
func (c *rule) barred(t *turn) (string, bool) {
	for _, p := range c.unless {
		at, ok := p.Find(t.words)
		if !ok {
			at, ok = p.FindSound(t.sounds())
		}
		if ok {
			return "forbidden by unless " + quote(p.String()) + t.where(at), true
		}
	}
	return "", false
}

// spelt holds the turn against the author's phrases, keywords and examples,
// letter by letter. The score is 0 when none is there.
func (c *rule) spelt(t *turn) dialog.Intent {
	best := dialog.Intent{Name: c.name}
	better := func(score float64, kind, text string, at phrase.Span) {
		if score > best.Score {
			best.Score, best.Why = score, kind+" "+quote(text)+t.where(at)
		}
	}
	for _, p := range c.match {
		if at, ok := p.Find(t.words); ok {
			better(scorePhrase, "phrase", p.String(), at)
			break
		}
	}
	for _, e := range c.examples {
		at := words.Index(t.words, e.words)
		switch {
		case at < 0:
		case len(e.words) == len(t.words):
			better(scoreExact, "example", e.text, phrase.Span{From: 0, To: len(t.words)})
		case len(e.words) >= 2 && !t.signs.NegatedAt(at):
			better(scorePlain, "example", e.text, phrase.Span{From: at, To: at + len(e.words)})
		}
	}
	for _, k := range c.keywords {
		if at := words.Index(t.words, k.words); at >= 0 && !t.signs.NegatedAt(at) {
			better(longer(scoreKeyword, k), "keyword", k.text, phrase.Span{From: at, To: at + len(k.words)})
		}
	}
	return best
}

// heard holds the turn against what sounds like the author's words.
func (c *rule) heard(t *turn) dialog.Intent {
	best := dialog.Intent{Name: c.name}
	better := func(score float64, kind, text string, at phrase.Span) {
		if score > best.Score {
			best.Score, best.Why = score, "sounds like "+kind+" "+quote(text)+t.where(at)
		}
	}
	for _, p := range c.match {
		if at, ok := p.FindSound(t.sounds()); ok {
			better(scoreSound, "phrase", p.String(), at)
			break
		}
	}
	for _, list := range []struct {
		kind string
		all  []literal
	}{{"example", c.examples}, {"keyword", c.keywords}} {
		for _, l := range list.all {
			if l.sounds == nil {
				continue
			}
			if at := words.Index(t.sounds(), l.sounds); at >= 0 && !t.signs.NegatedAt(at) {
				better(longer(scoreSound, l), list.kind, l.text, phrase.Span{From: at, To: at + len(l.words)})
			}
		}
	}
	return best
}

// longer ranks longer words higher: they are the more telling ones.
func longer(score float64, l literal) float64 {
	return score + 0.001*float64(min(len([]rune(l.text)), 15))
}

func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
