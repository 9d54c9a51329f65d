// Package intents is parley bench intents: how well the classifier of
// dialog/intent learns a set of examples, and what it costs.
package intents

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/dialog/intent/classify"
)

// Command is the command line of parley bench intents.
type Command struct {
	Train    string `required:"" type:"existingfile" placeholder:"FILE" help:"Examples to learn from: lines of intent, tab, text."`
	Test     string `required:"" type:"existingfile" placeholder:"FILE" help:"Lines of the same form to answer. Those of intent oos are out of scope."`
	OOS      string `name:"oos" type:"existingfile" placeholder:"FILE" help:"More lines out of scope: whatever stands before the tab, none of the intents is right."`
	Intents  int    `placeholder:"N" help:"Draw this many of the intents."`
	Examples int    `placeholder:"N" help:"Draw at most this many examples of each intent."`
	Draws    int    `default:"1" help:"Draw and measure this often; figures are means over the draws."`
	Seed     uint64 `default:"1" help:"Of the draws: the same seed draws the same."`
	JSON     string `name:"json" placeholder:"FILE" help:"Also write the result as JSON (- for standard output, instead of the table)."`
}

// Run learns, answers and reports.
func (c *Command) Run() error { return c.run(os.Stdout) }

func (c *Command) run(out io.Writer) error {
	if c.Intents < 0 || c.Examples < 0 || c.Draws < 1 {
		return errors.New("bench intents: --intents and --examples are 0 or more, --draws is 1 or more")
	}
	r, err := c.measure()
	if err != nil {
		return fmt.Errorf("bench intents: %w", err)
	}
	return measure.Output(out, c.JSON, r, r.table)
}

func (c *Command) measure() (*Report, error) {
	train, none, err := readLines(c.Train)
	if err != nil {
		return nil, err
	}
	test, oos, err := readLines(c.Test)
	if err != nil {
		return nil, err
	}
	if c.OOS != "" {
		in, out, err := readLines(c.OOS)
		if err != nil {
			return nil, err
		}
		oos = slices.Concat(oos, in, out)
	}
	r := &Report{Bench: "intents", Train: c.Train, Test: c.Test, OOS: c.OOS, Draws: c.Draws}
	if len(none) > 0 {
		r.note("%d training lines of intent %s were left out: the classifier learns what is in scope only", len(none), outOfScope)
	}
	for i := range c.Draws {
		drawn := draw(train, c.Intents, c.Examples, c.Seed+uint64(i))
		known := ofIntents(test, drawn)
		if c.Intents == 0 && len(known) < len(test) && i == 0 {
			r.note("%d test lines were left out: the training file has no such intent", len(test)-len(known))
		}
		s, err := once(drawn, known, oos)
		if err != nil {
			return nil, err
		}
		r.add(s)
	}
	r.mean()
	return r, nil
}

// once learns one draw and answers the test.
func once(train []classify.Example, test, oos []classify.Example) (*sitting, error) {
	if len(train) == 0 || len(test) == 0 {
		return nil, errors.New("nothing to measure: both files need lines of intent, tab, text, with intents in common")
	}
	s := &sitting{examples: len(train)}
	before := measure.Spent()
	m, err := classify.Train(train, classify.Options{})
	if err != nil {
		return nil, err
	}
	s.load, s.model = measure.Spent()-before, m
	before = measure.Spent()
	for _, e := range test {
		a := m.Classify(e.Text)
		s.in = append(s.in, answer{a.Confidence, a.InScope, a.Intent == e.Intent, a.Band})
	}
	for _, e := range oos {
		a := m.Classify(e.Text)
		s.out = append(s.out, answer{a.Confidence, a.InScope, false, a.Band})
	}
	s.answer = (measure.Spent() - before) / time.Duration(len(test)+len(oos))
	return s, s.live(train, test, oos)
}
