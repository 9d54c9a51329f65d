package polarity

import (
	"fmt"
	"strings"

	"github.com/parley-voice/parley/dialog/words"
)

// Sense is what an answer says.
type Sense uint8

// The senses of an answer.
const (
	None Sense = iota // it says neither
	Yes
	No
	Wavering
)

func (s Sense) String() string { return [...]string{"-", "yes", "no", "wavering"}[s] }

// Answer is yes, no or wavering, and what said so.
type Answer struct {
	Sense Sense
	Alone bool // and hardly a word more; else it stands among others, or is a wish (I want it)
	Faint bool // nothing but a negator, a mild word or one of many meanings says so
	Asked bool // it is a question of the caller's, or about the line: no answer, by the rules' own word
	Why   string
}

// answerOrWaver reads an answer to a closed question: wavering first, then wishes
// with the parity of their negators, then plain yes and no. A question of the
// caller's (要不要, 是不是) is no answer.
func (t *Turn) answerOrWaver() Answer {
	if w := waverWords.in(t.Words); w != nil && again.in(t.Words) == nil {
		return Answer{Sense: Wavering, Alone: true, Why: "wavering: " + quote(show(w))}
	}
	if w := t.condition(); w != "" {
		return Answer{Sense: Wavering, Why: "on a condition: " + quote(w)}
	}
	if t.onlyQuestion() || unheard.in(t.Words) != nil {
		return Answer{Asked: true}
	}
	p := t.answer()
	if p.Sense != No && t.asks() && !t.yesFirst() {
		return Answer{Asked: true} // "is it?", 可以便宜点吗: a question, not a yes
	}
	if p.Sense == Yes {
		if tail := t.contrast(); tail != nil && tail.answer().Sense == No {
			p = tail.answer()
			p.Alone, p.Why = false, p.Why+" after a contrast"
		} else if tail != nil && tail.Negated {
			p.Faint = true
		}
	}
	return p
}

// condition finds a condition that an answer hangs on, 要是便宜就要, "" when there is
// none. 方便的话 is only polite.
func (t *Turn) condition() string {
	for i := range t.Words {
		w := conditions.at(t.Words[i:])
		if w == nil || courtesy.in(t.Words[i:]) != nil {
			continue
		}
		for _, after := range t.Words[i+len(w):] {
			if after == "就" || after == "才" {
				return show(w)
			}
		}
	}
	return ""
}

// contrast is what follows the last "but", nil when nothing does.
func (t *Turn) contrast() *Turn {
	for i := len(t.Words) - 2; i > 0; i-- {
		if w := contrasts.at(t.Words[i:]); w != nil && i+len(w) < len(t.Words) {
			i += len(w)
			tail := &Turn{Words: t.Words[i:], Clause: t.Clause[i:], frozen: frozenWords(t.Words[i:])}
			tail.Negated = oddNegators(tail.Words, tail.frozen)
			return tail
		}
	}
	return nil
}

// asks tells whether the words hold a question.
func (t *Turn) asks() bool {
	if len(t.Words) > 2 && asked[t.Words[0]] && pronouns[t.Words[1]] {
		return true // is it good
	}
	for i, w := range t.Words {
		if asking[w] || (w == "吗" || w == "呢") && i == len(t.Words)-1 {
			return true
		}
	}
	if last := len(t.Words) - 1; last > 1 && t.Words[last] == "不" && isHan(t.Words[last-1]) && !firm[t.Words[last-1]] {
		return true // 要收费不
	}
	for i, either := 0, false; i < len(t.Words); i++ {
		if t.Words[i] != "是" {
			continue
		}
		if i == 0 || t.Words[i-1] != "还" {
			either = true
		} else if either {
			return true // 是今天还是明天
		}
	}
	for i := range t.Words {
		if hanAsking.at(t.Words[i:]) != nil && !t.frozen[i] {
			return true
		}
	}
	return false
}

// firm words before a last 不 make it a no: 绝不, 我不不.
var firm = set("绝", "才", "就", "偏", "也", "可", "都", "不", "从", "毫")

var asking = set("what", "whats", "how", "hows", "who", "whos", "where", "when", "which", "谁", "哪", "几", "啥")

var hanAsking = phrasesOf("什么", "怎么", "多少", "为什么", "多长", "多久", "多大", "几点", "几天", "哪里", "怎样", "为何")

// yesFirst tells whether a yes stands before the question.
func (t *Turn) yesFirst() bool {
	first := 0
	for first < len(t.Words) && t.Clause[first] == t.Clause[0] {
		first++
	}
	if first == len(t.Words) { // no comma to go by: only a word that is a yes wherever it stands
		return !isHan(t.Words[0]) && yesWords.at(t.Words) != nil
	}
	head := &Turn{Words: t.Words[:first], Clause: t.Clause[:first], frozen: frozenWords(t.Words[:first])}
	return !head.asks() && head.answer().Sense == Yes
}

