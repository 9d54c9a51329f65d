package intent

import (
	"strings"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/words"
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
	if w := find(t.words, waverWords); w != "" {
		return polarity{dialog.IntentHesitate, scorePlain, "wavering: " + quote(w)}
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
	return longestIn(t.words, hanAsking)
}

var asking = set("what", "whats", "how", "hows", "who", "whos", "where", "when", "which", "谁", "哪", "几", "啥")

var hanAsking = splitAll("什么", "怎么", "多少", "为什么")

func longestIn(all []string, list [][]string) bool {
	for i := range all {
		if longest(all[i:], list) != nil {
			return true
		}
	}
	return false
}

// yesFirst tells whether a yes stands before the question.
func (t *turn) yesFirst() bool {
	first := 0
	for first < len(t.words) && t.clause[first] == t.clause[0] {
		first++
	}
	if first == len(t.words) { // no comma to go by: only a word that is a yes wherever it stands
		return !isHan(t.words[0]) && longest(t.words, yesWords) != nil
	}
	head := &turn{words: t.words[:first], clause: t.clause[:first]}
	return !head.asks() && head.answer().name == dialog.IntentAffirm
}

// answer weighs wishes, plain yes and plain no.
func (t *turn) answer() polarity {
	wish := t.wish()
	yes, yesAt := t.standing(yesWords, nil)
	no, noAt := t.standing(noWords, frozenWords(t.words))
	mild, _ := t.standing(mildWords, nil)
	switch {
	case wish.name != "" && (no == "" || wish.name == dialog.IntentDeny || noAt < yesAt):
		return t.plain(wish, no+yes)
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

// wish finds the last word of wish and its sign.
func (t *turn) wish() polarity {
	var p polarity
	frozen := frozenWords(t.words)
	for i := range t.words {
		w := longest(t.words[i:], wishWords)
		if w == nil || frozen[i] {
			continue
		}
		text := show(w)
		p = polarity{name: dialog.IntentAffirm, why: "yes: " + quote(text)}
		if t.negatedAt(i) != (i > 0 && t.words[i-1] == "no") { // "no need", "no interest"
			p = polarity{name: dialog.IntentDeny, why: "no: negated " + quote(text)}
		}
	}
	return p
}

// standing finds the first of the answers that no negator turns round, and
// where. It passes over the marked words.
func (t *turn) standing(list [][]string, marked map[int]bool) (string, int) {
	for i := range t.words {
		w := longest(t.words[i:], list)
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

// longest is the longest of the phrases that all begins with.
func longest(all []string, list [][]string) []string {
	var best []string
	for _, p := range list {
		if len(p) > len(best) && hasPrefix(all, p) {
			best = p
		}
	}
	return best
}

func find(all []string, list [][]string) string {
	for _, p := range list {
		if words.Contains(all, p) {
			return show(p)
		}
	}
	return ""
}

// show joins words as they are written: Han without spaces.
func show(w []string) string {
	if len(w) > 0 && isHan(w[0]) {
		return strings.Join(w, "")
	}
	return strings.Join(w, " ")
}
