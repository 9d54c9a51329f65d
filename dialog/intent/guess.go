package intent

import (
	"fmt"
	"strings"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent/classify"
	"github.com/parley-voice/parley/dialog/pinyin"
	"github.com/parley-voice/parley/dialog/words"
)

// guess asks the classifier, about what follows a yes or no that stands by
// itself. What is likelier to be another node's intent, or has nothing but empty
// words in common with the script's, falls back. Measured (CLINC150, five of
// fifteen intents named, 5 examples each): of turns that mean the other ten, 4 %
// are accepted instead of 19, of those out of scope 6 % instead of 11, and of the
// right answers 90 % instead of 92.
func (d *Detector) guess(t *turn, open []string) classify.Result {
	if len(open) == 0 {
		return classify.Result{}
	}
	if rest, ok := t.afterAnswer(); ok {
		t = newTurn(rest)
	}
	g := d.model.Classify(t.normal, open...)
	if g.Rival != "" || g.Confidence < beyondDoubt && !polar[g.Intent] && !shares(t, d.subjects[g.Intent]) {
		g.Band = classify.Fallback
	}
	return g
}

// beyondDoubt is the confidence that needs no telling word ("how are you").
const beyondDoubt = 0.9

// subjects are the telling words of each intent's lessons and name, by their
// stems and their sounds.
func subjects(all []classify.Example) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, e := range all {
		if out[e.Intent] == nil {
			out[e.Intent] = map[string]bool{}
			about(words.Split(e.Intent), out[e.Intent])
		}
		about(words.Split(e.Text), out[e.Intent])
	}
	return out
}

// about adds what words are about: the stems of telling words, and the syllables
// of Chinese ones.
func about(all []string, to map[string]bool) {
	for i, sound := range pinyin.Sounds(all) {
		if w := all[i]; !words.Idle(w) && !empty[w] {
			to[stem(w)], to[sound] = true, true
		}
	}
}

// stem is the beginning of a longer word: charge and charging are about the same.
func stem(w string) string {
	if len(w) > 4 && !isHan(w) && w[0] < 0x80 {
		return w[:4]
	}
	return w
}

// polar intents are about nothing: their words are empty ones.
var polar = set(dialog.IntentAffirm, dialog.IntentDeny, dialog.IntentHesitate)

func shares(t *turn, subject map[string]bool) bool {
	said := map[string]bool{}
	about(t.words, said)
	for w := range said {
		if subject[w] {
			return true
		}
	}
	return false
}

// settle weighs a yes or no among other words against the classifier's guess. A
// guess that is sure has a subject of its own and comes first, but before a
// refusal only when it is one itself; one in the confirm band is a question back
// to the caller.
func (t *turn) settle(ruled dialog.Intent, g classify.Result) dialog.Intent {
	why := explain(g)
	like := newTurn(g.Why.Example)
	wish, theirs := t.sign(), like.sign()
	if wish != "" && theirs != "" && wish != theirs { // "I am interested" is not like "I am not interested"
		g.Band = classify.Fallback
	}
	learned := ruled.Name == t.polar.name && t.polar.learned > 0
	refused := ruled.Name == dialog.IntentDeny && !learned && !t.answersFirst() && !like.denies()
	in := dialog.Intent{Name: g.Intent, Score: g.Confidence, Why: why}
	switch {
	case g.Band == classify.Accept && !refused:
		in.Doubt = ruled.Name == "" && wish == dialog.IntentDeny && theirs == ""
		return in
	case ruled.Name != "" && !(learned && g.Band == classify.Confirm && g.Confidence > t.polar.learned):
		ruled.Doubt = learned && ruled.Name == dialog.IntentAffirm && t.polar.learned < classify.DefaultBands.Accept
		return ruled
	case g.Band == classify.Confirm:
		in.Doubt = true
		return in
	}
	nothing := "nothing matched " + quote(t.text)
	for _, more := range []string{ruled.Why, why} {
		if more != "" {
			nothing += "; " + more
		}
	}
	return dialog.Intent{Why: nothing}
}

// explain puts the classifier's reasons into one line: what it would say, how
// sure it is, the runner-up, and the evidence.
func explain(g classify.Result) string {
	if g.Intent == "" {
		return ""
	}
	parts := []string{fmt.Sprintf("nearest is %s %.2f", g.Intent, g.Confidence)}
	if g.RunnerUp != "" {
		parts = append(parts, fmt.Sprintf("then %s %.2f", g.RunnerUp, g.RunnerUpAt))
	}
	if g.Rival != "" {
		parts = append(parts, fmt.Sprintf("but likelier %s %.2f, which is not asked here", g.Rival, g.RivalAt))
	}
	if why := g.Why.String(); why != "" {
		parts = append(parts, why)
	}
	return strings.Join(parts, ", ")
}
