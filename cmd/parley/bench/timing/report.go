package timing

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/campaign/timing/synthetic"
)

// Report is what parley bench timing found.
type Report struct {
	Bench   string  `json:"bench"`
	Seed    uint64  `json:"seed"`
	People  int     `json:"people"` // learned from
	Calls   int     `json:"calls"`
	Held    int     `json:"held"` // people left out
	Models  []Row   `json:"models"`
	Weights int     `json:"lstm_weights,omitempty"`
	Epoch   int     `json:"lstm_epoch,omitempty"` // the one that was kept
	Rule    []Reach `json:"rule"`
}

// Row is one model's scores on people left out.
type Row struct {
	Model string        `json:"model"`
	Same  timing.Score  `json:"same"`  // in the months that were learned from
	Next  timing.Score  `json:"next"`  // in the quarter after
	Level timing.Score  `json:"level"` // the same quarter, moved each week by the last four weeks' calls
	CPU   time.Duration `json:"cpu,omitempty"`
}

// Reach is how far the rule of choosing the hour goes with a deadline.
type Reach struct {
	Deadline time.Duration `json:"deadline"`
	Above    float64       `json:"above"`  // share of people called above 60 %, by the model
	Now      float64       `json:"now"`    // share of people called at once above 60 %
	Said     float64       `json:"said"`   // mean probability at the chosen slots, by the model
	True     float64       `json:"true"`   // the same, by the truth
	Random   float64       `json:"random"` // the truth at the first allowed slot
}

func (r *Report) score(name string, m timing.Predictor, learn, check []timing.Person, cpu time.Duration) {
	mid := start.Add(trained * week)
	row := Row{Model: name, CPU: cpu, Same: timing.Measure(m, check, start, mid), Next: timing.Measure(m, check, mid, time.Time{})}
	moved := &weekly{m: m, by: map[int]float64{}}
	for w := trained; w < weeks; w++ {
		t := start.Add(time.Duration(w) * week)
		moved.by[w] = timing.Drift(m, learn, t.Add(-month), t)
	}
	row.Level = timing.Measure(moved, check, mid, time.Time{})
	r.Models = append(r.Models, row)
}

// weekly is a model with the drift of each week.
type weekly struct {
	m  timing.Predictor
	by map[int]float64
}

func (w *weekly) P(p timing.Person, t time.Time) float64 {
	return timing.Drifted{Predictor: w.m, By: w.by[int(t.Sub(start)/week)]}.P(p, t)
}

// choose plays the rule for everybody left out, on a Tuesday morning after what
// was learned from.
func (r *Report) choose(pop *synthetic.Population, check []timing.Person, m timing.Predictor) {
	now := start.Add(trained*week + 26*time.Hour)
	for _, days := range []int{1, 3, 7} {
		reach := Reach{Deadline: time.Duration(days) * 24 * time.Hour}
		covered, n := timing.Coverage{}, 0.0
		for _, p := range until(check, now) {
			allowed := func(t time.Time) bool { h := t.In(p.Where).Hour(); return 9 <= h && h < 20 }
			c := timing.Choose(now, now.Add(reach.Deadline), p, timing.Slots{P: func(t time.Time) float64 { return m.P(p, t) }, Allowed: allowed})
			covered[c.Verdict]++
			if c.Verdict == timing.NoSlot {
				continue
			}
			first := now
			for !allowed(first) {
				first = first.Add(15 * time.Minute)
			}
			n++
			reach.Said += c.P
			reach.True += pop.P(p, c.At)
			reach.Random += pop.P(p, first)
		}
		reach.Said, reach.True, reach.Random = reach.Said/n, reach.True/n, reach.Random/n
		reach.Above, reach.Now = covered.Above(), covered.Share(timing.CallNow)
		r.Rule = append(r.Rule, reach)
	}
}

func (r *Report) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d calls to %d people learned from, %d people left out, seed %d\n\n", r.Calls, r.People, r.Held, r.Seed)
	fmt.Fprintln(w, "model\tsame months: log-loss\tcalibration\tworst tenth\tnext quarter: log-loss\tcalibration\tmoved weekly: log-loss\tcalibration\tCPU")
	for _, m := range r.Models {
		fmt.Fprintf(w, "%s\t%.4f\t%.1f\t%.1f\t%.4f\t%.1f\t%.4f\t%.1f\t%s\n", m.Model, m.Same.LogLoss, 100*m.Same.Calibration, 100*m.Same.Worst,
			m.Next.LogLoss, 100*m.Next.Calibration, m.Level.LogLoss, 100*m.Level.Calibration, m.CPU.Round(10*time.Millisecond))
	}
	fmt.Fprintln(w, "\nCalibration in points: mean distance of said and came over tenths. The truth cannot be beaten.")
	if r.Weights > 0 {
		fmt.Fprintf(w, "The LSTM has %d weights, of epoch %d.\n", r.Weights, r.Epoch)
	}
	fmt.Fprintln(w, "\ndeadline\tabove 60 %\tnow above 60 %\tsaid at the slot\ttrue at the slot\ttrue at the first allowed slot")
	for _, d := range r.Rule {
		fmt.Fprintf(w, "%.0f d\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\n", d.Deadline.Hours()/24, 100*d.Above, 100*d.Now, 100*d.Said, 100*d.True, 100*d.Random)
	}
	return w.Flush()
}
