// Package timing is parley bench timing: how well each model tells when people
// answer, on made-up people that it has not seen, and what choosing the hour by
// it is worth.
package timing

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/campaign/timing/synthetic"
	"github.com/parley-voice/parley/cmd/parley/bench/measure"
)

// Command is the command line of parley bench timing.
type Command struct {
	People int    `default:"4000" help:"People to make up; a quarter is left out of training."`
	Calls  int    `default:"20" help:"Calls to each in nine months, on average."`
	Seed   uint64 `default:"1" help:"Of the people and the networks: the same seed makes the same."`
	Hidden int    `default:"16" help:"Units of the LSTM."`
	Epochs int    `default:"40" help:"Passes of the LSTM over the calls, at most; 0 leaves it out."`
	JSON   string `name:"json" placeholder:"FILE" help:"Also write the result as JSON (- for standard output, instead of the table)."`
}

// Run makes people up, trains and reports.
func (c *Command) Run() error { return c.run(os.Stdout) }

const (
	trained = 26 // weeks
	weeks   = 39
	month   = 28 * 24 * time.Hour
	week    = 7 * 24 * time.Hour
)

var start = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

func (c *Command) run(out io.Writer) error {
	if c.People < 100 || c.Calls < 2 || c.Hidden < 1 || c.Epochs < 0 {
		return errors.New("bench timing: --people is 100 or more, --calls 2 or more, --hidden 1 or more, --epochs 0 or more")
	}
	r, err := c.measure()
	if err != nil {
		return fmt.Errorf("bench timing: %w", err)
	}
	return measure.Output(out, c.JSON, r, r.table)
}

// nothing is the model that knows the overall rate alone.
type nothing float64

func (n nothing) P(timing.Person, time.Time) float64 { return float64(n) }

func (c *Command) measure() (*Report, error) {
	pop, err := synthetic.Make(synthetic.Config{People: c.People, Weeks: weeks, Calls: c.Calls, Start: start, Seed: c.Seed})
	if err != nil {
		return nil, err
	}
	learn, check := timing.Split(pop.People, 4, "held out")
	known := until(learn, start.Add(trained*week))
	r := &Report{Bench: "timing", Seed: c.Seed, People: len(known), Held: len(check)}
	for _, p := range known {
		r.Calls += len(p.Attempts)
	}
	began := measure.Spent()
	logistic, err := timing.FitLogistic(known)
	if err != nil {
		return nil, err
	}
	fit := measure.Spent() - began
	r.score("overall rate", nothing(logistic.Ladder.Overall), learn, check, 0)
	r.score("beta-binomial", logistic.Ladder, learn, check, 0)
	r.score("logistic", logistic, learn, check, fit)
	if c.Epochs > 0 {
		began = measure.Spent()
		m, epoch := trainLSTM(known, c.Hidden, c.Epochs, c.Seed)
		r.score(fmt.Sprintf("LSTM, %d units", c.Hidden), m, learn, check, measure.Spent()-began)
		r.Weights, r.Epoch = len(m.w), epoch
	}
	r.score("the truth", pop, learn, check, 0)
	r.choose(pop, check, logistic)
	return r, nil
}

// until is the people with their attempts before t alone.
func until(people []timing.Person, t time.Time) []timing.Person {
	out := make([]timing.Person, len(people))
	for i, p := range people {
		n := 0
		for n < len(p.Attempts) && p.Attempts[n].At.Before(t) {
			n++
		}
		p.Attempts = p.Attempts[:n]
		out[i] = p
	}
	return out
}
