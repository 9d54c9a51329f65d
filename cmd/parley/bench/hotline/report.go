package hotline

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/routing/queue/sim"
)

// Report is the result.
type Report struct {
	Bench       string     `json:"bench"`
	Seeds       int        `json:"seeds"`
	Callers     int        `json:"callers"`
	Agents      int        `json:"agents"`
	Supervisors int        `json:"supervisors"`
	Variants    []*Variant `json:"variants"`
}

// Variant is every hour played under one way to rank. Shares are percent.
type Variant struct {
	Ranking      string         `json:"ranking"`
	HeadStart    float64        `json:"head_start_s"`
	Classes      []Class        `json:"classes"`
	ServiceLevel float64        `json:"service_level_20s"` // in time, of those answered or lost
	Occupancy    float64        `json:"occupancy"`         // of the agents' time at work, offered, talking or wrapping up
	Guess        measure.Spread `json:"announced_wait_error_s"`
	Events       int            `json:"events"`
	EventCPU     float64        `json:"event_cpu_us"`
}

// Class is one class of callers. Waits are seconds on the line until joined.
type Class struct {
	Name      string         `json:"class"`
	Callers   int            `json:"callers"`
	Wait      measure.Spread `json:"wait_s"`
	Longest   float64        `json:"longest_s"` // on the line, however it ended
	Abandoned float64        `json:"abandoned"`
	Escalated float64        `json:"escalated"`
	CalledBk  float64        `json:"callbacks"`
}

// gathered is what the hours of one variant bring.
type gathered struct {
	classes              map[string]*sim.Class
	errors               []float64
	busy, work           time.Duration
	answered, inTime, no int
	events               int
	spent                time.Duration
}

func (g *gathered) add(h *sim.Result) {
	if g.classes == nil {
		g.classes = map[string]*sim.Class{}
	}
	for name, c := range h.Classes {
		to := g.classes[name]
		if to == nil {
			to = &sim.Class{Ends: map[queue.How]int{}}
			g.classes[name] = to
		}
		for how, n := range c.Ends {
			to.Ends[how] += n
		}
		to.Waits = append(to.Waits, c.Waits...)
		to.Escalated += c.Escalated
		to.Callbacks += c.Callbacks
		to.Longest = max(to.Longest, c.Longest)
	}
	for _, e := range h.Errors {
		g.errors = append(g.errors, math.Abs(e))
	}
	for _, q := range h.Snapshot.Queues {
		for _, m := range q.Minutes {
			g.answered, g.inTime, g.no = g.answered+m.Answered, g.inTime+m.InTime, g.no+m.Lost
		}
	}
	for _, a := range h.Snapshot.Agents {
		if a.ID[0] != 'a' {
			continue // supervisors wait for escalations
		}
		for state, d := range a.Spent {
			switch state {
			case queue.Offered, queue.Talking, queue.WrappingUp:
				g.busy += d
				g.work += d
			case queue.Free, queue.NotReachable:
				g.work += d
			}
		}
	}
	g.events += len(h.Events)
}

func (v *Variant) sum(g *gathered) {
	for _, name := range sim.Classes {
		c := g.classes[name]
		if c == nil {
			continue
		}
		n := 0
		for _, ends := range c.Ends {
			n += ends
		}
		v.Classes = append(v.Classes, Class{Name: name, Callers: n, Wait: measure.SpreadOf(c.Waits), Longest: c.Longest.Seconds(),
			Abandoned: percent(c.Ends[queue.Abandoned], n), Escalated: percent(c.Escalated, n), CalledBk: percent(c.Callbacks, n)})
	}
	v.ServiceLevel = percent(g.inTime, g.answered+g.no)
	v.Occupancy = percent(int(g.busy/time.Second), int(g.work/time.Second))
	v.Guess = measure.SpreadOf(g.errors)
	v.Events = g.events
	v.EventCPU = float64(g.spent.Microseconds()) / float64(g.events)
}

func percent(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(part) / float64(of)
}

func (r *Report) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d hours, each %d callers, %d agents, %d supervisors\n", r.Seeds, r.Callers, r.Agents, r.Supervisors)
	for _, v := range r.Variants {
		fmt.Fprintf(w, "\nranking %s, head start %v\n", v.Ranking, time.Duration(v.HeadStart*float64(time.Second)))
		fmt.Fprintln(w, "class\tcallers\twait p50\tp95\tp100\ton the line at most\tabandoned\tto a supervisor\tcalled back")
		for _, c := range v.Classes {
			fmt.Fprintf(w, "%s\t%d\t%.1f s\t%.1f s\t%.1f s\t%.1f s\t%.1f %%\t%.1f %%\t%.1f %%\n", c.Name, c.Callers,
				c.Wait.P50, c.Wait.P95, c.Wait.Max, c.Longest, c.Abandoned, c.Escalated, c.CalledBk)
		}
		fmt.Fprintf(w, "within 20 s: %.1f %%; agents occupied: %.1f %%; announced wait off by %.0f s (p50), %.0f s (p95)\n", v.ServiceLevel, v.Occupancy, v.Guess.P50, v.Guess.P95)
		fmt.Fprintf(w, "%d events, %.2f µs CPU each\n", v.Events, v.EventCPU)
	}
	return w.Flush()
}
