// Package classify tells which of a script's intents a caller's words belong to,
// learning from the script's own examples when it is loaded: no network, no
// model to download, no goroutine, no clock. The same examples and the same text
// always give the same answer.
//
// Four small models over three groups of features (words, letters inside words,
// Chinese syllables) vote; a fifth turns their votes into the probability that
// the answer is right. docs/intents.md has the method and what it measures.
package classify

import (
	"fmt"
	"math"
	"slices"
)

// Example is one thing that callers say and the intent it stands for. The
// intent's name counts as one example more, and so may its description: pass it
// as one.
type Example struct {
	Intent string
	Text   string
}

// Options of Train. The zero value is the measured default.
type Options struct {
	Bands Bands // zero: DefaultBands
}

// Limits of Train. They hold nearly twice the largest public set, in half a
// gigabyte and half a minute.
const (
	MaxIntents  = 500
	MaxExamples = 30_000
	MaxText     = 2 << 20 // bytes, all examples together
	maxFeatures = 400_000
	maxWeights  = 25_000_000  // intents times features
	maxWork     = 500_000_000 // intents times features of every example
)

// Model answers for one script. It is read-only after Train and safe for
// concurrent use.
type Model struct {
	tuning   tuning
	intents  []string // sorted
	texts    []string // of the examples kept, as the author wrote them
	dict     *dictionary
	core     *ensemble
	fit      fit
	bands    Bands
	warnings []Warning
}

// Train learns from the examples, in an order of its own. Examples without a
// word in them and repeated ones are left out. No examples at all make a model
// that understands nothing. The error tells which limit was passed.
func Train(examples []Example, o Options) (*Model, error) { return method.learn(examples, o) }

func (t tuning) learn(examples []Example, o Options) (*Model, error) {
	if o.Bands == (Bands{}) {
		o.Bands = DefaultBands
	}
	if err := o.Bands.check(); err != nil {
		return nil, err
	}
	if err := bounded(examples); err != nil {
		return nil, err
	}
	m := &Model{tuning: t, bands: o.Bands, dict: newDictionary()}
	l, err := m.read(examples)
	if err != nil {
		return nil, err
	}
	work := 0
	for _, d := range l.docs {
		work += len(d.ids) * len(m.intents)
	}
	if weights := len(m.dict.names) * len(m.intents); work > maxWork || weights > maxWeights {
		return nil, fmt.Errorf("%d examples of %d intents are more than the classifier learns from: shorten or drop examples, or split the script", len(l.docs), len(m.intents))
	}
	shape := shape{features: len(m.dict.names), classes: len(m.intents), kinds: m.dict.kinds}
	m.core = t.train(shape, l)
	held := t.crossValidate(shape, l, work)
	m.fit = fitTo(held, len(m.intents))
	m.warnings = append(m.warnings, m.confusions(held)...)
	return m, nil
}

func bounded(examples []Example) error {
	if len(examples) > MaxExamples {
		return fmt.Errorf("%d examples, at most %d: keep those that differ most", len(examples), MaxExamples)
	}
	total := 0
	for _, e := range examples {
		if e.Intent == "" {
			return fmt.Errorf("example %q belongs to no intent: name one", clip(e.Text))
		}
		if total += len(e.Text); total > MaxText {
			return fmt.Errorf("examples of more than %d bytes in all: shorten or drop some", MaxText)
		}
	}
	return nil
}

// Intents are the intents that have examples with words in them, sorted.
func (m *Model) Intents() []string { return slices.Clone(m.intents) }

// Bands are the thresholds of this model.
func (m *Model) Bands() Bands { return m.bands }

// Result is what a text most likely means.
type Result struct {
	Intent     string  // "" when no word of the text, nor any part of one, was in an example
	Confidence float64 // 0..1, the probability that Intent is right; calibrated
	InScope    float64 // 0..1, the probability that the text is about any intent at all
	Band       Band
	RunnerUp   string  // second likeliest intent, "" when there is none
	RunnerUpAt float64 // its share, 0..0.5, of what is shared among the two and all others
	Rival      string  // an intent that was not named and is likelier than Intent, "" when there is none
	RivalAt    float64 // the probability that it is right
	Why        Why
}

// Classify tells what text means among the named intents, or among all when
// none is named. Names that the model does not know are passed over.
func (m *Model) Classify(text string, among ...string) Result {
	allowed := m.allowed(among)
	none := Result{Band: Fallback}
	if len(allowed) == 0 {
		return none
	}
	v := m.tuning.vector(m.dict.read(text), m.core.rarity, m.dict.kinds)
	if len(v.ids) == 0 {
		return none
	}
	o := m.core.judge(v)
	first, second := best(o.logits, allowed)
	r := Result{Intent: m.intents[first], Why: m.explain(v, o, first, second)}
	r.Confidence, r.InScope = m.confidence(o, v, allowed, first)
	r.Band = m.bands.Of(r.Confidence)
	if second >= 0 {
		r.RunnerUp, r.RunnerUpAt = m.intents[second], share(o.logits, allowed, second, m.fit.scale)
	}
	if everything := m.allowed(nil); len(allowed) < len(everything) {
		top, _ := best(o.logits, everything)
		if at, _ := m.confidence(o, v, everything, top); top != first && at > r.Confidence {
			r.Rival, r.RivalAt = m.intents[top], at
		}
	}
	return r
}

// confidence is the probability that an intent is right among those allowed, and
// that the text is about any of them.
func (m *Model) confidence(o opinion, v vector, allowed []int, which int) (right, inScope float64) {
	e := m.core.evidence(o, v, allowed, which, m.fit.scale)
	inScope = e.inScope(m.fit)
	if len(allowed) == 1 {
		return inScope, inScope
	}
	return inScope * e.right(), inScope
}

// allowed are the numbers of the named intents, in order, each once.
func (m *Model) allowed(among []string) []int {
	var out []int
	if len(among) == 0 {
		for k := range m.intents {
			out = append(out, k)
		}
		return out
	}
	for _, name := range among {
		if k, known := slices.BinarySearch(m.intents, name); known {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// best are the two of the allowed intents with the highest votes; -1 for a
// second that does not exist.
func best(logits []float64, allowed []int) (first, second int) {
	first, second = -1, -1
	for _, k := range allowed {
		switch {
		case first < 0 || logits[k] > logits[first]:
			first, second = k, first
		case second < 0 || logits[k] > logits[second]:
			second = k
		}
	}
	return first, second
}

// share is the softmax of one intent's vote among the allowed.
func share(logits []float64, allowed []int, which int, scale float64) float64 {
	sum := 0.0
	for _, k := range allowed {
		sum += math.Exp(scale * (logits[k] - logits[which]))
	}
	return 1 / sum
}