// answer weighs wishes, plain yes and plain no.
func (t *Turn) answer() Answer {
	wish, wishAt := t.wish()
	yes, yesAt := t.standing(yesWords, nil, 0)
	if short, at := t.ending(beginnings); yes == "" && short != "" {
		yes, yesAt = short, at
	}
	no, noAt := t.standing(noWords, t.frozen, 0)
	mild, _ := t.standing(mildWords, nil, 0)
	refused, _ := t.standing(noWords, t.frozen, wishAt) // "I want it, but I have no time"
	switch {
	case wish.Sense == No, wish.Sense != None && refused == "" && (no == "" || noAt < yesAt):
		wish.Faint = t.slight(wishAt, wishWords)
		if wish.Sense == Yes && yes != "" { // 可以 is a wish and a yes
			return t.plain(wish, yes)
		}
		return wish
	case no != "" && (yes == "" || noAt <= yesAt || len(no) > len("no")):
		return t.plain(Answer{Sense: No, Why: "no: " + quote(no)}, no)
	case yes != "":
		return t.plain(Answer{Sense: Yes, Faint: t.slight(yesAt, yesWords), Why: "yes: " + quote(yes)}, yes)
	case t.Negated:
		short, _ := t.ending(refusals)
		return t.plain(Answer{Sense: No, Faint: short == "", Why: "negated"}, "")
	case mild != "":
		return t.plain(Answer{Sense: Yes, Faint: true, Why: "yes: " + quote(mild)}, mild)
	}
	return Answer{}
}

// Wish is the sense of the last word of wish (want, 需要) in the words.
func (t *Turn) Wish() Sense {
	p, _ := t.wish()
	return p.Sense
}

// wish finds the last word of wish, its sign, and where it stands.
func (t *Turn) wish() (p Answer, at int) {
	for i := range t.Words {
		w := wishWords.at(t.Words[i:])
		if w == nil || t.frozen[i] {
			continue
		}
		text := show(w)
		at = i
		p = Answer{Sense: Yes, Why: "yes: " + quote(text)}
		if t.NegatedAt(i) != (i > 0 && t.Words[i-1] == "no") { // "no need", "no interest"
			p = Answer{Sense: No, Why: "no: negated " + quote(text)}
		}
	}
	return p, at
}

// standing finds the first of the answers, from a word on, that no negator turns
// round, and where. It passes over the marked words.
func (t *Turn) standing(list phrases, marked map[int]bool, from int) (string, int) {
	for i := from; i < len(t.Words); i++ {
		w := list.at(t.Words[i:])
		denied := w != nil && i+len(w) < len(t.Words) && t.Words[i+len(w)] == "not" // I did not
		if len(w) == 1 && w[0] == "得" && i > 0 && t.Clause[i-1] == t.Clause[i] {
			continue // 好得很, 这得问他: only at the head is it a yes
		}
		if w != nil && !denied && !marked[i] && !marked[i+len(w)-1] && !t.NegatedAt(i) {
			return show(w), i
		}
	}
	return "", len(t.Words)
}

// slight tells whether the word at i has many meanings, a single character, a
// verb of wishing or an adverb, and its clause goes on about something: 得问我爸妈, "I want my
// money back".
func (t *Turn) slight(i int, list phrases) bool {
	w := list.at(t.Words[i:])
	if len(w) != 1 || !isHan(w[0]) && !vague[w[0]] {
		return false
	}
	others, turns := 0, 0
	for j, word := range t.Words {
		if negators[word] && t.Clause[j] == t.Clause[i] {
			turns++
		}
		if j != i && t.Clause[j] == t.Clause[i] && !words.Idle(word) && !polite[word] && !negators[word] && (isHan(word) || j > i) {
			others++
		}
	}
	return others > 0 && turns < 2 // 不得不要: parity is surer
}

var vague = set("want", "need", "like", "definitely", "absolutely", "certainly", "totally", "obviously")

// ending finds the first of the words that a clause ends with, politeness aside.
func (t *Turn) ending(list phrases) (string, int) {
	for i := range t.Words {
		w := list.at(t.Words[i:])
		end := i + len(w)
		for w != nil && end < len(t.Words) && t.Clause[end] == t.Clause[i] && polite[t.Words[end]] && t.Words[end] != "no" {
			end++
		}
		if w != nil && (end == len(t.Words) || t.Clause[end] != t.Clause[i]) && !t.NegatedAt(i) {
			return show(w), i
		}
	}
	return "", len(t.Words)
}

// plain scores an answer by how much of the words it is.
func (t *Turn) plain(p Answer, said string) Answer {
	other := 0
	for w := range t.Content {
		if !strings.Contains(said, w) && !polite[w] && !negators[w] {
			other++
		}
	}
	p.Alone = other <= 1
	return p
}

// polite words add nothing to an answer.
var polite = set("thanks", "thank", "very", "much", "really", "all", "right", "fine", "good", "sounds", "go", "ahead", "yes", "yeah",
	"sure", "no", "谢", "好", "行", "可", "以", "对", "要", "需", "用", "想", "太", "真", "先")

// onlyQuestion tells whether the words are an A-not-A question and no more.
func (t *Turn) onlyQuestion() bool {
	if len(t.Words) > 12 {
		return false
	}
	for i := 0; i+2 < len(t.Words); i++ {
		if t.Words[i+1] == "不" && t.Words[i] == t.Words[i+2] && isHan(t.Words[i]) && !repeatsNo(t.Words, i) {
			return true
		}
	}
	return false
}

// repeatsNo tells 不不不 and 不要不要 from 对不对.
func repeatsNo(all []string, i int) bool {
	return all[i] == "不" || i > 0 && all[i-1] == "不" // 不要不要
}

// show joins words as they are written: Han without spaces.
func show(w []string) string {
	if len(w) > 0 && isHan(w[0]) {
		return strings.Join(w, "")
	}
	return strings.Join(w, " ")
}

func quote(s string) string { return fmt.Sprintf("%q", s) }
