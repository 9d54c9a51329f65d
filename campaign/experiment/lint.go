package experiment

import (
	"fmt"
	"math"
	"time"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// Fault is one thing to mend in an experiment. Key is the path of the setting it
// is about, as in YAML: variants[1].weight.
type Fault struct {
	Key      string
	Text     string // what is wrong
	Hint     string // what to do
	Severity strictyaml.Severity
}

func (f Fault) String() string { return f.Key + ": " + f.Text + "; " + f.Hint }

// Lint tells what is wrong with an experiment, errors and what is only unwise.
func (e Experiment) Lint() []Fault {
	var l faults
	e.lintNames(&l)
	for i, v := range e.Variants {
		if math.IsNaN(v.Weight) || math.IsInf(v.Weight, 0) || v.Weight < 0 {
			l.wrong(fmt.Sprintf("variants[%d].weight", i), fmt.Sprintf("%v is no weight", v.Weight), "give a number above 0, or leave it out for 1")
		}
	}
	switch e.Metric {
	case "", Answered, Converted:
	default:
		l.wrong("metric", fmt.Sprintf("%q is no metric", e.Metric), "say answered or converted")
	}
	switch e.Allocation {
	case "", ByWeight, Bandit:
	default:
		l.wrong("allocation", fmt.Sprintf("%q is no allocation", e.Allocation), "say weights or bandit")
	}
	for _, s := range []struct {
		key   string
		value float64
		hint  string
	}{
		{"effect", e.Effect, "give the difference of rates worth finding: 0.03 is 3 points"},
		{"alpha", e.Alpha, "give the share of false alarms that you bear: 0.05"},
		{"complaints", e.Complaints, "give the highest complaint rate that you bear: 0.005"},
	} {
		if s.value != 0 && !(s.value > 0 && s.value < 1) {
			l.wrong(s.key, fmt.Sprintf("%v is not between 0 and 1", s.value), s.hint)
		}
	}
	e.lintTime(&l)
	return l
}

func (e Experiment) lintNames(l *faults) {
	if e.Name == "" {
		l.wrong("name", "the experiment has no name", "name it: who gets which variant depends on the name")
	}
	switch n := len(e.Variants); {
	case n < 2:
		l.wrong("variants", fmt.Sprintf("%d variants leave nothing to compare", n), "give two or more, the control first")
	case n == 2:
		l.advise("variants", "two variants", "a pilot usually compares three or more; each needs as many persons")
	}
	seen := map[string]bool{}
	for i, v := range e.Variants {
		at := fmt.Sprintf("variants[%d]", i)
		switch {
		case v.Name == "":
			l.wrong(at+".name", "the variant has no name", "name it")
		case seen[v.Name]:
			l.wrong(at+".name", fmt.Sprintf("two variants are named %q", v.Name), "give each its own name")
		}
		seen[v.Name] = true
		if v.Script == "" {
			l.wrong(at+".script", "the variant has no script", "name the script that it speaks")
		}
	}
}

func (e Experiment) lintTime(l *faults) {
	if e.Start.IsZero() {
		l.wrong("start", "the experiment never starts", "give the day and time")
	}
	switch week := 7 * 24 * time.Hour; {
	case e.Lasts < 0:
		l.wrong("lasts", fmt.Sprintf("%v is no length", e.Lasts), "give days, or leave it out for two weeks")
	case e.Lasts > 0 && e.Lasts < week:
		l.warn("lasts", fmt.Sprintf("%v sees not every day of the week", e.Lasts), "let it last whole weeks, two by default")
	case e.Lasts%week != 0:
		l.advise("lasts", fmt.Sprintf("%v sees some days of the week more often", e.Lasts), "let it last whole weeks")
	}
}

type faults []Fault

func (l *faults) wrong(key, text, hint string) {
	*l = append(*l, Fault{key, text, hint, strictyaml.Error})
}
func (l *faults) warn(key, text, hint string) {
	*l = append(*l, Fault{key, text, hint, strictyaml.Warning})
}
func (l *faults) advise(key, text, hint string) {
	*l = append(*l, Fault{key, text, hint, strictyaml.Advice})
}
