// Package dialler is parley bench pacing: days of a campaign with agents, played
// against the pacing of its calls, in virtual time.
package dialler

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/parley-voice/parley/campaign/pacing"
	"github.com/parley-voice/parley/campaign/pacing/sim"
	"github.com/parley-voice/parley/cmd/parley/bench/measure"
)

// Command is the command line of parley bench pacing.
type Command struct {
	Seeds  int     `default:"200" help:"Campaigns to play, each from a seed of its own, 0 and up."`
	Days   int     `default:"33" help:"Days of each; every 30 in a row are a window."`
	Agents int     `default:"20" help:"Agents."`
	Answer float64 `default:"0.3" help:"Share of calls that a person answers, on average."`
	Jobs   int     `default:"2" help:"Campaigns played at once."`
	JSON   string  `name:"json" placeholder:"FILE" help:"Also write the result as JSON (- for standard output, instead of the table)."`
}

// window is how many days in a row are judged together.
const window = 30

// Run plays and reports.
func (c *Command) Run() error { return c.run(os.Stdout, os.Stderr) }

func (c *Command) run(out, notes io.Writer) error {
	if c.Seeds < 1 || c.Days < 1 || c.Agents < 1 || c.Jobs < 1 || c.Answer <= 0 || c.Answer > 0.9 {
		return errors.New("bench pacing: --seeds, --days, --agents and --jobs are 1 or more, --answer is above 0 and at most 0.9")
	}
	r := &Report{Bench: "pacing", Seeds: c.Seeds, Days: c.Days, Agents: c.Agents, Answer: c.Answer, Bound: 0.03}
	for _, mode := range []pacing.Mode{pacing.Progressive, pacing.Predictive} {
		r.Modes = append(r.Modes, c.play(mode, r.Bound, notes))
	}
	return measure.Output(out, c.JSON, r, r.table)
}

// Report is what was played.
type Report struct {
	Bench  string  `json:"bench"`
	Seeds  int     `json:"seeds"`
	Days   int     `json:"days"`
	Agents int     `json:"agents"`
	Answer float64 `json:"answer"`
	Bound  float64 `json:"bound"`
	Modes  []Mode  `json:"modes"`
}

// Mode is what one way of pacing came to.
type Mode struct {
	Mode      string  `json:"mode"`
	Answered  int     `json:"answered"`
	Abandoned float64 `json:"abandoned"`  // share of those who answered
	TalkShare float64 `json:"talk_share"` // of the agents' time
	Windows   int     `json:"windows"`    // of 30 days
	Within    float64 `json:"within"`     // share of the windows in which the bound held
	Worst     float64 `json:"worst"`      // abandoned, of the worst window
	Double    int     `json:"double"`     // calls given to an agent who had one
	CPU       float64 `json:"cpu_s"`      // all of it, the world's part too
}

func (c *Command) play(mode pacing.Mode, bound float64, notes io.Writer) Mode {
	m := Mode{Mode: string(mode)}
	before, all, within := measure.Spent(), sim.Day{}, 0
	for _, days := range c.campaigns(mode, bound, notes) {
		for i := range days {
			all = all.Plus(days[i])
			if i+1 < min(window, len(days)) {
				continue
			}
			var sum sim.Day
			for _, d := range days[max(0, i+1-window) : i+1] {
				sum = sum.Plus(d)
			}
			m.Windows++
			m.Worst = max(m.Worst, sum.AbandonedShare())
			if sum.AbandonedShare() <= bound {
				within++
			}
		}
	}
	m.Answered, m.Abandoned, m.TalkShare, m.Double = all.Answered, all.AbandonedShare(), all.TalkShare(), all.Double
	m.Within = float64(within) / float64(max(m.Windows, 1))
	m.CPU = (measure.Spent() - before).Round(time.Millisecond).Seconds()
	return m
}

// campaigns plays one of each seed, several at once.
func (c *Command) campaigns(mode pacing.Mode, bound float64, notes io.Writer) [][]sim.Day {
	all, done := make([][]sim.Day, c.Seeds), atomic.Int64{}
	var some errgroup.Group
	some.SetLimit(c.Jobs)
	for seed := range all {
		some.Go(func() error {
			all[seed] = sim.Run(sim.Config{Pacing: pacing.Config{Mode: mode, Abandoned: bound}, Agents: c.Agents, Days: c.Days, Answer: c.Answer, Seed: uint64(seed)})
			if n := done.Add(1); n%10 == 0 {
				fmt.Fprintf(notes, "%s: %d of %d campaigns\n", mode, n, c.Seeds)
			}
			return nil
		})
	}
	_ = some.Wait() // none of them can fail
	return all
}

func (r *Report) table(out io.Writer) error {
	if _, err := fmt.Fprintf(out, "bench pacing: %d campaigns of %d days, %d agents, %.0f %% answer\n", r.Seeds, r.Days, r.Agents, 100*r.Answer); err != nil {
		return err
	}
	for _, m := range r.Modes {
		if _, err := fmt.Fprintf(out, "%-12s agents talk %.1f %% of their time; of %d people %.2f %% abandoned; at most %.0f %% in %.1f %% of %d windows, the worst %.2f %%; %d double; %.1f s CPU\n",
			m.Mode, 100*m.TalkShare, m.Answered, 100*m.Abandoned, 100*r.Bound, 100*m.Within, m.Windows, 100*m.Worst, m.Double, m.CPU); err != nil {
			return err
		}
	}
	return nil
}
