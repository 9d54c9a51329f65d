// Package pickups is parley bench pickup: it lets synthetic people and machines
// answer, each in another voice, noise, level and codec, and counts who was taken
// for whom.
package pickups

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/media/amd"
)

// Command is parley bench pickup.
type Command struct {
	Set     string  `enum:"held-out,tuning" default:"held-out" help:"Lines and voices: those on which nothing was chosen, or those on which the bounds were."`
	Samples int     `default:"30" help:"Takes of each line: voice, speed, pitch, level, noise and codec are drawn anew."`
	Seed    uint64  `default:"1" help:"Of what is drawn."`
	Errors  float64 `default:"0.2" help:"Share of words (Chinese: characters) that the recogniser of the words loses."`
	JSON    string  `name:"json" placeholder:"FILE" help:"Also write the result as JSON (- for standard output, instead of the table)."`
	Misses  bool    `help:"Tell each person who was taken for something else, on standard error."`
	Gate    bool    `help:"Exit with 1 when more than 1 % of the people may be taken for machines (one-sided 95 % bound)."`
}

// Result is the confusion of each method.
type Result struct {
	Method []Method `json:"methods"`
}

// Method is one way to judge.
type Method struct {
	Name   string                    `json:"name"`
	Counts map[string]map[string]int `json:"counts"` // who it was, who it was taken for
	Wrong  int                       `json:"humans_taken_for_machines"`
	People int                       `json:"humans"`
	Bound  float64                   `json:"upper_bound"` // 95 %, one-sided, Clopper-Pearson
	Human  measure.Spread            `json:"human_verdict_ms"`
}

// Run judges all takes.
func (c *Command) Run(ctx context.Context) error {
	r := rand.New(rand.NewPCG(c.Seed, 0))
	from := sets[c.Set]
	noise, err := from.behind(ctx, r)
	if err != nil {
		return err
	}
	timing, words := newTally("timing and beep alone"), newTally(fmt.Sprintf("timing, beep and words, %.0f %% of them lost", 100*c.Errors))
	for _, l := range from.lines {
		for range c.Samples {
			if err := ctx.Err(); err != nil {
				return err
			}
			t := from.takeOf(r, l.said != "")
			v, err := answer(ctx, r, l, t, noise[t.noise])
			if err != nil {
				return err
			}
			said := []string{lose(r, l.text, c.Errors)}
			blind := timing.add(l.kind, pickup.Judge(phrases, pickup.Evidence{Answered: true, Timing: v.last}).Status, v.first)
			heard := words.add(l.kind, pickup.Judge(phrases, pickup.Evidence{Answered: true, Timing: v.last, Greeting: said}).Status, v.first)
			if c.Misses && (blind || heard) {
				fmt.Fprintf(os.Stderr, "%q, heard as %q: %+v, %+v\n", l.text, said, v.last, t)
			}
		}
	}
	res := Result{Method: []Method{timing.result(), words.result()}}
	if err := measure.Output(os.Stdout, c.JSON, res, res.table); err != nil {
		return err
	}
	if c.Gate && slices.ContainsFunc(res.Method, func(m Method) bool { return m.Bound > 0.01 }) {
		return fmt.Errorf("bench pickup: more than 1 %% of people may be taken for machines")
	}
	return nil
}

var phrases = pickup.Standard()

// verdicts are the first and the last of one call.
type verdicts struct{ first, last amd.Verdict }

// answer plays one line: 8 s of quiet behind it, and the beep if there is one.
func answer(ctx context.Context, r *rand.Rand, l line, t take, noise []float64) (verdicts, error) {
	text := l.text
	if l.said != "" {
		text = l.said
	}
	speech, err := spoken(ctx, t, text)
	if err != nil {
		return verdicts{}, err
	}
	pcm := append(make([]float64, int(8000*t.lead)), leveled(speech, t.level)...)
	if l.beep {
		pcm = append(pcm, make([]float64, 2000+r.IntN(6000))...)
		hz, n := 400+1000*r.Float64(), 2000+r.IntN(3000)
		amp := math.Pow(10, (t.level-3.14)/20) * 32767
		for i := range n {
			pcm = append(pcm, amp*math.Sin(2*math.Pi*hz*float64(i)/8000))
		}
	}
	pcm = append(pcm, make([]float64, 8*8000)...)
	a, err := amd.New(amd.Config{})
	if err != nil {
		return verdicts{}, err
	}
	var v verdicts
	for sound := carried(r, t, pcm, noise); len(sound) >= 160; sound = sound[160:] {
		if got, ok := a.Frame(sound[:160]); ok {
			if v.first.Why == "" {
				v.first = got
			}
			v.last = got
		}
	}
	return v, nil
}

// lose leaves words out, as a recogniser does.
func lose(r *rand.Rand, text string, share float64) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(text) {
		if word[0] < 0x80 {
			if r.Float64() >= share {
				b.WriteString(word + " ")
			}
			continue
		}
		for _, c := range word {
			if !unicode.Is(unicode.Han, c) || r.Float64() >= share {
				b.WriteRune(c)
			}
		}
	}
	return b.String()
}

type tally struct {
	m    Method
	took []float64
}

func newTally(name string) *tally {
	return &tally{m: Method{Name: name, Counts: map[string]map[string]int{}}}
}

// add tells whether a person was taken for something else.
func (t *tally) add(was string, taken pickup.Status, first amd.Verdict) (wrong bool) {
	if t.m.Counts[was] == nil {
		t.m.Counts[was] = map[string]int{}
	}
	t.m.Counts[was][string(taken)]++
	if was != "human" {
		return false
	}
	t.m.People++
	t.took = append(t.took, float64(first.At.Milliseconds()))
	if wrong = taken != pickup.Human && taken != pickup.Unknown; wrong {
		t.m.Wrong++
	}
	return wrong
}

func (t *tally) result() Method {
	t.m.Bound = upper(t.m.Wrong, t.m.People)
	t.m.Human = measure.SpreadOf(t.took)
	return t.m
}

// upper is the one-sided 95 % bound of Clopper and Pearson (1934): the share at
// which k or fewer of n have a chance of 5 %.
func upper(k, n int) float64 {
	if k >= n {
		return 1
	}
	low, high := float64(k)/float64(n), 1.0
	for range 60 {
		p := (low + high) / 2
		if atMost(k, n, p) > 0.05 {
			low = p
		} else {
			high = p
		}
	}
	return high
}

// atMost is the chance of k or fewer of n.
func atMost(k, n int, p float64) (sum float64) {
	for i := range k + 1 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(i + 1))
		c, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(a - b - c + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}

func (r Result) table(w io.Writer) error {
	for _, m := range r.Method {
		fmt.Fprintf(w, "%s\n", m.Name)
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "  was\ttaken for")
		for _, was := range []string{"human", "machine", "screening"} {
			fmt.Fprintf(tw, "  %s", was)
			for _, s := range pickup.Statuses {
				if n := m.Counts[was][string(s)]; n > 0 {
					fmt.Fprintf(tw, "\t%s %d", s, n)
				}
			}
			fmt.Fprintln(tw)
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		fmt.Fprintf(w, "  people taken for something else: %d of %d, at most %.2f %% (95 %%)\n", m.Wrong, m.People, 100*m.Bound)
		fmt.Fprintf(w, "  first verdict on a person: p50 %.0f ms, p95 %.0f, max %.0f after the answer\n", m.Human.P50, m.Human.P95, m.Human.Max)
	}
	return nil
}
