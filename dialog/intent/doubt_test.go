package intent

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// counsel answers every question the same.
type counsel struct {
	verdict Verdict
	err     error
	slow    bool
	asked   []Question
}

func (c *counsel) Judge(ctx context.Context, q Question) (Verdict, error) {
	c.asked = append(c.asked, q)
	if c.slow {
		<-ctx.Done()
		return Verdict{}, ctx.Err()
	}
	return c.verdict, c.err
}

const doubtful = `script: doubtful
language: en
defaults: {understand: {llm: %s, within: 100ms}}
intents:
  refund:   {description: wants money back, examples: [i want my money back, can i return this for a refund, please give me a refund]}
  delivery: {examples: [where is my parcel, when does my order arrive, my parcel has not come]}
  invoice:  {label: the invoice, examples: [send me the invoice, i need a receipt for my taxes, where can i find my bill]}
always:
  human: {match: ["speak to (a|an|some) *"], go: a}
nodes: {a: {stage: need, go: {refund: a, delivery: a, invoice: a, affirm: a, deny: a}}}
`

// inDoubt is a turn whose meaning is in the confirm band.
const inDoubt = "the money for that order, call 13800138000"

func doubtfulOf(t *testing.T, text string) *Detector {
	t.Helper()
	s, err := dialog.Load(strings.NewReader(text), "doubtful.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestJudgeInDoubt(t *testing.T) {
	q := dialog.Query{Text: inDoubt, Language: "en", Intents: []string{"human", dialog.IntentFilled, "refund", "delivery", "invoice", "affirm"}}
	plain := doubtfulOf(t, strings.Replace(doubtful, "%s", "true", 1))
	first, err := plain.Understand(t.Context(), q)
	if err != nil || !first.Doubt {
		t.Fatalf("%q is not in doubt: %+v, %v", inDoubt, first, err)
	}
	for name, c := range map[string]struct {
		judge *counsel
		want  string
		doubt bool
		why   string
	}{
		"sure":               {&counsel{verdict: Verdict{"invoice", true}}, "invoice", false, "the model says invoice"},
		"unsure":             {&counsel{verdict: Verdict{"invoice", false}}, "invoice", true, "would say invoice"},
		"none":               {&counsel{verdict: Verdict{"", true}}, "", false, "nothing, says the model"},
		"none, unsure":       {&counsel{verdict: Verdict{"", false}}, first.Name, true, "not sure either"},
		"not open":           {&counsel{verdict: Verdict{"deny", true}}, first.Name, true, "something else"},
		"a value":            {&counsel{verdict: Verdict{dialog.IntentFilled, true}}, first.Name, true, "something else"},
		"broken":             {&counsel{err: errors.New("HTTP 500")}, first.Name, true, "the model: HTTP 500"},
		"slow":               {&counsel{slow: true}, first.Name, true, "the model: "},
		"broken with advice": {&counsel{verdict: Verdict{"invoice", true}, err: errors.New("half")}, first.Name, true, "half"},
	} {
		began := time.Now()
		in, err := plain.WithJudge(c.judge).Understand(t.Context(), q)
		if err != nil || in.Name != c.want || in.Doubt != c.doubt || !strings.Contains(in.Why, c.why) || !strings.Contains(in.Why, "nearest is") {
			t.Errorf("%s: %+v, %v", name, in, err)
		}
		if c.judge.slow {
			t.Logf("gave a slow judge up after %s", time.Since(began))
		}
		asked := c.judge.asked[0]
		if len(c.judge.asked) != 1 || strings.Contains(asked.Text, "13800138000") || len(asked.Candidates) != 5 {
			t.Errorf("%s: asked %+v", name, c.judge.asked)
		}
		for _, x := range asked.Candidates {
			want := map[string]string{"refund": "wants money back", "invoice": "the invoice", "affirm": builtinDescriptions["affirm"]}[x.Name]
			if x.Name == dialog.IntentFilled || x.Description != want {
				t.Errorf("candidate %+v", x)
			}
		}
	}
}

// TestNoJudgeUnasked keeps the model out of what is sure, and of scripts that do
// not ask for it.
func TestNoJudgeUnasked(t *testing.T) {
	j := &counsel{verdict: Verdict{"invoice", true}}
	asks, does := doubtfulOf(t, strings.Replace(doubtful, "%s", "true", 1)), doubtfulOf(t, strings.Replace(doubtful, "%s", "false", 1))
	if !asks.AsksModel() || does.AsksModel() {
		t.Error("what the script asks for was not read")
	}
	for _, c := range []struct {
		d    *Detector
		said string
	}{{does, inDoubt}, {asks, "i want my money back please"}, {asks, "let me speak to a person"}, {asks, "the weather is nice"}} {
		if _, err := c.d.WithJudge(j).Understand(t.Context(), dialog.Query{Text: c.said, Intents: []string{"human", "refund", "delivery", "invoice"}}); err != nil {
			t.Error(err)
		}
	}
	if len(j.asked) != 0 {
		t.Errorf("asked about %+v", j.asked)
	}
}
