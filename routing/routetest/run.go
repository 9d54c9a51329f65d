package routetest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/routing"
)

// Result is how a test went.
type Result struct {
	Test     Test
	Decision routing.Decision
	Failures []string // empty: it passed
}

// Run makes the decision of a test and compares.
func Run(table *routing.Table, t Test) Result {
	facts := maps.Clone(t.With)
	if classes := table.Hear(strings.Join(t.Heard, "\n")); len(classes) > 0 {
		facts["heard"] = strings.Join(classes, ", ")
	}
	memory := routing.Memory{}
	for _, region := range t.Over {
		memory[region] = true
	}
	w := t.At
	now := time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), 0, table.Calendar.Zone)
	r := Result{Test: t}
	matched := true
	if t.During {
		r.Decision, _, matched = table.Reroute(now, facts, memory)
	} else {
		r.Decision, _ = table.Decide(now, facts, memory)
	}
	if !matched {
		r.Decision.Rule = "none"
	}
	for _, k := range vocabulary.Names("expect") {
		if want, ok := t.Expect[k]; ok {
			if got, same := compare(k, want, r.Decision, t.Waited); !same {
				r.Failures = append(r.Failures, fmt.Sprintf("%s: expected %s, got %s", k, shown(want), shown(got)))
			}
		}
	}
	return r
}

func compare(key string, want []string, d routing.Decision, waited time.Duration) (got []string, same bool) {
	switch key {
	case "rule":
		got = []string{d.Rule}
	case "to":
		got = []string{d.To.String()}
	case "priority":
		got = []string{strconv.Itoa(d.Priority)}
	case "skills":
		got = d.Needs(waited)
	case "context":
		got = d.Context
	case "promise":
		got = []string{"none"}
		if d.Promise != nil {
			got = []string{fmt.Sprintf("%s, %s", d.Promise.Within, d.Promise.Else)}
		}
	case "follow_up":
		within, err := time.ParseDuration(want[0])
		return []string{d.FollowUp.String()}, err == nil && within == d.FollowUp
	case "greeting":
		return []string{d.Greeting}, strings.Contains(d.Greeting, want[0])
	case "reason":
		got = d.Explain()
		return got, !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(strings.Join(got, "\n"), w) })
	}
	return got, slices.Equal(want, got)
}

func shown(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, " | ")
}
