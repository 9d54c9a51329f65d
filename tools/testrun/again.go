package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// mostAgain is how many tests may run a second time. More than that is no noise of
// the machine.
const mostAgain = 3

// failure is a test that failed, with its subtests, and nothing else: its package
// went on.
type failure struct {
	pkg, test string
	count     int  // failures it was counted as: itself and its subtests
	final     bool // a data race, or a panic: no second run makes it good
}

// note counts a failure for the test that stands at the top of it.
func (t *tally) note(e event, output []string) {
	top, _, _ := strings.Cut(e.Test, "/")
	i := slices.IndexFunc(t.failures, func(f failure) bool { return f.pkg == e.Package && f.test == top })
	if i < 0 {
		i = len(t.failures)
		t.failures = append(t.failures, failure{pkg: e.Package, test: top})
	}
	t.failures[i].count++
	t.failures[i].final = t.failures[i].final || slices.ContainsFunc(output, func(l string) bool {
		return strings.Contains(l, "race detected") || strings.HasPrefix(l, "panic: ")
	})
}

// again runs the few tests that failed once more, each alone: calls in real time
// with programs that others wrote do not always get the moments they need on a
// busy machine. What fails twice has failed; what passes then is counted apart and
// both runs are shown. Failures outside a test are not excused.
func (t *tally) again(ctx context.Context, flags []string) {
	sum := 0
	for _, f := range t.failures {
		sum += f.count
		if f.final {
			return
		}
	}
	if sum != t.failed || len(t.failures) > mostAgain {
		return
	}
	for _, f := range t.failures {
		fmt.Fprintf(t.w, "\nonce more, alone: %s %s\n", f.pkg, f.test)
		second := newTally(t.w)
		if second.test(ctx, append(slices.Clone(flags), "-count=1", "-run", "^"+f.test+"$"), []string{f.pkg}) && second.failed == 0 && second.passed > 0 {
			t.failed -= f.count
			t.passed += f.count
			t.twice++
		}
	}
}
