package transcript

import (
	"context"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
)

const shop = `script: shop
language: en
slots:
  order: {type: digits, length: 4}
  visit: {type: datetime, when: future, confirm: true}
nodes:
  ask: {stage: need, say: "Which order?", ask: order, go: look}
  look:
    stage: need
    say: Let me look.
    fetch: {url: "https://orders.example.com/{{order}}", into: {state: state, total: {path: lines.0.total, type: number}, day: {path: day, type: date}}, not_found: ask, on_fail: person}
    go: tell
  tell: {stage: offer, say: [{if: total > 100, text: A dear one.}, "It is {{state}}, for {{total}} pounds.", {if: known(day), text: "It comes {{day}}, in {{days_between(call.day, day)}} days."}, "Anything else?"], go: {affirm: when, deny: bye, else: advise}}
  advise:
    stage: offer
    llm: {goal: Answer., facts: ["State: {{state}}."], forbid: [refund], fallback: A colleague will tell you.}
    go: {deny: bye, else: advise}
  when: {stage: close, say: When?, ask: visit, go: bye}
  bye: {stage: close, say: Goodbye., end: true}
  person: {stage: handoff, say: A person., transfer: {queue: desk}}
`

// TestOutside plays answers of other systems and of a model, good and bad, and
// slots, in virtual time.
func TestOutside(t *testing.T) {
	s, err := dialog.Load(strings.NewReader(shop), "shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := intent.New(s)
	if err != nil {
		t.Fatal(err)
	}
	tests, err := Load(strings.NewReader(`test: an order, then a question that the model answers
steps:
  - caller: one two three four
  - fetch: {state: on its way, lines: [{total: 12.50}]}
  - expect: {node: tell, said: ["on its way, for 12.5 pounds"], set: {order: 1234, total: 12.5}}
  - caller: when does it come
  - llm: [It is on its way., We hope it comes soon.]
  - expect: {said: [It is on its way., We hope it comes soon.]}
  - caller: can I give it back
  - llm: You will get a refund.
  - expect: {said: [A colleague will tell you.]}
  - caller: tell me more
  - llm: late
  - expect: {said: [A colleague will tell you.], node: advise}
  - caller: and now
  - llm: [It is on its way., broken]
  - expect: {said: [It is on its way.]}
  - caller: no thanks
  - expect: {ended: bye}
---
test: numbers can be compared, days are read out and counted
clock: 2026-03-05T10:00
steps:
  - caller: one two three four
  - fetch: {state: on its way, lines: [{total: 250}], day: "2026-03-09"}
  - expect: {said: ["A dear one.", "It comes Monday, March the ninth, in 4 days."]}
---
test: no such order, then a system that is gone, slow, or wrong
steps:
  - caller: one two three four
  - fetch: 404
  - expect: {node: ask}
  - caller: one two three five
  - fetch: late
  - expect: {node: person, transfer: desk, said: [One moment]}
---
test: a system that is gone
steps:
  - caller: one two three four
  - fetch: broken
  - expect: {node: person}
---
test: a day, in two breaths, read back
clock: 2026-03-02T10:00
steps:
  - caller: one two three four
  - fetch: {state: lost}
  - caller: yes please
  - caller: tomorrow
  - caller: at three in the afternoon
  - expect: {said: ["right?"], node: when}
  - press: 1
  - expect: {ended: bye, set: {visit: "2026-03-03T15:00"}}
`), "shop.test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		r, err := Run(context.Background(), s, d, test)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Passed() {
			t.Error(r)
		}
	}
}

// TestOutsideUnasked holds that an answer nobody asked for fails the test, and
// that a wrong one does not load.
func TestOutsideUnasked(t *testing.T) {
	for _, step := range []string{"fetch: {a: b}", "llm: Hello."} {
		if r := play(t, "test: x\nsteps:\n  - "+step+"\n"); r.Passed() {
			t.Errorf("%s passed", step)
		}
	}
	for _, step := range []string{"fetch: soon", "fetch: 9", "llm: [[a]]", "llm: [\"\"]"} {
		if _, err := Load(strings.NewReader("test: x\nclock: noon\nsteps:\n  - "+step+"\n"), "x"); err == nil || !strings.Contains(err.Error(), "clock cannot be") || strings.Count(err.Error(), "x:") < 2 {
			t.Errorf("%s: %v", step, err)
		}
	}
}
