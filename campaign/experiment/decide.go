package experiment

import (
	"fmt"
	"slices"
	"time"
)

// Look is what was known at one time: the tallies of all variants since the start.
type Look struct {
	At      time.Time `json:"at"`
	Tallies []Tally   `json:"tallies"`
}

// Act is what to do with an experiment.
type Act string

// The acts. All but Continue are the end of it.
const (
	Continue Act = "continue" // too little is known, and there is time
	Adopt    Act = "adopt"    // Decision.Variant is better: give it to everybody
	Keep     Act = "keep"     // no variant is better than the control: keep it
	Halt     Act = "halt"     // the numbers cannot be trusted, or people complain of the control
)

// Acts of which the record of decisions tells besides.
const (
	Drop    Act = "drop"         // of a variant: it is given to nobody new
	GoBack  Act = "rollback"     // of a script: its former version was published again
	AskBack Act = "ask_rollback" // of a script: a person is asked to go back to its former version
)

// Word is one decision as it was written down: by a person, or what Decide came to.
type Word struct {
	At      time.Time `json:"at"`
	Act     Act       `json:"act"`
	Variant string    `json:"variant,omitempty"` // of GoBack and AskBack: the script
	Who     string    `json:"who"`
	Why     string    `json:"why"`
}

// Decision is what to do now, and why.
type Decision struct {
	Act        Act          `json:"act"`
	Variant    string       `json:"variant,omitempty"` // for Adopt and Keep
	Dropped    []string     `json:"dropped,omitempty"` // give these to nobody new, nor to those not called yet
	Comparison []Comparison `json:"comparison"`        // of each variant with the control, at the last look taken
	Mismatch   float64      `json:"mismatch"`          // p of the shares at that look, 1 under a bandit
	Why        []string     `json:"why"`
}

// Decide tells what to do after these looks, the oldest first, and these words. It may be asked
// every day: verdicts rest on p-values that hold at every look. With k variants
// beside the control each is compared at alpha/k, so that the chance of any
// false verdict stays below alpha. What was once decided stands: the looks are
// taken in turn, and the first that ends the experiment is the last.
//
// At each look, in this order: shares that are not those meant halt everything;
// a variant whose complaints exceed the limit is dropped, and so is one that is
// worse than the control; the best of those that are better is adopted; at the
// end the control is kept. A bandit is judged by complaints and its end alone.
//
// What a person says counts from then on, and before what the looks say: who adopts a
// variant ends the experiment, also one that had ended otherwise.
func Decide(now time.Time, e Experiment, looks []Look, words ...Word) Decision {
	e = e.Filled()
	d := Decision{Act: Continue, Mismatch: 1}
	if len(e.Variants) < 2 {
		d.Why = []string{"there is nothing to compare with"}
		return d
	}
	b := bench{e: e, complaint: make([]float64, len(e.Variants))}
	for i := range b.complaint {
		b.complaint[i] = 1
	}
	for _, v := range e.Variants[1:] {
		d.Comparison = append(d.Comparison, Comparison{Variant: v.Name, Low: -1, High: 1, ChiP: 1, Always: 1})
	}
	words = slices.SortedStableFunc(slices.Values(words), func(a, b Word) int { return a.At.Compare(b.At) })
	for _, l := range looks {
		for len(words) > 0 && words[0].At.Before(l.At) {
			b.heed(&d, words[0])
			words = words[1:]
		}
		if d.Act != Continue {
			continue
		}
		b.look(&d, l)
		if d.Act == Continue && !l.At.Before(e.Ends()) {
			b.keep(&d, b.over())
		}
	}
	for _, w := range words {
		b.heed(&d, w)
	}
	switch {
	case d.Act != Continue:
	case !now.Before(e.Ends()):
		b.keep(&d, b.over())
	default:
		d.Why = append(d.Why, fmt.Sprintf("no verdict yet; it ends on %s", e.Ends().Format(time.DateOnly)))
	}
	return d
}

