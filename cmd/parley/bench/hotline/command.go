// Package hotline is parley bench queue: hours of a hotline played against the
// queue machine, in virtual time.
package hotline

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/routing/queue/sim"
)

// Command is the command line of parley bench queue.
type Command struct {
	Seeds       int           `default:"200" help:"Hours to play, each from a seed of its own, 0 and up."`
	Callers     int           `default:"500" help:"Callers in an hour."`
	Agents      int           `default:"20" help:"Agents who take them."`
	Supervisors int           `default:"2" help:"Supervisors beside them."`
	Lasts       time.Duration `name:"for" default:"1h" help:"How long callers come."`
	HeadStart   time.Duration `default:"5m" help:"Waiting that the highest priority is worth."`
	Ranking     string        `default:"spare" enum:"longest_idle,best_skill,spare" help:"Which of several free agents: ${enum}."`
	Compare     bool          `help:"Play the same hours under each ranking and several head starts."`
	JSON        string        `name:"json" placeholder:"FILE" help:"Also write the result as JSON (- for standard output, instead of the table)."`
}

// Run plays and reports. An hour in which the machine broke a promise is an error.
func (c *Command) Run() error { return c.run(os.Stdout) }

func (c *Command) run(out io.Writer) error {
	if c.Seeds < 1 || c.Callers < 1 || c.Agents < 1 || c.Supervisors < 0 || c.Lasts < time.Minute || c.HeadStart < 0 {
		return errors.New("bench queue: --seeds, --callers and --agents are 1 or more, --for is 1m or more")
	}
	r := &Report{Bench: "queue", Seeds: c.Seeds, Callers: c.Callers, Agents: c.Agents, Supervisors: c.Supervisors}
	for _, v := range c.variants() {
		if err := r.play(v, c.Seeds); err != nil {
			return fmt.Errorf("bench queue: %w", err)
		}
	}
	return measure.Output(out, c.JSON, r, r.table)
}

// variants are the ways to rank that are played.
func (c *Command) variants() []sim.Config {
	base := sim.Config{Callers: c.Callers, Agents: c.Agents, Supervisors: c.Supervisors, Lasts: c.Lasts, HeadStart: c.HeadStart, Ranking: queue.Ranking(c.Ranking)}
	if !c.Compare {
		return []sim.Config{base}
	}
	var all []sim.Config
	for _, ranking := range []queue.Ranking{queue.LongestIdle, queue.BestSkill, queue.SpareSkill} {
		v := base
		v.Ranking = ranking
		all = append(all, v)
	}
	for _, head := range []time.Duration{0, time.Minute, 15 * time.Minute} {
		v := base
		v.HeadStart = head
		all = append(all, v)
	}
	return all
}

// play plays the hours of one variant.
func (r *Report) play(v sim.Config, seeds int) error {
	w := &Variant{Ranking: string(v.Ranking), HeadStart: v.HeadStart.Seconds()}
	var g gathered
	for seed := range seeds {
		v.Seed = uint64(seed)
		hour, err := sim.Run(v)
		if err != nil {
			return err
		}
		g.add(hour)
		spent, err := replay(v, hour)
		if err != nil {
			return err
		}
		g.spent += spent
	}
	w.sum(&g)
	r.Variants = append(r.Variants, w)
	return nil
}

// replay tells a fresh machine the events of an hour again, and nothing else: the
// CPU is the machine's own.
func replay(v sim.Config, hour *sim.Result) (time.Duration, error) {
	m, err := queue.New(sim.Setup(v))
	if err != nil {
		return 0, err
	}
	before := measure.Spent()
	for _, e := range hour.Events {
		m.Step(e.At, e.Event)
	}
	return measure.Spent() - before, nil
}
