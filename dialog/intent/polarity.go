package intent

import (
	"strings"

	"github.com/parley-voice/parley/dialog"
)

// polarity is yes, no or wavering, and what said so.
type polarity struct {
	name  string
	score float64
	why   string
}

// polarity reads an answer to a closed question: wavering first, then wishes
// with the parity of their negators, then plain yes and no. A question of the
// caller's (要不要, 是不是) is no answer.
func (t *turn) polarity() polarity {
	if w := waverWords.in(t.words); w != nil {
		return polarity{dialog.IntentHesitate, scorePlain, "wavering: " + quote(show(w))}
	}
	if t.onlyQuestion() {
		return polarity{}
	}
	p := t.answer()
	if p.name == dialog.IntentAffirm && t.asks() && !t.yesFirst() {
		return polarity{} // "is it?", 可以便宜点吗: a question, not a yes
	}
	return p
}

// asks tells whether the words hold a question.
func (t *turn) asks() bool {
	for i, w := range t.words {
		if asking[w] || (w == "吗" || w == "呢") && i == len(t.words)-1 {
			return true
		}
	}
	return hanAsking.in(t.words) != nil
}

var asking = set("what", "whats", "how", "hows", "who", "whos", "where", "when", "which", "谁", "哪", "几", "啥")

var hanAsking = phrasesOf("什么", "怎么", "多少", "为什么")

// yesFirst tells whether a yes stands before the question.
func (t *turn) yesFirst() bool {
	first := 0
	for first < len(t.words) && t.clause[first] == t.clause[0] {
		first++
	}
	if first == len(t.words) { // no comma to go by: only a word that is a yes wherever it stands
		return !isHan(t.words[0]) && yesWords.at(t.words) != nil
	}
	head := &turn{words: t.words[:first], clause: t.clause[:first], frozen: frozenWords(t.words[:first])}
	return !head.asks() && head.answer().name == dialog.IntentAffirm
}

// answer weighs wishes, plain yes and plain no.
func (t *turn) answer() polarity {
	wish, wishAt := t.wish()
	yes, yesAt := t.standing(yesWords, nil, 0)
	no, noAt := t.standing(noWords, t.frozen, 0)
	mild, _ := t.standing(mildWords, nil, 0)
	refused, _ := t.standing(noWords, t.frozen, wishAt) // "I want it, but I have no time"
	switch {
	case wish.name == dialog.IntentDeny, wish.name != "" && refused == "" && (no == "" || noAt < yesAt):
		wish.score = scoreAmong
		if wish.name == dialog.IntentAffirm && yes != "" { // 可以 is a wish and a yes
			return t.plain(wish, yes)
		}
		return wish
	case no != "" && (yes == "" || noAt <= yesAt || len(no) > len("no")):
		return t.plain(polarity{name: dialog.IntentDeny, why: "no: " + quote(no)}, no)
	case yes != "":
		return t.plain(polarity{name: dialog.IntentAffirm, why: "yes: " + quote(yes)}, yes)
	case t.negated:
		return t.plain(polarity{name: dialog.IntentDeny, why: "negated"}, "")
	case mild != "":
		return t.plain(polarity{name: dialog.IntentAffirm, why: "yes: " + quote(mild)}, mild)
	}
	return polarity{}
}

// wish finds the last word of wish, its sign, and where it stands.
func (t *turn) wish() (p polarity, at int) {
	for i := range t.words {
		w := wishWords.at(t.words[i:])
		if w == nil || t.frozen[i] {
			continue
		}
		text := show(w)
		at = i
		p = polarity{name: dialog.IntentAffirm, why: "yes: " + quote(text)}
		if t.negatedAt(i) != (i > 0 && t.words[i-1] == "no") { // "no need", "no interest"
			p = polarity{name: dialog.IntentDeny, why: "no: negated " + quote(text)}
		}
	}
	return p, at
}

// standing finds the first of the answers, from a word on, that no negator turns
// round, and where. It passes over the marked words.
func (t *turn) standing(list phrases, marked map[int]bool, from int) (string, int) {
	for i := from; i < len(t.words); i++ {
		w := list.at(t.words[i:])
		if w != nil && !marked[i] && !marked[i+len(w)-1] && !t.negatedAt(i) {
			return show(w), i
		}
	}
	return "", len(t.words)
}

// plain scores an answer by how much of the words it is.
func (t *turn) plain(p polarity, said string) polarity {
	p.score = scoreAmong
	other := 0
	for w := range t.content {
		if !strings.Contains(said, w) && !polite[w] && !negators[w] {
			other++
		}
	}
	if other <= 1 {
		p.score = scorePlain
	}
	return p
}

// polite words add nothing to an answer.
var polite = set("thanks", "thank", "very", "much", "really", "all", "right", "fine", "good", "sounds", "go", "ahead", "yes", "yeah",
	"sure", "no", "谢", "好", "行", "可", "以", "对", "要", "需", "用", "想", "太", "真", "先")

// onlyQuestion tells whether the words are an A-not-A question and no more.
func (t *turn) onlyQuestion() bool {
	if len(t.words) > 12 {
		return false
	}
	for i := 0; i+2 < len(t.words); i++ {
		if t.words[i+1] == "不" && t.words[i] == t.words[i+2] && isHan(t.words[i]) && !repeatsNo(t.words, i) {
			return true
		}
	}
	return false
}

// repeatsNo tells 不不不 and 对不对 apart.
func repeatsNo(all []string, i int) bool { return all[i] == "不" }

// show joins words as they are written: Han without spaces.
func show(w []string) string {
	if len(w) > 0 && isHan(w[0]) {
		return strings.Join(w, "")
	}
	return strings.Join(w, " ")
}
