// Package intent tells what a caller's words meant: the author's phrases,
// keywords and examples, yes and no with their negations, and spoken digits. It
// explains every answer. It needs no network and no model.
package intent

import (
	"context"
	"fmt"
	"strings"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/words"
)

// accept is the score from which a match counts.
const accept = 0.5

// Scores of the ways to match. Examples said to the letter are surest; an
// intent with a subject of its own beats a yes that stands among other words.
const (
	scoreExact   = 1.0
	scorePhrase  = 0.95
	scoreDigits  = 0.93
	scorePlain   = 0.90 // yes or no and nothing else, or an example inside the words
	scoreKeyword = 0.85
	scoreAmong   = 0.80 // yes or no among other words, or a wish (I want it): the author's own intents come first
)

// Rules understands the words of one script's callers. It is read-only after
// New and safe for concurrent use.
type Rules struct {
	rules  map[string]*rule
	always map[string]bool
}

// rule is one intent, compiled.
type rule struct {
	name     string
	match    []phrase
	not      []phrase
	keywords []literal
	examples []literal
}

// literal is a text of the author's, and its words.
type literal struct {
	text    string
	words   []string
	content map[string]bool // without the words that tell nothing
	negated bool
}

// New compiles a script's intents. The error names the phrase that cannot be.
func New(s *dialog.Script) (*Rules, error) {
	r := &Rules{rules: map[string]*rule{}, always: map[string]bool{}}
	for _, a := range s.Always {
		r.always[a.Name] = true
		if err := r.add(a.IntentDef); err != nil {
			return nil, err
		}
	}
	for _, d := range s.Intents {
		if r.rules[d.Name] != nil {
			continue // the always entry of that name stands
		}
		if err := r.add(d); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *Rules) add(d dialog.IntentDef) error {
	c := &rule{name: d.Name}
	for _, list := range []struct {
		from []string
		to   *[]phrase
	}{{d.Match, &c.match}, {d.Not, &c.not}} {
		for _, text := range list.from {
			p, err := compile(text)
			if err != nil {
				return fmt.Errorf("intent %q: %w", d.Name, err)
			}
			*list.to = append(*list.to, p)
		}
	}
	for _, text := range d.Keywords {
		c.keywords = append(c.keywords, literalOf(text))
	}
	for _, text := range d.Examples {
		c.examples = append(c.examples, literalOf(text))
	}
	r.rules[d.Name] = c
	return nil
}

func literalOf(text string) literal {
	l := literal{text: text, words: words.Split(text), content: map[string]bool{}}
	for _, w := range l.words {
		if !idle[w] {
			l.content[w] = true
		}
	}
	l.negated = oddNegators(l.words, frozenWords(l.words))
	return l
}

// Understand tells what q.Text meant among q.Intents. Name is "" when nothing
// matched; Why then says so. It never fails but for a cancelled ctx.
func (r *Rules) Understand(ctx context.Context, q dialog.Query) (dialog.Intent, error) {
	if err := ctx.Err(); err != nil {
		return dialog.Intent{}, err
	}
	t := newTurn(q.Text)
	if len(t.words) == 0 {
		return dialog.Intent{Why: "no words"}, nil
	}
	for _, name := range q.Intents {
		if !r.always[name] {
			continue
		}
		if in := r.rules[name].understand(t); in.Score >= accept {
			return in, nil
		}
	}
	var best dialog.Intent
	for _, name := range q.Intents {
		if r.always[name] {
			continue
		}
		if in := r.one(name, t, q); in.Score > best.Score {
			best = in
		}
	}
	if best.Score < accept {
		return dialog.Intent{Why: "nothing matched " + quote(q.Text)}, nil
	}
	return best, nil
}

// one holds the turn against one intent: the author's rules, and the built-in
// reading of the words of the language.
func (r *Rules) one(name string, t *turn, q dialog.Query) dialog.Intent {
	var best dialog.Intent
	c := r.rules[name]
	if c != nil {
		if why, barred := c.barred(t); barred {
			return dialog.Intent{Name: name, Why: why}
		}
		best = c.understand(t)
	}
	var own dialog.Intent
	switch name {
	case dialog.IntentAffirm, dialog.IntentDeny, dialog.IntentHesitate:
		if p := t.polar; p.name == name {
			own = dialog.Intent{Name: name, Score: p.score, Why: p.why}
		}
	case dialog.IntentFilled:
		if d := spokenDigits(t.words, q.Language); d != "" {
			own = dialog.Intent{Name: name, Score: scoreDigits, Why: "digits in the words", Slots: map[string]string{"digits": d}}
		}
	}
	if own.Score > best.Score {
		return own
	}
	return best
}

func (c *rule) barred(t *turn) (string, bool) {
	for _, p := range c.not {
		if p.matches(t.spaced) {
			return "forbidden by not: " + quote(p.text), true
		}
	}
	return "", false
}

// understand holds the turn against the author's rules alone.
func (c *rule) understand(t *turn) dialog.Intent {
	if why, barred := c.barred(t); barred {
		return dialog.Intent{Name: c.name, Why: why}
	}
	for _, p := range c.match {
		if p.matches(t.spaced) {
			return dialog.Intent{Name: c.name, Score: scorePhrase, Why: "phrase " + quote(p.text)}
		}
	}
	best := dialog.Intent{Name: c.name}
	better := func(score float64, why string) {
		if score > best.Score {
			best.Score, best.Why = score, why
		}
	}
	for _, e := range c.examples {
		better(e.score(t))
	}
	for _, k := range c.keywords {
		if at := words.Index(t.words, k.words); at >= 0 && !t.negatedAt(at) {
			// A longer keyword is the more telling one.
			better(scoreKeyword+0.001*float64(min(len([]rune(k.text)), 40)), "keyword "+quote(k.text))
		}
	}
	return best
}

// score holds an example against the turn: the same words, the example inside
// the words, or enough of the telling words in common.
func (e literal) score(t *turn) (float64, string) {
	if len(e.words) == 0 {
		return 0, ""
	}
	if strings.Join(e.words, " ") == t.normal {
		return scoreExact, "example " + quote(e.text)
	}
	if at := words.Index(t.words, e.words); at >= 0 && len(e.words) >= 2 && !t.negatedAt(at) {
		return scorePlain, "example " + quote(e.text) + " among the words"
	}
	if e.negated != t.negated {
		return 0, ""
	}
	common := 0
	for w := range e.content {
		if t.content[w] {
			common++
		}
	}
	if common < 2 {
		return 0, ""
	}
	dice := 2 * float64(common) / float64(len(e.content)+len(t.content))
	return 0.84 * dice, fmt.Sprintf("close to example %s (%.2f)", quote(e.text), dice)
}

func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
