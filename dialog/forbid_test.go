package dialog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const housed = `script: x
needs: {offer: {}}
nodes:
  hello: {stage: opening, say: [{text: "We have {{offer}}.", fallback: We have an offer.}, Unbeatable prices.], go: write}
  write: {stage: need, say: One moment., llm: {goal: Sell., sentences: 2, fallback: Our shop is open.}, go: bye}
  bye: {stage: close, say: Bye., end: true}
`

// The house's words stop what comes together in the call and what a language
// model writes; prompts as they are written are named.
func TestForbid(t *testing.T) {
	s, err := Load(strings.NewReader(housed), "t")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Forbid([]string{"unbeatable", "best price"}); len(got) != 1 || got[0] != `t:4:27: "unbeatable"` {
		t.Errorf("%q", got)
	}
	m := NewMachine(s, map[string]string{"offer": "the BEST  price"}, 1)
	now := time.Unix(0, 0).UTC()
	var said, notes []string
	step := func(e Event) {
		now = now.Add(time.Second)
		for _, a := range m.Step(now, e) {
			switch a := a.(type) {
			case Say:
				for _, p := range a.Parts {
					said = append(said, p.Text)
				}
			case Note:
				notes = append(notes, a.Key+": "+a.Value)
			}
		}
	}
	step(Answered{})
	step(Spoken{Say: 1})
	step(Composed{ID: 1, Text: "You get the best price in town."})
	want := []string{"We have an offer.", "Unbeatable prices.", "One moment.", "Our shop is open."}
	if fmt.Sprint(said) != fmt.Sprint(want) {
		t.Errorf("said %q, want %q; %q", said, want, notes)
	}
	if all := strings.Join(notes, "\n"); !strings.Contains(all, `refused: said what is forbidden (best price)`) {
		t.Error(all)
	}
}

func TestForbidNothing(t *testing.T) {
	s, err := Load(strings.NewReader(housed), "t")
	if err != nil || s.Forbid(nil) != nil || len(s.Market.Forbidden) != 0 {
		t.Errorf("%+v, %v", s.Market, err)
	}
}
