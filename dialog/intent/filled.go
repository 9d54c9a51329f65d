package intent

import (
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/words"
)

// scoreAny is that of words which are taken as they are.
const scoreAny = 0.5

// filled reads the value that the node asks for.
func filled(t *turn, q dialog.Query) dialog.Intent {
	if q.Want == nil {
		return dialog.Intent{}
	}
	value, why, score := "", "", scoreDigits
	switch q.Want.Type {
	case "digits":
		value, why = spokenDigits(t.words, q.Language), "digits in the words"
	case "choice":
		value, why = option(t, q.Want.Options)
	case "name", "text":
		value, why, score = q.Text, "the words themselves", scoreAny // whatever means something else comes first
	}
	if value == "" {
		return dialog.Intent{}
	}
	return dialog.Intent{Name: dialog.IntentFilled, Score: score, Why: why, Slots: map[string]string{q.Want.Slot: value}}
}

// option is the one whose words were said; the longest words win.
func option(t *turn, all []dialog.Option) (value, why string) {
	best := 0
	for _, o := range all {
		for _, text := range append([]string{o.Value}, o.Words...) {
			w := words.Split(text)
			if at := words.Index(t.words, w); at >= 0 && len(w) > best && !t.negatedAt(at) {
				best, value, why = len(w), o.Value, "option "+quote(text)
			}
		}
	}
	return value, why
}
