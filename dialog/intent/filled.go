package intent

import (
	"strings"
	"unicode"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/values"
)

// Scores of values. A small number among other words (我一个都不要) may be none at
// all: whatever else the words say by a rule comes before it, and so does a
// guess that is sure.
const (
	scoreStray = 0.75
	scoreAny   = 0.5 // words that are taken as they are
)

// filled reads the value that the node asks for.
func filled(t *turn, q dialog.Query) dialog.Intent {
	w := q.Want
	if w == nil {
		return dialog.Intent{}
	}
	v, ok := read(t.text, q)
	if !ok {
		return dialog.Intent{}
	}
	in := dialog.Intent{Name: dialog.IntentFilled, Score: scoreDigits, Why: w.Type + " in the words", Slots: map[string]string{w.Slot: v}}
	switch {
	case w.Type == values.Name || w.Type == values.Text:
		in.Score = scoreAny
	case stray(t, w, v):
		in.Score, in.Why = scoreStray, "a small "+w.Type+" among other words"
	}
	return in
}

// read gives the canonical value, of a moment also the day or the hour alone.
func read(text string, q dialog.Query) (string, bool) {
	w := q.Want
	o := values.Options{Language: q.Language, Now: q.Now, Min: w.Min, Max: w.Max, When: w.When}
	for _, option := range w.Options {
		o.Options = append(o.Options, values.Option{Value: option.Value, Words: option.Words})
	}
	v, ok := values.Read(w.Type, text, o)
	if w.Type == values.Phone {
		return v.Canonical, v.Canonical != "" // a part of one: the rest may follow
	}
	if w.Type != values.DateTime {
		return v.Canonical, ok
	}
	if !ok {
		return v.Canonical, v.Canonical != ""
	}
	// An hour alone would be today's; the day may have been said before.
	if _, day := values.Read(values.Date, text, o); !day {
		if hour, ok := values.Read(values.Time, text, o); ok && strings.HasSuffix(v.Canonical, "T"+hour.Canonical) {
			return hour.Canonical, true
		}
	}
	return v.Canonical, true
}

// stray tells whether a value is no more than one or two digits, in a refusal or
// among words that are about something else.
func stray(t *turn, w *dialog.Want, canonical string) bool {
	if w.Type != values.Digits && w.Type != values.Number && w.Type != values.Phone {
		return false
	}
	digits := 0
	for _, r := range canonical {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if digits > 2 || w.Min == digits {
		return false
	}
	if t.denies() && !t.answersFirst() { // 不，两个 is two
		return true
	}
	others := 0
	for word := range t.signs.Content {
		if _, number := values.Read(values.Number, word, values.Options{}); !number {
			others++
		}
	}
	return others > 2
}
