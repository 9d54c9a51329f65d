package intent

import (
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
)

const closedScript = `script: closed
version: 1
language: en
intents:
  price: {examples: [how much is it, what does it cost, is there a discount, what's the price for members]}
  moved: {examples: [we moved house, I live somewhere else now, my address is different]}
nodes:
  ask:
    stage: opening
    say: Would you like to keep your appointment?
    go: {affirm: bye, deny: bye, hesitate: bye, price: bye, moved: bye}
  name:
    stage: opening
    ask: reason
    go: {filled: bye, deny: bye}
  bye: {stage: close, say: Goodbye., end: true}
slots:
  reason: {type: text}
`

func closedDetector(t *testing.T) *Detector {
	t.Helper()
	s, err := dialog.Load(strings.NewReader(closedScript), "closed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Strangers' ways to say yes and no, which no rule knows.
func TestLearnedAnswers(t *testing.T) {
	d := closedDetector(t)
	open := []string{dialog.IntentAffirm, dialog.IntentDeny, dialog.IntentHesitate, "price", "moved"}
	for text, want := range map[string]string{
		"I have to cancel":                     dialog.IntentDeny, // it has been read as "I have"
		"pencil us in please":                  dialog.IntentAffirm,
		"you're wasting your breath":           dialog.IntentDeny,
		"my husband has to decide that":        dialog.IntentHesitate,
		"把我也算进去":                               dialog.IntentAffirm,
		"我这会儿正开着会":                             dialog.IntentDeny,
		"得回家问问我太太的意思":                          dialog.IntentHesitate,
		"how much is it":                       "price",
		"we moved house last year":             "moved", // a denial to a stranger, but the author's own intent
		"what are your opening hours tomorrow": "",
	} {
		in, err := d.Understand(t.Context(), dialog.Query{Text: text, Language: "en", Intents: open})
		if err != nil || in.Name != want {
			t.Errorf("%q: %q (%s), want %q; %v", text, in.Name, in.Why, want, err)
		}
	}
}

func TestLearnedAnswersLeaveValuesAlone(t *testing.T) {
	d := closedDetector(t)
	q := dialog.Query{Text: "it's still broken", Language: "en", Intents: []string{dialog.IntentFilled, dialog.IntentDeny}, Want: &dialog.Want{Slot: "reason", Type: "text"}}
	if in, err := d.Understand(t.Context(), q); err != nil || in.Name != dialog.IntentFilled {
		t.Errorf("%+v, %v", in, err)
	}
}

// A learned yes that is not sure is asked back; a no does no harm.
func TestUnsureYesIsADoubt(t *testing.T) {
	d := closedDetector(t)
	open := []string{dialog.IntentAffirm, dialog.IntentDeny}
	doubts := 0
	for _, text := range []string{"that'd suit everyone here", "stick me on it", "smashing stuff", "reckon that's the ticket", "grand job", "yeppity", "sweet as", "fab", "sort me out with one", "bring it round"} {
		in, err := d.Understand(t.Context(), dialog.Query{Text: text, Language: "en", Intents: open})
		if err != nil {
			t.Fatal(err)
		}
		learned := strings.HasPrefix(in.Why, "learned: 0.4") || strings.HasPrefix(in.Why, "learned: 0.5")
		if in.Name == dialog.IntentAffirm && learned {
			doubts++
			if !in.Doubt {
				t.Errorf("%q: %+v is no doubt", text, in)
			}
		}
		t.Logf("%q: %+v", text, in)
	}
	if doubts == 0 {
		t.Error("no yes of these is unsure: the test looks at nothing")
	}
}
