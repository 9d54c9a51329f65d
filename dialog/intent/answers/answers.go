// Package answers reads answers to closed questions that the rules of
// dialog/polarity do not know: a classifier learned, from examples that ship, how
// people say yes, no and neither on the telephone. Chinese and English.
package answers

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/parley-voice/parley/dialog/intent/classify"
	"github.com/parley-voice/parley/dialog/polarity"
)

//go:embed examples/*.tsv
var files embed.FS

// Shares of confidence from which the classifier is believed. Chosen on lines
// that are neither examples nor in the tests' held-out sets.
const (
	unknown = 0.4 // the rules say nothing
	faint   = 0.5 // the rules go by a negator or a word of many meanings

	doubtful = 0.5 // of a yes that hangs on a word of many meanings and is like no example of a yes
)

// Answer is what the rules said, or what was learned.
type Answer struct {
	polarity.Answer
	Learned    bool
	Confidence float64 // 0..1, the probability that it is right, when it was learned
}

// Read is what the rules say; what was learned, where they say nothing or are
// hardly sure. It makes no question an answer, and no negated word a yes.
func Read(t *polarity.Turn) Answer {
	ruled := Answer{Answer: t.Answer}
	least := unknown
	if t.Answer.Sense != polarity.None {
		least = faint
	}
	if t.Answer.Asked || t.Answer.Sense != polarity.None && !t.Answer.Faint || len(t.Words) == 0 {
		return ruled
	}
	g := learned().Classify(strings.Join(t.Words, " "))
	sense, known := senses[g.Intent]
	turned := t.Answer.Sense == polarity.No && sense == polarity.Yes
	if !known || turned || sense == t.Answer.Sense || g.Confidence < least {
		if t.Answer.Sense == polarity.Yes && sense != polarity.Yes {
			ruled.Learned, ruled.Confidence = true, doubtful
			ruled.Why += fmt.Sprintf(", but like %q", g.Why.Example)
		}
		return ruled
	}
	why := fmt.Sprintf("learned: %.2f, like %q", g.Confidence, g.Why.Example)
	return Answer{polarity.Answer{Sense: sense, Why: why}, true, g.Confidence}
}

// Warm learns the examples, once in a process: an eighth of a second that no
// caller should wait for.
func Warm() { learned() }

var learned = sync.OnceValue(func() *classify.Model {
	var all []classify.Example
	for _, language := range []string{"zh", "en"} {
		data, err := files.ReadFile("examples/" + language + ".tsv")
		if err != nil {
			panic("answers: " + err.Error()) // it is embedded
		}
		all = append(all, lines(string(data))...)
	}
	m, err := classify.Train(all, classify.Options{})
	if err != nil {
		panic("answers: " + err.Error()) // the examples ship and are tested
	}
	return m
})

// lines are the examples of a file: meaning, tab, words; # begins a remark.
func lines(text string) []classify.Example {
	var all []classify.Example
	for line := range strings.Lines(text) {
		meaning, said, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok && !strings.HasPrefix(line, "#") {
			all = append(all, classify.Example{Intent: names[meaning], Text: strings.Join(polarity.Read(said).Words, " ")})
		}
	}
	return all
}

// names are what the classifier learns the meanings as: a word of the name would
// be an example, too.
var names = map[string]string{"yes": "yes", "no": "no", "wavering": "wavering", "-": "other"}

var senses = map[string]polarity.Sense{"yes": polarity.Yes, "no": polarity.No, "wavering": polarity.Wavering, "other": polarity.None}
