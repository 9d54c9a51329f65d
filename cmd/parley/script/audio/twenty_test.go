package audio

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/transcript"
)

// turns is a script that asks twenty times, and a test that answers each
// question and names the node that must come next. Whatever is misunderstood
// leads elsewhere.
func turns() (script, test string) {
	var s, t strings.Builder
	s.WriteString("script: twenty\nlanguage: en-US\ndefaults: {turns: {limit: 40, then: lost}}\n" +
		"intents:\n  price: {examples: [how much is it, what does it cost], keywords: [price]}\n" +
		"  delivery: {examples: [when will it arrive, is delivery free], keywords: [delivery]}\n" +
		"slots: {tail: {type: digits, length: 4}}\nnodes:\n")
	t.WriteString("test: twenty turns\nscript: twenty\nsteps:\n")
	for i := 1; i <= 20; i++ {
		next := fmt.Sprintf("q%d", i+1)
		if i == 20 {
			next = "bye"
		}
		stage, ask, answer := "need", "go: {affirm: "+next+", deny: lost, else: lost}", "Yes, please."
		if i == 1 {
			stage = "opening"
		}
		switch i % 5 {
		case 2:
			ask, answer = "go: {deny: "+next+", affirm: lost, else: lost}", "No, thank you."
		case 3:
			ask, answer = "go: {price: "+next+", delivery: lost, affirm: lost, deny: lost}", "How much is it?"
		case 4:
			ask, answer = "go: {delivery: "+next+", price: lost, affirm: lost, deny: lost}", "When will it arrive?"
		case 0:
			ask, answer = "ask: tail, go: "+next, "Four, seven, one, two."
		}
		fmt.Fprintf(&s, "  q%d: {stage: %s, say: Question %d., %s}\n", i, stage, i, ask)
		fmt.Fprintf(&t, "  - bot: q%d\n  - caller: %q\n", i, answer)
	}
	s.WriteString("  lost: {stage: close, say: I am lost., outcome: lost, end: true}\n" +
		"  bye: {stage: close, say: Goodbye., outcome: done, end: true}\n")
	t.WriteString("  - bot: bye\n  - expect: {outcome: done}\n")
	return s.String(), t.String()
}

// TestTwentyTurns holds the same conversation as text and by telephone: it comes
// to the same nodes.
func TestTwentyTurns(t *testing.T) {
	t.Parallel()
	text, steps := turns()
	file := filepath.Join(t.TempDir(), "twenty.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := dialog.LoadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tests, err := transcript.Load(strings.NewReader(steps), "twenty.test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	detector, err := intent.New(s)
	if err != nil {
		t.Fatal(err)
	}
	written, err := transcript.Run(t.Context(), s, detector, tests[0])
	if err != nil || len(written.Failures) > 0 {
		t.Fatalf("as text: %v %q", err, written.Failures)
	}
	stage, err := Open(t.Context(), config.Default().Speech, file, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	}()
	spoken, err := stage.Play(t.Context(), tests[0])
	if err != nil || len(spoken.Failures) > 0 {
		t.Errorf("by telephone: %v %q\n%v", err, spoken.Failures, spoken.Entries)
	}
}
