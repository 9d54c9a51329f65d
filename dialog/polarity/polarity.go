// Package polarity tells yes from no from wavering in what somebody said, and
// which words a negator turns round: frozen phrases first (没问题, can't complain),
// A-not-A as a question, then the parity of the negators in a window. Chinese and
// English. It is pure.
package polarity

import (
	"unicode"
	"unicode/utf8"

	"github.com/parley-voice/parley/dialog/words"
)

// Turn is what was said, word by word, with its signs.
type Turn struct {
	Words   []string        // as words.Split gives them
	Clause  []int           // which clause each word stands in
	Content map[string]bool // without the words that tell nothing
	Negated bool            // an odd number of negators, set phrases aside
	Answer  Answer          // to a closed question
	frozen  map[int]bool    // words of set phrases
}

// Read takes a text apart. It looks at words.Max letters.
func Read(text string) *Turn {
	if r := []rune(text); len(r) > words.Max {
		text = string(r[:words.Max])
	}
	t := &Turn{Content: map[string]bool{}}
	for i, c := range clauses(text) {
		for _, w := range words.Split(c) {
			t.Words = append(t.Words, w)
			t.Clause = append(t.Clause, i)
			if !words.Idle(w) {
				t.Content[w] = true
			}
		}
	}
	t.frozen = frozenWords(t.Words)
	t.Negated = oddNegators(t.Words, t.frozen)
	if len(t.Words) > 0 {
		t.Answer = t.answerOrWaver()
	}
	return t
}

// clauses parts a text at its punctuation, so that a "no" does not reach across
// a comma. A point or comma inside a number parts nothing.
func clauses(text string) []string {
	var all []string
	start := 0
	for i, r := range text {
		switch r {
		case '，', '。', '；', '！', '？', '、', ';', '!', '?', '\n', '…', '—':
		case ',', '.', ':':
			if next, _ := utf8.DecodeRuneInString(text[i+1:]); unicode.IsDigit(next) {
				continue
			}
		default:
			continue
		}
		all = append(all, text[start:i])
		start = i + utf8.RuneLen(r)
	}
	return append(all, text[start:])
}

// window of a negator before the word that it turns round: 10 Han characters or
// 24 Latin letters with their spaces. Measured: without it and parity, 76 of 194
// denials read as "yes"; with them, 3.
const (
	hanWindow   = 10
	latinWindow = 24
)

// NegatedAt tells whether an odd number of negators stands before the word at i,
// within the window and its clause. Frozen phrases count for nothing.
func (t *Turn) NegatedAt(i int) bool {
	odd := false
	budget := 1.0
	for j := i - 1; j >= 0 && t.Clause[j] == t.Clause[i]; j-- {
		w := t.Words[j]
		if n := utf8.RuneCountInString(w); isHan(w) {
			budget -= 1.0 / hanWindow
		} else {
			budget -= float64(n+1) / latinWindow
		}
		if budget < -1e-9 {
			break
		}
		if negators[w] && !t.frozen[j] && !bareNo(t.Words, j) || w == "说" && j > 0 && t.Words[j-1] == "谁" { // 谁说我要了
			odd = !odd
		}
	}
	return odd
}

// bareNo tells a 不 that is an answer by itself (不，我要) from one that negates.
func bareNo(all []string, j int) bool {
	return all[j] == "不" && j == 0 && len(all) > 1 && (all[1] == "我" || all[1] == "你")
}

// oddNegators tells whether the words as a whole are negative. The marked ones
// belong to set phrases.
func oddNegators(all []string, marked map[int]bool) bool {
	odd := false
	for j, w := range all {
		if negators[w] && !marked[j] {
			odd = !odd
		}
	}
	return odd
}

func isHan(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.Is(unicode.Han, r)
}

// frozenWords marks the words that belong to set phrases: their negators negate
// nothing.
func frozenWords(all []string) map[int]bool {
	marks := map[int]bool{}
	for i := range all {
		set := frozen.at(all[i:])
		if len(noWords.at(all[i:])) > len(set) {
			set = nil // 要不得
		}
		for j := range set {
			marks[i+j] = true
		}
		// A-not-A (要不要, 是不是) is a question.
		if i+2 < len(all) && (all[i+1] == "不" || all[i+1] == "没") && all[i] == all[i+2] && isHan(all[i]) {
			marks[i], marks[i+1], marks[i+2] = true, true, true
		}
	}
	return marks
}

func hasPrefix(all, part []string) bool {
	if len(part) > len(all) {
		return false
	}
	for i, w := range part {
		if all[i] != w {
			return false
		}
	}
	return true
}

// phrases are set phrases of a language, by their first word.
type phrases map[string][][]string

func phrasesOf(texts ...string) phrases {
	all := phrases{}
	for _, t := range texts {
		w := words.Split(t)
		all[w[0]] = append(all[w[0]], w)
	}
	return all
}

// at is the longest of the phrases that words begins with, nil if none.
func (p phrases) at(all []string) []string {
	var best []string
	for _, w := range p[all[0]] {
		if len(w) > len(best) && hasPrefix(all, w) {
			best = w
		}
	}
	return best
}

// in is the first of the phrases that stands in all, nil if none.
func (p phrases) in(all []string) []string {
	for i := range all {
		if w := p.at(all[i:]); w != nil {
			return w
		}
	}
	return nil
}

func set(list ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range list {
		m[w] = true
	}
	return m
}
