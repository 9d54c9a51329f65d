package intent

import (
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/values"
)

// scoreAny is that of words which are taken as they are.
const scoreAny = 0.5

// filled reads the value that the node asks for.
func filled(t *turn, q dialog.Query) dialog.Intent {
	w := q.Want
	if w == nil {
		return dialog.Intent{}
	}
	o := values.Options{Language: q.Language, Now: q.Now, Min: w.Min, Max: w.Max, When: w.When}
	for _, option := range w.Options {
		o.Options = append(o.Options, values.Option{Value: option.Value, Words: option.Words})
	}
	v, ok := values.Read(w.Type, t.text, o)
	if !ok {
		return dialog.Intent{}
	}
	in := dialog.Intent{Name: dialog.IntentFilled, Score: scoreDigits, Why: w.Type + " in the words", Slots: map[string]string{w.Slot: v.Canonical}}
	if w.Type == values.Name || w.Type == values.Text {
		in.Score = scoreAny // whatever means something else comes first
	}
	return in
}