// heed takes a word. What was decided already is no news, and the control, with which
// all others are compared, is not dropped.
func (b *bench) heed(d *Decision, w Word) {
	i := slices.IndexFunc(b.e.Variants, func(v Variant) bool { return v.Name == w.Variant })
	switch {
	case i < 0:
	case w.Act == Adopt && (d.Act != Adopt && d.Act != Keep || d.Variant != w.Variant):
		d.Act, d.Variant = Adopt, w.Variant
		d.Dropped = slices.DeleteFunc(d.Dropped, func(name string) bool { return name == w.Variant })
		d.Why = append(d.Why, fmt.Sprintf("%s was adopted by %s: %s", w.Variant, w.Who, w.Why))
	case w.Act == Drop && d.Act == Continue && i > 0 && !slices.Contains(d.Dropped, w.Variant):
		d.Dropped = append(d.Dropped, w.Variant)
		d.Why = append(d.Why, fmt.Sprintf("%s was dropped by %s: %s", w.Variant, w.Who, w.Why))
		b.last(d)
	}
}

// last ends an experiment that has dropped all but the control.
func (b *bench) last(d *Decision) {
	if d.Act == Continue && len(d.Dropped) == len(b.e.Variants)-1 {
		b.keep(d, "no variant is left beside the control")
	}
}

// bench is where the looks are taken.
type bench struct {
	e         Experiment
	complaint []float64 // the least p of each variant so far
}

func (b *bench) look(d *Decision, l Look) {
	for i, c := range d.Comparison {
		d.Comparison[i] = b.e.compare(c.Variant, l.Tallies, c.Always)
	}
	if b.e.Allocation == ByWeight && b.mismatched(d, l.Tallies) {
		return
	}
	b.guard(d, l.Tallies)
	if b.e.Allocation == ByWeight && d.Act == Continue {
		b.verdict(d)
	}
	b.last(d)
}

// mismatched halts when shares are not those meant, among those that still get
// new persons: what is dropped leaves the shares of the others among each other.
func (b *bench) mismatched(d *Decision, tallies []Tally) bool {
	var counts []int
	var weights []float64
	for _, v := range b.e.Variants {
		if !slices.Contains(d.Dropped, v.Name) {
			counts, weights = append(counts, of(tallies, v.Name).Called), append(weights, v.Weight)
		}
	}
	if _, d.Mismatch = Mismatch(counts, weights); d.Mismatch >= MismatchAlarm {
		return false
	}
	d.Act = Halt
	d.Why = append(d.Why, fmt.Sprintf("called %v for weights %v, which is not the shares that were meant (p %.2g): find what loses persons before reading anything else", counts, weights, d.Mismatch))
	return true
}

// guard drops what people complain of. Where it is the control, nothing is left
// to compare with.
func (b *bench) guard(d *Decision, tallies []Tally) {
	for i, v := range b.e.Variants {
		a := of(tallies, v.Name).ComplaintRate()
		b.complaint[i] = min(b.complaint[i], Exceeds(a, b.e.Complaints))
		if b.complaint[i] > b.e.Alpha/float64(len(b.e.Variants)) || slices.Contains(d.Dropped, v.Name) {
			continue
		}
		d.Why = append(d.Why, fmt.Sprintf("%s: %d of %d complained, more than %.2g %% (always-valid p %.2g)", v.Name, a.Hits, a.Trials, 100*b.e.Complaints, b.complaint[i]))
		if i == 0 {
			d.Act = Halt
			return
		}
		d.Dropped = append(d.Dropped, v.Name)
	}
}

func (b *bench) verdict(d *Decision) {
	best := Comparison{}
	for _, c := range d.Comparison {
		switch {
		case c.Always > b.e.each() || slices.Contains(d.Dropped, c.Variant):
		case c.Difference < 0:
			d.Dropped = append(d.Dropped, c.Variant)
			d.Why = append(d.Why, "worse: "+c.text(b.e.Metric))
		case c.Difference > best.Difference:
			best = c
		}
	}
	if best.Variant != "" {
		d.Act, d.Variant = Adopt, best.Variant
		d.Why = append(d.Why, "better: "+best.text(b.e.Metric))
	}
}

func (b *bench) keep(d *Decision, why string) {
	d.Act, d.Variant = Keep, b.e.Variants[0].Name
	d.Why = append(d.Why, why)
}

func (b *bench) over() string {
	return fmt.Sprintf("the time was over on %s and no variant was found better", b.e.Ends().Format(time.DateOnly))
}
