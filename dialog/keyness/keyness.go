// Package keyness finds phrases that people say more often than they did: a week's
// transcripts against those of the weeks before, by Dunning's log-likelihood ratio
// (Dunning 1993, "Accurate Methods for the Statistics of Surprise and Coincidence").
// It needs no dictionary: phrases are runs of Han characters or of words, and those
// that are only parts of one another are told once. It is pure.
package keyness

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/parley-voice/parley/dialog/words"
)

// What a phrase must be to be told.
const (
	LeastPersons = 5     // who said it: a phrase of fewer may tell who they are
	LeastScore   = 15.13 // G2, p < 0.0001 at one degree of freedom
	Most         = 20    // phrases that are told
	longestHan   = 6     // characters
	longestWords = 4
)

// Phrase is one that is said more often now.
type Phrase struct {
	Text    string
	Persons int     // who said it now
	Share   float64 // of persons now
	Was     float64 // of persons before
	Score   float64 // G2
	tokens  []string
}

// Counter counts in how many persons' words each phrase is, once for each person.
type Counter struct {
	persons int
	said    map[string]int
	only    map[string]int // count nothing else, when not nil
}

// NewCounter counts every phrase that is said.
func NewCounter() *Counter { return &Counter{said: map[string]int{}} }

// Before is a counter for the time before: it counts only what enough persons say
// now, however long that time is.
func (c *Counter) Before() *Counter {
	only := map[string]int{}
	for text, n := range c.said {
		if n >= LeastPersons {
			only[text] = n
		}
	}
	return &Counter{said: map[string]int{}, only: only}
}

// Add counts all that one person said in the time.
func (c *Counter) Add(texts []string) {
	c.persons++
	seen := map[string]bool{}
	for _, text := range texts {
		for clause := range strings.FieldsFuncSeq(text, parts) {
			c.clause(clause, seen)
		}
	}
}

func (c *Counter) clause(text string, seen map[string]bool) {
	for run := range runs(words.Split(text)) {
		for gram := range grams(run) {
			key := joined(gram)
			if seen[key] {
				continue
			}
			if _, ok := c.only[key]; ok || c.only == nil {
				seen[key] = true
				c.said[key]++
			}
		}
	}
}

// parts tells whether a character ends a clause, which no phrase crosses.
func parts(r rune) bool { return unicode.IsPunct(r) && !strings.ContainsRune("'’‘-", r) }

// Said are the phrases that are said more often now than before, the most
// surprising first. Without anything before there is nothing to compare with.
func Said(now, before *Counter) (told []Phrase) {
	if now.persons == 0 || before.persons == 0 {
		return nil
	}
	var all []Phrase
	for text, n := range now.said {
		was := before.said[text]
		p := Phrase{Text: text, Persons: n, Share: float64(n) / float64(now.persons), Was: float64(was) / float64(before.persons)}
		if n < LeastPersons || p.Share <= p.Was {
			continue
		}
		if p.Score = g2(n, now.persons, was, before.persons); p.Score < LeastScore {
			continue
		}
		p.tokens = words.Split(text)
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Phrase) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(len(b.tokens), len(a.tokens)), cmp.Compare(a.Text, b.Text))
	})
	for _, p := range all {
		if len(told) < Most && !slices.ContainsFunc(told, p.partOf) {
			told = append(told, p)
		}
	}
	return told
}

// g2 is the log-likelihood ratio of a of n against b of m having one rate.
func g2(a, n, b, m int) float64 {
	all := float64(a+b) / float64(n+m)
	part := func(k, of int, rate float64) float64 {
		if k == 0 {
			return 0
		}
		return float64(k) * math.Log(float64(k)/(float64(of)*rate))
	}
	return 2 * (part(a, n, all) + part(n-a, n, 1-all) + part(b, m, all) + part(m-b, m, 1-all))
}

// partOf tells whether p is as good as told by another phrase: most of the shorter
// one stands in the other, and hardly more persons say p.
func (p Phrase) partOf(told Phrase) bool {
	shared := 0
	for i := range p.tokens {
		for j := range told.tokens {
			k := 0
			for i+k < len(p.tokens) && j+k < len(told.tokens) && p.tokens[i+k] == told.tokens[j+k] {
				k++
			}
			shared = max(shared, k)
		}
	}
	least := min(len(p.tokens), len(told.tokens))
	return shared > 0 && 2*shared >= least && float64(p.Persons) < 1.5*float64(told.Persons)
}

// joined is how tokens are written: Han characters side by side.
func joined(tokens []string) string {
	if isHan(tokens[0]) {
		return strings.Join(tokens, "")
	}
	return strings.Join(tokens, " ")
}
