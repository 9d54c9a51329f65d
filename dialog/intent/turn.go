package intent

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent/answers"
	"github.com/parley-voice/parley/dialog/phrase"
	"github.com/parley-voice/parley/dialog/pinyin"
	"github.com/parley-voice/parley/dialog/polarity"
	"github.com/parley-voice/parley/dialog/words"
)

// turn is what was said, prepared for every rule at once.
type turn struct {
	text   string
	words  []string
	sound  []string // how they sound, once asked for
	normal string
	signs  *polarity.Turn
	polar  answer
}

// answer is yes, no or wavering, as one of the machine's intents.
type answer struct {
	name    string
	score   float64
	why     string
	learned float64 // the probability that it is right, where rules alone do not say it
}

// learn reads the answer once more, with what was learned from how people say yes
// and no.
func (t *turn) learn() {
	a := answers.Read(t.signs)
	switch {
	case !a.Learned:
	case a.Sense == polarity.None:
		t.polar = answer{}
	default:
		t.polar = answer{name: intentOf[a.Sense], score: scoreLearned, why: a.Why, learned: a.Confidence}
	}
}

func newTurn(text string) *turn {
	said := polarity.Read(text)
	t := &turn{text: text, words: said.Words, normal: strings.Join(said.Words, " "), signs: said}
	if r := []rune(text); len(r) > words.Max {
		t.text = string(r[:words.Max])
	}
	if a := said.Answer; a.Sense != polarity.None {
		t.polar = answer{name: intentOf[a.Sense], score: scoreAmong, why: a.Why}
		if a.Alone {
			t.polar.score = scorePlain
		}
	}
	return t
}

var intentOf = map[polarity.Sense]string{polarity.Yes: dialog.IntentAffirm, polarity.No: dialog.IntentDeny, polarity.Wavering: dialog.IntentHesitate}

// sounds are the words as they sound. A turn belongs to one goroutine.
func (t *turn) sounds() []string {
	if t.sound == nil {
		t.sound = pinyin.Sounds(t.words)
	}
	return t.sound
}

// where tells the words that matched and which of the turn's they are.
func (t *turn) where(at phrase.Span) string {
	said := quote(show(t.words[at.From:at.To]))
	if at.To-at.From == len(t.words) {
		return ""
	}
	return fmt.Sprintf(" in %s at word %d", said, at.From+1)
}

// afterAnswer is what follows when the first clause is a yes or no by itself.
func (t *turn) afterAnswer() (string, bool) {
	first := 0
	for first < len(t.words) && t.signs.Clause[first] == t.signs.Clause[0] {
		first++
	}
	if first == len(t.words) {
		return "", false
	}
	head := newTurn(strings.Join(t.words[:first], " "))
	if head.polar.score != scorePlain || head.polar.name == dialog.IntentHesitate {
		return "", false
	}
	return strings.Join(t.words[first:], " "), true
}

// answersFirst tells whether a yes or no by itself comes first and what follows
// refuses nothing.
func (t *turn) answersFirst() bool {
	rest, ok := t.afterAnswer()
	return ok && newTurn(rest).sign() != dialog.IntentDeny
}

// sign is affirm when the words hold a wish, deny when it is negated, else "".
func (t *turn) sign() string { return intentOf[t.signs.Wish()] }

// denies tells whether the words say no.
func (t *turn) denies() bool { return t.polar.name == dialog.IntentDeny }

func isHan(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.Is(unicode.Han, r)
}

// show joins words as they are written: Han without spaces.
func show(w []string) string {
	if len(w) > 0 && isHan(w[0]) {
		return strings.Join(w, "")
	}
	return strings.Join(w, " ")
}

func set(list ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range list {
		m[w] = true
	}
	return m
}
